"""The way out to one ISY: takes what the NodeServers report and sees to it that the ISY holds the newest of it.

Taking never waits. What the ISY confirmed is not sent again; while it does not answer, values wait and only the
newest of each driver stays. Jobs (nodes, commands, answers) go before controllers' states, those before values, and
the slots take turns, so that one that floods only gets its share.
"""

import asyncio
import logging
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import Protocol, TypeVar

from pgc.isy import nodework
from pgc.isy.client import IsyClient
from pgc.isy.drivers import Driver, Value
from pgc.isy.jobs import AnyJob, Job
from pgc.isy.link import Backoff, Link
from pgc.isy.nodes import NewNode, NodeOutcome
from pgc.isy.review import NodeListener, Review
from pgc.isy.schedule import Schedule, Slot
from pgc.isy.sender import Sender, ValueListener

logger = logging.getLogger(__name__)
R = TypeVar("R")

__all__ = ["Backoff", "NewNode", "NodeOutcome", "ReportListener", "Reporter"]

PATIENCE = 60.0
"""Seconds that a command or an answer waits for its turn: done much later, it would surprise."""
DRAIN = 2.0
"""Seconds that a stop lets pass for what is ready to go."""
_STOPPING = "the platform is stopping"


class ReportListener(ValueListener, NodeListener, Protocol):
    """Told at once what came of reports; must not wait."""

    def isy_online(self, online: bool, reason: str) -> None:
        """Told when it changes; `reason` says why it is off."""


