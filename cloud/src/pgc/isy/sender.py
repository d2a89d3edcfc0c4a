"""The lanes to one ISY: each takes the next piece of work, sends it, and puts what came of it where it belongs."""

import asyncio
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Protocol

from pgc.isy.client import IsyClient, Reply
from pgc.isy.drivers import Driver, Value
from pgc.isy.errors import IsyError, IsyRefused, IsyUnreachable
from pgc.isy.jobs import AnyJob
from pgc.isy.link import Link, has_trouble, trouble
from pgc.isy.reasons import in_words
from pgc.isy.schedule import Schedule, Slot
from pgc.isy.transport import AT_ONCE

logger = logging.getLogger(__name__)

_MAX_TROUBLES = 3
"""How often in a row one report may fail before it is taken for what the ISY stumbles over: a job is then given up,
a driver rests."""
REST = 60.0
"""Seconds of a driver's rest, in which the others go on undisturbed."""


_NOT_THERE = "the ISY knows no such node or driver: is the driver in the nodedef, and the profile uploaded? (404)"


class ValueListener(Protocol):
    """Told at once what came of values; must not wait. Addresses are without prefix."""

    def value_confirmed(self, slot: int, address: str, driver: str, value: str, uom: str) -> None: ...

    def value_refused(self, slot: int, address: str, driver: str, value: str, reason: str) -> None:
        """Told once per driver and reason. The value is not sent again until it changes; one that the ISY only
        stumbles over is tried again later."""


class Sender:
    """Sends what the schedule holds while the link is up, and sleeps until the bell while there is nothing."""

    def __init__(
        self,
        client: IsyClient,
        schedule: Schedule,
        link: Link,
        listener: ValueListener,
        doubt: Callable[[int, str], None],
    ) -> None:
        """`doubt` is told slot and address of a node that may not be on the ISY any more."""
        self._client = client
        self._doubt = doubt
        self._schedule = schedule
        self._link = link
        self._listener = listener
        self._bell = asyncio.Event()
        self._progress = asyncio.Event()

    def ring(self) -> None:
        """There may be work."""
        self._bell.set()
        self._progress.set()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for lane in range(AT_ONCE):
                group.create_task(self._work(), name=f"lane {lane} {self._client.url}")

    async def drained(self) -> None:
        """Waits until nothing is on the way and nothing can go."""
        while self._link.up and not self._schedule.quiet:
            self._progress.clear()
            await self._progress.wait()

    async def _work(self) -> None:
        while True:
            taken = self._schedule.take() if self._link.up else None
            if taken is None:
                self._bell.clear()
                await self._bell.wait()
                continue
            slot, work = taken
            try:
                await (self._send(slot, work) if isinstance(work, Driver) else self._run_job(slot, work))
            except Exception:
                logger.exception("slot %d: a report to the ISY failed", slot.number)
            finally:
                self._schedule.finished(slot, work)
                self._progress.set()

    # --- jobs ---

    async def _run_job(self, slot: Slot, job: AnyJob) -> None:
        again = False
        try:
            again = await self._attempt(job)
        finally:
            if again:
                slot.jobs.put_back(job)
            else:
                job.lose("an error of the platform; its log says more")  # no effect on a job that has its outcome
                slot.jobs.finish(job)

    async def _attempt(self, job: AnyJob) -> bool:
        """Whether the job must be tried again."""
        try:
            await job.run()
        except IsyUnreachable as error:
            self._link.failed(str(error))
            if not (job.once and error.maybe_done):
                return True
            job.lose(str(error))
        except IsyRefused as error:
            self._link.failed(str(error))
            job.troubles += _counts(error.isy_status)
            if not job.once and job.troubles < _MAX_TROUBLES:
                return True
            job.lose(str(error), error.isy_status)
        except IsyError as error:
            job.lose(str(error))
        else:
            self._link.worked()
        return False

    # --- values ---

    async def _send(self, slot: Slot, driver: Driver) -> None:
        value = driver.begin()
        try:
            reply = await self._client.report_status(slot.number, driver.address, driver.name, *value)
            self._judge(slot, driver, value, reply)
        except IsyUnreachable as error:
            self._unanswered(slot, driver, value, str(error), counts=error.maybe_done)
        except IsyError as error:
            self._declined(slot, driver, value, str(error))
        except Exception:
            driver.declined()
            raise
        finally:
            self._settle(slot, driver)

    def _judge(self, slot: Slot, driver: Driver, value: Value, reply: Reply) -> None:
        if reply.ok:
            self._link.worked()
            driver.confirmed()
            if not driver.dropped:
                self._listener.value_confirmed(slot.number, driver.address, driver.name, *value)
        elif has_trouble(reply):
            self._unanswered(slot, driver, value, trouble(reply), counts=_counts(reply.status))
        else:
            if reply.status == HTTPStatus.NOT_FOUND and _NOT_THERE not in driver.told:
                self._doubt(slot.number, driver.address)
            self._declined(slot, driver, value, _why(reply))

    def _unanswered(self, slot: Slot, driver: Driver, value: Value, reason: str, *, counts: bool) -> None:
        driver.unanswered()
        self._link.failed(reason)
        driver.troubles += counts
        if driver.troubles < _MAX_TROUBLES:
            return
        driver.troubles, driver.resting = 0, True
        slot.jobs.release(driver.take_all_waiting())
        asyncio.get_running_loop().call_later(REST, self._wake, slot, driver)
        self._tell_refused(slot, driver, value, f"{reason}, {_MAX_TROUBLES} times; it is tried again later")

    def _wake(self, slot: Slot, driver: Driver) -> None:
        driver.resting = False
        self._settle(slot, driver)

    def _declined(self, slot: Slot, driver: Driver, value: Value, reason: str) -> None:
        driver.declined()
        self._tell_refused(slot, driver, value, reason)

    def _settle(self, slot: Slot, driver: Driver) -> None:
        slot.jobs.release(slot.values.settle(driver))
        self._schedule.touch(slot)
        self._bell.set()

    def _tell_refused(self, slot: Slot, driver: Driver, value: Value, reason: str) -> None:
        if driver.dropped or reason in driver.told:
            return
        driver.told.add(reason)
        self._listener.value_refused(slot.number, driver.address, driver.name, value.value, reason)


def _counts(status: int) -> bool:
    """Whether a trouble may be the report's own fault: 503 and 401 are not."""
    return status not in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.UNAUTHORIZED)


def _why(reply: Reply) -> str:
    if reply.status == HTTPStatus.NOT_FOUND:
        return _NOT_THERE
    return in_words(reply.status, reply.reason)
