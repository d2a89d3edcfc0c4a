"""The life of one NodeServer's runs: start, watch, stop, and finding a run again after the platform restarted.

A start waits until the login of the run before it is revoked, so two runs never fight over a slot.
"""

import asyncio
import logging
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from pgc.broker.access import Login
from pgc.broker.logins import Logins
from pgc.bundles.store import BundleStore
from pgc.errors import PgcError
from pgc.nodeservers import tasks
from pgc.nodeservers.applier import Applier
from pgc.nodeservers.clock import now_ms
from pgc.nodeservers.errors import NotIsolated, NotPossibleNow
from pgc.nodeservers.inbound import Inbound
from pgc.nodeservers.lane import DurableLane
from pgc.nodeservers.launch import assignment, new_login
from pgc.nodeservers.nodeserver import CurrentRun, NodeServer
from pgc.nodeservers.outbound import Outbound
from pgc.nodeservers.provisioner import Provisioner
from pgc.nodeservers.states import State
from pgc.storage.records import NodeServerRecord, RunRecord
from pgc.storage.storage import Storage
from pgc.workers.logs import parse
from pgc.workers.pool import WarmPool
from pgc.workers.runtime import Contents, Exit, Run, Runtime
from pgc_interface import wire

_END_GRACE = 2.0
_log = logging.getLogger(__name__)


class _Opened(NamedTuple):
    """What belongs to the current run of a NodeServer."""

    lane: DurableLane
    work: asyncio.Task[None]
    log: asyncio.Task[None]
    watch: asyncio.Task[None]