class Reporter:
    """One for each ISY. The client is started before it and stopped after it."""

    def __init__(self, client: IsyClient, listener: ReportListener, *, backoff: Backoff | None = None) -> None:
        self._client = client
        self._listener = listener
        self._schedule = Schedule()
        self._link = Link(client, backoff or Backoff(), self._online_changed, self.review)
        self._review = Review(client, self._schedule, self._link, listener, self._settle)
        self._sender = Sender(client, self._schedule, self._link, listener, self._review.doubt)
        client.on_time_out(self._review.ask_later)
        self._running: asyncio.Task[None] | None = None
        self._stopped = False

    @property
    def online(self) -> bool:
        return self._link.up

    async def wait_online(self) -> None:
        await self._link.wait_up()

    def unreachable(self, reason: str) -> None:
        """Someone else saw that the ISY does not answer: sending pauses until a probe is answered."""
        self._link.failed(reason)

    async def start(self) -> None:
        self._running = asyncio.create_task(self._run(), name=f"reporter {self._client.url}")

    async def stop(self) -> None:
        """Lets what is ready go out for a moment, then ends; jobs that are left end without success."""
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN):
                await self._sender.drained()
        self._stopped = True
        self._review.forget_late()
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
            await asyncio.wait([running])
        self._schedule.forget_all(_STOPPING)

    # --- values ---

    def report(self, slot: int, address: str, driver: str, value: str, uom: str, *, force: bool = False) -> None:
        """What the ISY should hold from now on; waits for the node's add. `force` sends what the ISY holds already."""
        self._want(slot, address, driver, Value(value, uom), force=force)

    def controller_state(self, slot: int, address: str, up: bool) -> None:
        """The controller node's ``ST``: 1 while its NodeServer is connected. Goes before other values."""
        self._want(slot, address, "ST", Value("1" if up else "0", "2"), first=True)

    def confirmed(self, slot: int, address: str, driver: str, value: str, uom: str) -> None:
        """What the ISY is known to hold, from storage."""
        queues = self._schedule.slot(slot)
        found = queues.values.driver(address, driver)
        if found is not None:
            found.seed(Value(value, uom))
            self._settle(queues, found)

    def node_known(self, slot: int, address: str) -> None:
        """The node is on the ISY already: its values need not wait."""
        queues = self._schedule.slot(slot)
        self._changed(queues, queues.values.know(address))

    def node_away(self, slot: int, address: str) -> None:
        """The node is not on the ISY and will not be added: nothing need wait for its values."""
        queues = self._schedule.slot(slot)
        queues.values.miss(address)
        self._changed(queues, queues.values.free_if_unknown(address))

    def review(self) -> None:
        """Looks soon at what the ISY really holds, and sends again what it has lost."""
        self._review.ask()

    def forget(self, slot: int) -> None:
        """The slot is no longer ours: drops all that waits for it and all that is known of it."""
        self._schedule.forget(slot, f"slot {slot} was given up")
        self._sender.ring()

    # --- nodes ---

    async def add_node(self, slot: int, node: NewNode) -> NodeOutcome:
        """Adds the node, with parent and hint. While the ISY does not answer it waits, until the slot is forgotten."""
        queues = self._schedule.slot(slot)
        queues.values.adding(node.address)
        outcome = NodeOutcome(False, 0)
        try:
            adding = nodework.Adding(self._client, slot, node)
            outcome = await self._do(queues, Job(adding.attempt, adding.lost))
        finally:
            self._added(queues, node.address, outcome)
        if not outcome.success and node.primary != node.address:
            self._review.doubt(slot, node.primary)  # without its primary the ISY does not take it
        return outcome

    async def remove_node(self, slot: int, address: str) -> NodeOutcome:
        """Removes the node and forgets its values; waits like :meth:`add_node`."""
        queues = self._schedule.slot(slot)
        was_known = queues.values.hold(address)
        self._changed(queues)
        outcome = NodeOutcome(False, 0)
        try:
            outcome = await self._do(queues, Job(partial(nodework.remove, self._client, slot, address), _no_node))
        finally:
            if outcome.success:
                self._changed(queues, queues.values.forget_node(address))
            elif was_known:
                self._changed(queues, queues.values.know(address))
        return outcome

    # --- what happens once ---

    async def command(
        self, slot: int, address: str, command: str, value: str | None = None, uom: str | None = None
    ) -> bool:
        """A node's command to the ISY, after the values set before it.

        False when it was refused, could not be sent within :data:`PATIENCE`, or may or may not have arrived: it is
        never sent twice.
        """
        queues = self._schedule.slot(slot)
        attempt = partial(nodework.command, self._client, slot, address, command, value, uom)
        job = Job(attempt, partial(_not_sent, slot, f"{command} of {address}"), once=True)
        queues.values.keep_waiting(job, address)
        return await self._do_soon(queues, job)

    async def answer(self, slot: int, request_id: str, success: bool) -> None:
        """How a request of the ISY ended; goes after all that was reported for the slot until now."""
        queues = self._schedule.slot(slot)
        attempt = partial(nodework.answer, self._client, slot, request_id, success)
        job = Job(attempt, partial(_not_answered, slot, request_id))
        queues.values.keep_waiting(job)
        await self._do_soon(queues, job)

    # --- how ---

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._link.watch(), name=f"link {self._client.url}")
            group.create_task(self._sender.run(), name=f"sender {self._client.url}")
            group.create_task(self._review.run(), name=f"review {self._client.url}")

    def _want(
        self, slot: int, address: str, driver: str, value: Value, *, force: bool = False, first: bool = False
    ) -> None:
        queues = self._schedule.slot(slot)
        found = queues.values.driver(address, driver)
        if found is None:
            self._tell_full(queues, address, driver, value)
            return
        if not (force or first) and found.replace(value):
            return
        found.want(value, force=force)
        found.first = found.first or first
        self._settle(queues, found)

    def _added(self, queues: Slot, address: str, outcome: NodeOutcome) -> None:
        queues.values.added(address)
        if outcome.success:
            self._changed(queues, queues.values.renew(address, lost=outcome.status == HTTPStatus.OK))
        else:
            self._changed(queues, queues.values.free_if_unknown(address))

    async def _do(self, queues: Slot, job: Job[R]) -> R:
        if self._stopped or queues.jobs.full:
            job.lose(_STOPPING if self._stopped else "too much waits for the ISY already")
            return await job.done
        queues.jobs.submit(job)
        self._changed(queues)
        try:
            return await job.done
        finally:
            queues.jobs.withdraw(job)
            self._changed(queues)

    async def _do_soon(self, queues: Slot, job: Job[R]) -> R:
        clock = asyncio.get_running_loop().call_later(PATIENCE, job.lose, f"waited {PATIENCE:g} s in vain")
        try:
            return await self._do(queues, job)
        finally:
            clock.cancel()

    def _settle(self, queues: Slot, driver: Driver) -> None:
        self._changed(queues, queues.values.settle(driver))

    def _changed(self, queues: Slot, freed: list[AnyJob] | None = None) -> None:
        """After any change to a slot's queues; `freed` are jobs that wait for one value less."""
        queues.jobs.release(freed or [])
        self._schedule.touch(queues)
        self._sender.ring()

    def _online_changed(self, online: bool, reason: str) -> None:
        self._sender.ring()
        self._listener.isy_online(online, reason)

    def _tell_full(self, queues: Slot, address: str, driver: str, value: Value) -> None:
        if not queues.full_told:
            queues.full_told = True
            reason = "this NodeServer has reported more drivers than are kept; further ones are dropped"
            self._listener.value_refused(queues.number, address, driver, value.value, reason)


def _no_node(reason: str, status: int) -> NodeOutcome:
    return NodeOutcome(False, status, reason)


def _not_sent(slot: int, what: str, reason: str, status: int) -> bool:
    logger.warning("slot %d: %s was not sent to the ISY: %s", slot, what, reason)
    return False


def _not_answered(slot: int, request_id: str, reason: str, status: int) -> None:
    logger.warning("slot %d: the ISY's request %s was not answered: %s", slot, request_id, reason)
