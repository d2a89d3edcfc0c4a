"""Keeps NodeServers running: starts them in their turn, watches them, and starts again what crashed or could not start.

For each NodeServer that is to run there is one task, from its place in the queue to the end after which it is not
started again. What stops it ends that task first, so that a stop takes effect whatever was going on.
"""

import asyncio
import logging
import time

from sqlalchemy.exc import SQLAlchemyError

from pgc.broker.errors import BrokerError
from pgc.errors import PgcError
from pgc.isy.errors import IsyError
from pgc.nodeservers import tasks
from pgc.nodeservers.backoff import Policy, Troubles
from pgc.nodeservers.clock import Clock, MachineClock
from pgc.nodeservers.duty import Duty
from pgc.nodeservers.errors import NotPossibleNow
from pgc.nodeservers.life import Life
from pgc.nodeservers.nodeserver import CurrentRun, NodeServer
from pgc.nodeservers.parking import Parking
from pgc.nodeservers.post_mortem import PostMortem
from pgc.nodeservers.starts import Starts
from pgc.nodeservers.states import State
from pgc.nodeservers.steps import may_pass
from pgc.storage.records import RunRecord
from pgc.workers.errors import WorkerError
from pgc.workers.runtime import Exit

_CONNECTING = 10.0
"""Seconds that a start keeps its turn while it has not connected."""
_FAULT = "an error of the platform; its log tells more"
_log = logging.getLogger(__name__)