class Life:
    """Starts and stops any NodeServer; holds for each the tasks that belong to its current run."""

    def __init__(
        self,
        *,
        storage: Storage,
        bundles: BundleStore,
        broker: Logins,
        runtime: Runtime,
        pool: WarmPool,
        inbound: Inbound,
        outbound: Outbound,
        applier: Applier,
        provisioner: Provisioner,
        stop_grace: float,
    ) -> None:
        self._storage = storage
        self._bundles = bundles
        self._broker = broker
        self._runtime = runtime
        self._pool = pool
        self._inbound = inbound
        self._outbound = outbound
        self._applier = applier
        self._provisioner = provisioner
        self._stop_grace = stop_grace
        self._opened: dict[str, _Opened] = {}

    def check_isolation(self, *, trusted: bool) -> None:
        """
        Raises:
            NotIsolated: strangers' code would run with all the rights of the platform.
        """
        sandbox = self._runtime.sandbox
        if not sandbox.isolated and not trusted:
            raise NotIsolated(
                f"NodeServers do not run without isolation: {sandbox.reason}",
                hint="install bubblewrap on the platform's machine and start the platform again",
            )

    async def start(self, nodeserver: NodeServer) -> None:
        """Starts a run; it counts as running once it has connected. Does nothing if there is one.

        Raises:
            PgcError, SQLAlchemyError: it could not be started; the state is `failed` with the reason.
        """
        async with nodeserver.busy:
            if nodeserver.leaving:
                raise NotPossibleNow(f"{nodeserver.record.name} is being removed")
            if nodeserver.run is not None:
                return
            nodeserver.enter(State.STARTING)
            try:
                self.check_isolation(trusted=nodeserver.record.trusted)
                await self._provisioner.register(nodeserver)
                nodeserver.isy.reporter.review()
                await self._launch(nodeserver)
            except (PgcError, SQLAlchemyError) as error:
                nodeserver.enter(State.FAILED, str(error.args[0]))
                raise
            except BaseException:
                nodeserver.enter(State.FAILED, "its start was broken off")
                raise

    async def stop(self, nodeserver: NodeServer, *, deleting: bool = False) -> None:
        """Asks the run to stop, ends it after its grace, and revokes its login. Does nothing if there is none.

        One that is not connected would not hear the message: it is ended by signal, with the same grace.
        """
        async with nodeserver.busy:
            run = nodeserver.run
            if run is None:
                return
            hears = run.connected
            nodeserver.enter(State.STOPPING)
            if deleting:
                await self._outbound.deliver(nodeserver, wire.Downstream(delete={}))
            else:
                await self._outbound.send(nodeserver, wire.Downstream(stop=""))
            exit_ = await (self._ended(nodeserver, run) if hears else run.process.end(self._stop_grace))
            await self._finish(nodeserver, run, exit_)
            nodeserver.enter(State.STOPPED, _after_stop(exit_, asked=hears))

    async def resume(self, nodeserver: NodeServer, record: RunRecord) -> bool:
        """Takes up the run that was there before the platform restarted; False if it is gone.

        Raises:
            PgcError: it is there and cannot be talked to; it was ended.
        """
        process = await self._runtime.attach(record.id)
        if process is None:
            await self._storage.runs.end(record.id)
            return False
        nodeserver.enter(State.STARTING, "found again after a restart of the platform")
        login = Login(name=record.login, secret_hash=record.secret_hash, prefix=nodeserver.topics.prefix)
        run = CurrentRun(
            record, process, mark=record.mark, acknowledges=record.mark > 0, refusals=dict(record.refusals)
        )
        self._open(nodeserver, run, goes_on=True)
        try:
            await self._broker.allow(login)
        except PgcError as error:
            await self._finish(nodeserver, run, None)
            nodeserver.enter(State.FAILED, str(error))
            raise
        await self._provisioner.resume(nodeserver)
        return True

    async def _launch(self, nodeserver: NodeServer) -> None:
        bundle = await asyncio.to_thread(self._bundles.get, nodeserver.record.bundle)
        if bundle is None:
            raise PgcError(f"the installed files of {nodeserver.record.name} are gone", hint="install it again")
        process = await self._pool.take()
        login, secret = new_login(nodeserver)
        record = RunRecord(id=process.id, worker=nodeserver.worker, login=login.name, secret_hash=login.secret_hash)
        try:
            await self._note_begin(nodeserver, record)
        except BaseException:  # also a start that is cancelled leaves no process behind
            await process.end(_END_GRACE)
            raise
        run = CurrentRun(record=record, process=process)
        self._open(nodeserver, run)
        try:
            await self._broker.allow(login, secret)
            nodeserver.journal.remark(_in_its_dialect(nodeserver.record))
            contents = Contents(source=bundle.source, site=bundle.site)
            await process.assign(contents, assignment(nodeserver, self._broker, login, secret))
        except PgcError:
            await self._finish(nodeserver, run, None)
            raise

    def _open(self, nodeserver: NodeServer, run: CurrentRun, *, goes_on: bool = False) -> None:
        nodeserver.run = run
        nodeserver.journal.run_begins()
        lane = DurableLane(nodeserver, run, self._outbound, self._applier.apply, self._applier.skip)
        self._inbound.opened(nodeserver, lane, goes_on=goes_on)
        name = nodeserver.worker
        self._opened[name] = _Opened(
            lane,
            tasks.begin(lane.work(), f"durable lane of {name}"),
            tasks.begin(self._copy_log(nodeserver, run.process), f"log of {name}"),
            tasks.begin(self._watch(nodeserver, run), f"watch {name}"),
        )

    async def _note_begin(self, nodeserver: NodeServer, record: RunRecord) -> None:
        nodeserver.record = replace(nodeserver.record, time_started=now_ms())
        await self._storage.runs.begin(record)
        await self._storage.nodeservers.update(nodeserver.worker, time_started=nodeserver.record.time_started)

    async def _ended(self, nodeserver: NodeServer, run: CurrentRun) -> Exit:
        try:
            async with asyncio.timeout(self._stop_grace):
                return await run.process.exited()
        except TimeoutError:
            nodeserver.journal.remark(f"it did not stop within {self._stop_grace:g} seconds and is ended", "WARNING")
            return await run.process.end(_END_GRACE)

    async def _finish(self, nodeserver: NodeServer, run: CurrentRun, exit_: Exit | None) -> None:
        """The run is over: nothing new of it is taken, what was taken is applied, and nothing of it stays."""
        await self._broker.revoke(run.record.login)
        self._inbound.closed(nodeserver)
        await run.process.end(_END_GRACE)
        await self._close(nodeserver)
        self._outbound.forget(nodeserver)
        nodeserver.run, nodeserver.last_exit = None, exit_
        controller = nodeserver.controller
        if controller is not None:
            nodeserver.isy.reporter.controller_state(nodeserver.slot, controller.record.address, False)
        await self._note_end(nodeserver, run)

    async def _close(self, nodeserver: NodeServer) -> None:
        opened = self._opened.pop(nodeserver.worker, None)
        if opened is None:
            return
        await opened.lane.drain()
        await tasks.end(task for task in (opened.work, opened.watch) if task is not asyncio.current_task())
        await asyncio.gather(opened.log, return_exceptions=True)

    async def _note_end(self, nodeserver: NodeServer, run: CurrentRun) -> None:
        """Nothing depends on these notes: the next run writes over them, and a platform that starts looks itself."""
        nodeserver.record = replace(nodeserver.record, last_disconnect=now_ms())
        try:
            await self._storage.runs.end(run.record.id)
            await self._storage.nodeservers.update(nodeserver.worker, last_disconnect=nodeserver.record.last_disconnect)
        except SQLAlchemyError:
            _log.exception("the end of run %s could not be noted", run.record.id)

    async def _copy_log(self, nodeserver: NodeServer, process: Run) -> None:
        async for line in process.lines():
            nodeserver.journal.write(parse(line))

    async def _watch(self, nodeserver: NodeServer, run: CurrentRun) -> None:
        exit_ = await run.process.exited()
        async with nodeserver.busy:
            if nodeserver.run is run:
                await self._finish(nodeserver, run, exit_)
                nodeserver.enter(*_after(exit_, nodeserver.journal.last_words()))


def _in_its_dialect(record: NodeServerRecord) -> str:
    reason = f": {record.dialect_reason}" if record.dialect_reason else ""
    return f"it is run in the dialect {record.dialect}{reason}"


def _after_stop(exit_: Exit, *, asked: bool) -> str:
    if exit_.code == 0:
        return ""
    return f"ended with {exit_.text}" if asked else "it was ended before it had connected"


def _after(exit_: Exit, last_words: str) -> tuple[State, str]:
    """The state and reason after a run that ended by itself."""
    if exit_.code == 0:
        return State.STOPPED, "it ended by itself"
    return State.CRASHED, f"it ended by itself with {exit_.text}{f' ({last_words})' if last_words else ''}"
