"""What follows once a durable frame is saved: nodes and commands to the ISY, answers to the run, wishes."""

import asyncio
from collections import Counter

from pgc.isy.errors import IsyError
from pgc.nodeservers.additions import Addition
from pgc.nodeservers.events import CommandPassed, Way
from pgc.nodeservers.hot import HotLane
from pgc.nodeservers.nodes import Driver, Node
from pgc.nodeservers.nodeserver import CurrentRun, NodeServer
from pgc.nodeservers.outbound import Outbound
from pgc.nodeservers.provisioner import Provisioner
from pgc.nodeservers.requests import Requests
from pgc.nodeservers.states import State
from pgc.nodeservers.wishes import Wish, Wishes
from pgc_interface import wire
from pgc_interface.rules.errors import BadValue
from pgc_interface.rules.state import Saved
from pgc_interface.rules.values import normalise, normalise_uom

_MOST_COMMANDS = 100
"""Of one NodeServer, waiting for the ISY."""


class Effects:
    def __init__(
        self, hot: HotLane, outbound: Outbound, provisioner: Provisioner, requests: Requests, wishes: Wishes
    ) -> None:
        self._hot = hot
        self._outbound = outbound
        self._provisioner = provisioner
        self._requests = requests
        self._wishes = wishes
        self._commands: set[asyncio.Task[None]] = set()
        self._waiting: Counter[str] = Counter()

    async def of(self, nodeserver: NodeServer, run: CurrentRun, frame: wire.Upstream, added: list[Addition]) -> None:
        """Does what `frame` asks for beyond saving, in the order of the protocol."""
        if frame.connected is not None:
            await self._connection(nodeserver, run, up=frame.connected)
        if added:
            self._add_nodes(nodeserver, added, single=frame.addnode is not None)
        removed = [ref.address for ref in (frame.batch.removenode if frame.batch else [])]
        if frame.removenode or removed:
            single = [frame.removenode.address] if frame.removenode else []
            self._provisioner.remove(nodeserver, [*single, *removed], single=bool(single))
        if frame.command:
            self._command(nodeserver, frame.command)
        if frame.installprofile is not None:
            self._provisioner.profile(nodeserver)
        if frame.restart is not None:
            self._wishes.make(nodeserver, run, Wish.RESTART)
        if frame.stop is not None:
            self._wishes.make(nodeserver, run, Wish.STOP)

    async def saved(self, nodeserver: NodeServer, before: Saved, after: Saved) -> None:
        """Tells the run what it keeps now: what it can do at once apart, and the whole configuration."""
        if (after.short_poll, after.long_poll) != (before.short_poll, before.long_poll):
            polls = wire.Polls(shortPoll=after.short_poll, longPoll=after.long_poll)
            await self._outbound.send(nodeserver, wire.Downstream(polls=polls))
        if after.log_level != before.log_level:
            level = wire.LogLevel(level=after.log_level)
            await self._outbound.send(nodeserver, wire.Downstream(logLevel=level))
        if after is not before:
            await self._outbound.config(nodeserver)

    def profile_sent(self, nodeserver: NodeServer, run: CurrentRun, *, complete: bool) -> None:
        if complete and not run.bad_profile:
            self._provisioner.profile(nodeserver)
        run.bad_profile = run.bad_profile and not complete

    async def profile_refused(self, nodeserver: NodeServer, run: CurrentRun, reason: str, *, complete: bool) -> None:
        """Half a profile is not installed: the rest of what the run is sending is only kept."""
        run.bad_profile = not complete
        result = wire.ProfileResult(success=False, reason=reason)
        await self._outbound.send(nodeserver, wire.Downstream(result=wire.Result(installprofile=result)))

    def request_done(self, nodeserver: NodeServer, report: wire.ReportResult) -> None:
        self._requests.closed(nodeserver, report.requestId, report.success)

    async def stop(self) -> None:
        for task in list(self._commands):
            task.cancel()
        await asyncio.gather(*self._commands, return_exceptions=True)

    async def _connection(self, nodeserver: NodeServer, run: CurrentRun, *, up: bool) -> None:
        run.connected = up
        run.gone.clear() if up else run.gone.set()
        controller = nodeserver.controller
        if controller is not None:
            nodeserver.isy.reporter.controller_state(nodeserver.slot, controller.record.address, up)
        if not up:
            if nodeserver.state is State.RUNNING:
                nodeserver.journal.remark("its connection to the platform broke; it will try again", "WARNING")
            return
        if nodeserver.state is State.STARTING:
            nodeserver.enter(State.RUNNING)
        await self._outbound.config(nodeserver)
        await self._outbound.redeliver(nodeserver, run)

    def _add_nodes(self, nodeserver: NodeServer, added: list[Addition], *, single: bool) -> None:
        for addition in added:
            if not addition.refused:
                node = _merged(nodeserver.nodes.get(addition.record.address), addition)
                nodeserver.nodes[addition.record.address] = node
                self._hot.node_added(nodeserver, node)
        self._provisioner.add(nodeserver, added, single=single)

    def _command(self, nodeserver: NodeServer, command: wire.ReportCommand) -> None:
        if command.address not in nodeserver.nodes:
            nodeserver.journal.remark(f"command {command.command} of unknown node {command.address}", "WARNING")
            return
        if self._waiting[nodeserver.worker] >= _MOST_COMMANDS:
            nodeserver.journal.remark(f"command {command.command} was dropped: the ISY is behind", "WARNING")
            return
        self._waiting[nodeserver.worker] += 1
        task = asyncio.create_task(self._pass_on(nodeserver, command), name=f"command of {nodeserver.worker}")
        self._commands.add(task)
        task.add_done_callback(self._commands.discard)

    async def _pass_on(self, nodeserver: NodeServer, command: wire.ReportCommand) -> None:
        try:
            await _to_isy(nodeserver, command)
        finally:
            self._waiting[nodeserver.worker] -= 1
            self._waiting += Counter()  # drops those at zero


def _merged(known: Node | None, addition: Addition) -> Node:
    """The node as it is described now, with the values that this run has already set."""
    drivers: dict[str, Driver] = {}
    for name, given in addition.drivers.items():
        held = known.drivers.get(name) if known else None
        if held is not None and held.n > 0:
            drivers[name] = held
            continue
        try:
            driver = Driver(normalise(given.value), normalise_uom(given.uom))
        except BadValue:
            continue  # a driver without a value yet; the first setDriver brings it
        same = held is not None and (held.value, held.uom) == (driver.value, driver.uom)
        driver.confirmed = held is not None and same and held.confirmed
        drivers[name] = driver
    return Node(addition.record, drivers)


async def _to_isy(nodeserver: NodeServer, command: wire.ReportCommand) -> None:
    try:
        value = None if command.value is None else normalise(command.value)
        uom = None if command.uom is None else normalise_uom(command.uom)
        done = await nodeserver.isy.reporter.command(nodeserver.slot, command.address, command.command, value, uom)
    except (IsyError, BadValue) as error:
        nodeserver.journal.remark(f"command {command.command} of {command.address}: {error}", "WARNING")
        return
    if not done:
        nodeserver.journal.remark(f"the ISY did not take command {command.command} of {command.address}", "WARNING")
        return
    passed = CommandPassed(
        nodeserver=nodeserver.worker,
        way=Way.TO_ISY,
        address=command.address,
        command=command.command,
        value=value,
        uom=uom,
    )
    nodeserver.tell(passed)