class Supervisor:
    """Without a `policy` nothing is started again by itself."""

    def __init__(
        self,
        *,
        life: Life,
        starts: Starts,
        post_mortem: PostMortem,
        parking: Parking,
        policy: Policy | None,
        clock: Clock | None = None,
    ) -> None:
        self._life = life
        self._starts = starts
        self._post_mortem = post_mortem
        self._parking = parking
        self._policy = policy
        self._clock = clock or MachineClock()
        self._duties: dict[str, Duty] = {}

    async def start(self, nodeserver: NodeServer) -> None:
        """Its owner starts it: at once, or as soon as those before it have started; what was before is forgotten.

        Returns once it is started, or queued. Does nothing if it runs.

        Raises:
            NotPossibleNow: it is being removed, or was stopped meanwhile.
            PgcError, SQLAlchemyError: it could not be started; the state is `failed` with the reason.
        """
        async with nodeserver.busy:
            if nodeserver.leaving:
                raise NotPossibleNow(f"{nodeserver.record.name} is being removed")
            duty = self._duties.get(nodeserver.worker)
            if duty is None or (duty.waits and not duty.urgent):
                await self._let_go(nodeserver)
                await self._parking.leave(nodeserver)
                nodeserver.care.restarts = 0
                duty = self._begin(nodeserver, self._new_duty(urgent=True))
        await duty.off.wait()
        if duty.error is not None:
            raise duty.error

    def start_soon(self, nodeserver: NodeServer) -> None:
        """The platform starts it, since it ran when the platform ended: after what owners start, and unless parked."""
        if nodeserver.care.parked is None and nodeserver.worker not in self._duties and not nodeserver.leaving:
            self._begin(nodeserver, self._new_duty())

    async def resume(self, nodeserver: NodeServer, record: RunRecord) -> bool:
        """Takes up the run that was there before the platform restarted; False if it is gone.

        Raises:
            PgcError, OSError, SQLAlchemyError: it is there and cannot be talked to; it was ended.
        """
        async with nodeserver.busy:
            run = await self._life.resume(nodeserver, record)
            if run is not None:
                self._begin(nodeserver, self._new_duty(waits=False), run)
            return run is not None

    async def stop(self, nodeserver: NodeServer, *, deleting: bool = False) -> None:
        """Stops it, whatever it is doing: in the queue, starting, running, or waiting to be started again."""
        async with nodeserver.busy:
            await tasks.undisturbed(self._stop(nodeserver, deleting=deleting))

    async def restart(self, nodeserver: NodeServer) -> None:
        """It wished so, or hangs: stops it and starts it again, at once if that is rare."""
        async with nodeserver.busy:
            before = self._duties.get(nodeserver.worker)
            await tasks.undisturbed(self._stop(nodeserver, deleting=False))
            if before is None or nodeserver.leaving or not nodeserver.record.wanted:
                return
            lasted = self._clock.monotonic() - before.began
            pause = before.troubles.restarted(lasted) if self._policy else 0.0
            if pause:
                nodeserver.enter(State.STOPPED, f"it is restarted often{_next(nodeserver, pause)}")
            else:
                nodeserver.care.restarts += 1
            self._begin(nodeserver, Duty(before.troubles, self._clock.monotonic()), pause=pause)

    async def _stop(self, nodeserver: NodeServer, *, deleting: bool) -> None:
        attended = await self._let_go(nodeserver)
        if not await self._life.stop(nodeserver, deleting=deleting) and attended and not nodeserver.care.parked:
            nodeserver.enter(State.STOPPED)

    def _new_duty(self, *, urgent: bool = False, waits: bool = True) -> Duty:
        return Duty(Troubles(self._policy or Policy()), self._clock.monotonic(), urgent, waits)

    def _begin(self, nodeserver: NodeServer, duty: Duty, run: CurrentRun | None = None, pause: float = 0.0) -> Duty:
        self._duties[nodeserver.worker] = duty
        duty.task = tasks.begin(self._attend(nodeserver, duty, run, pause), f"life of {nodeserver.worker}")
        return duty

    async def _let_go(self, nodeserver: NodeServer) -> bool:
        """Ends the task; False if there was none. A run that it watched goes on."""
        duty = self._duties.pop(nodeserver.worker, None)
        if duty is None or duty.task is None:
            return False
        await tasks.end([duty.task])
        nodeserver.care.starts_again = None
        if not duty.off.is_set():
            duty.fail(NotPossibleNow(f"{nodeserver.record.name} was stopped before it had started"))
        return True

    async def _attend(self, nodeserver: NodeServer, duty: Duty, run: CurrentRun | None, first: float) -> None:
        pause: float | None = first
        try:
            while pause is not None:
                if pause:
                    await self._rest(nodeserver, duty, pause)
                pause = await self._live(nodeserver, duty, run)
                run = None
        except Exception:  # noqa: BLE001 (the edge of this task)
            _log.exception("the life of %s ended by a fault of the platform", nodeserver.worker)
            nodeserver.enter(State.FAILED, _FAULT)
            duty.fail(PgcError(f"{nodeserver.record.name}: {_FAULT}"))
        finally:
            if self._duties.get(nodeserver.worker) is duty:
                del self._duties[nodeserver.worker]

    async def _live(self, nodeserver: NodeServer, duty: Duty, run: CurrentRun | None) -> float | None:
        """From a start to the end; the seconds until the next start, None if there is to be none."""
        try:
            run = run or await self._start(nodeserver, duty)
        except (PgcError, SQLAlchemyError) as error:
            return self._failed(nodeserver, duty, error)
        exit_ = await run.process.exited()
        ended = self._clock.monotonic()
        await tasks.undisturbed(self._life.finish(nodeserver, run, exit_))
        return await self._ended(nodeserver, duty, run, exit_, ended)

    async def _start(self, nodeserver: NodeServer, duty: Duty) -> CurrentRun:
        """When it is its turn, which is over once it has connected."""
        with self._starts.turn(urgent=duty.urgent) as turn:
            nodeserver.care.turn = turn
            try:
                if turn.place:
                    nodeserver.enter(State.QUEUED, "others start before it")
                    duty.off.set()
                await turn.come()
            finally:
                nodeserver.care.turn = None
            duty.waits = False
            run = await self._life.start(nodeserver)
            duty.began = self._clock.monotonic()
            duty.off.set()
            await _connected(nodeserver, run)
            return run

    def _failed(self, nodeserver: NodeServer, duty: Duty, error: PgcError | SQLAlchemyError) -> float | None:
        pause = duty.troubles.failed() if self._policy and _passes(error) else None
        hint = error.hint if isinstance(error, PgcError) else ""
        nodeserver.enter(State.FAILED, f"{error.args[0]}{_next(nodeserver, pause)}", hint)
        duty.fail(error)
        return pause

    async def _ended(
        self, nodeserver: NodeServer, duty: Duty, run: CurrentRun, exit_: Exit, when: float
    ) -> float | None:
        if exit_.code == 0 and not exit_.ended_for:
            nodeserver.enter(State.STOPPED, "it ended by itself")
            return None
        ending = await self._post_mortem.of(nodeserver, run, exit_)
        if self._policy is None:
            nodeserver.enter(State.CRASHED, ending.reason, ending.hint)
            return None
        pause = duty.troubles.crashed(when, when - duty.began)
        if pause is None:
            await tasks.undisturbed(self._parking.enter(nodeserver, ending, self._policy))
            return None
        nodeserver.enter(State.CRASHED, f"{ending.reason}{_next(nodeserver, pause)}", ending.hint)
        return pause

    async def _rest(self, nodeserver: NodeServer, duty: Duty, pause: float) -> None:
        duty.waits, duty.urgent = True, False
        await self._clock.sleep(pause)
        duty.renew()
        nodeserver.care.starts_again = None
        nodeserver.care.restarts += 1


def _next(nodeserver: NodeServer, pause: float | None) -> str:
    """Notes when it is started again, and says so."""
    if pause is None:
        return ""
    again = nodeserver.care.starts_again = time.time() + pause
    return f"; it is started again at {time.strftime('%H:%M:%S', time.localtime(again))}"


def _passes(error: PgcError | SQLAlchemyError) -> bool:
    """Whether what keeps it from starting may pass by itself; else only its owner can mend it."""
    if isinstance(error, IsyError):
        return may_pass(error)
    return isinstance(error, (BrokerError, WorkerError, SQLAlchemyError))


async def _connected(nodeserver: NodeServer, run: CurrentRun) -> None:
    """Waits until the run has connected, or has ended, or takes long for it."""
    either = [asyncio.ensure_future(nodeserver.until(State.RUNNING)), asyncio.ensure_future(run.process.exited())]
    try:
        await asyncio.wait(either, timeout=_CONNECTING, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for waiting in either:
            waiting.cancel()
        await asyncio.gather(*either, return_exceptions=True)
