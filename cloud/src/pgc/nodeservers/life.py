"""The life of one NodeServer's runs: start, stop, finish, and finding a run again after the platform restarted.

A start is refused until the login of the run before it is revoked, so two runs never fight over a slot. Whoever calls
sees to it that each NodeServer gets one order at a time.
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
from pgc.nodeservers import originals, tasks
from pgc.nodeservers.applier import Applier
from pgc.nodeservers.clock import now_ms
from pgc.nodeservers.errors import NotIsolated
from pgc.nodeservers.inbound import Inbound
from pgc.nodeservers.lane import DurableLane
from pgc.nodeservers.launch import Launcher, new_login
from pgc.nodeservers.nodeserver import CurrentRun, NodeServer
from pgc.nodeservers.outbound import Outbound
from pgc.nodeservers.outside import check_published, choose_port
from pgc.nodeservers.provisioner import Provisioner
from pgc.nodeservers.revocations import Revocations
from pgc.nodeservers.states import State
from pgc.storage.records import RunRecord
from pgc.storage.storage import Storage
from pgc.workers.pool import WarmPool
from pgc.workers.runtime import Exit, Run, Runtime
from pgc_interface import wire

_END_GRACE = 2.0
_log = logging.getLogger(__name__)


class _Opened(NamedTuple):
    """What belongs to the current run of a NodeServer."""

    lane: DurableLane
    work: asyncio.Task[None]
    log: asyncio.Task[None]


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
        publish_host: str,
    ) -> None:
        self._storage = storage
        self._runtime = runtime
        self._inbound = inbound
        self._outbound = outbound
        self._applier = applier
        self._provisioner = provisioner
        self._stop_grace = stop_grace
        self._publish_host = publish_host
        self._opened: dict[str, _Opened] = {}
        self._revocations = Revocations(broker)
        self._launcher = Launcher(bundles, broker, runtime, pool, provisioner, publish_host)

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

    def port_for(self, nodeserver: NodeServer, taken: set[int]) -> int:
        """The port of this machine that is to lead to it: the one it had, else one that is not `taken`.

        Raises:
            NotPossibleNow: no port can be led to it.
        """
        check_published(nodeserver, self._runtime.sandbox)
        return nodeserver.record.port or choose_port(self._publish_host, taken)

    async def check_python(self, python: str) -> None:
        """
        Raises:
            InterpreterError: there is no such Python.
            WorkerError: what the SDK needs on it cannot be had.
        """
        await self._runtime.prepare(python)

    async def start(self, nodeserver: NodeServer) -> CurrentRun:
        """Starts a run; it counts as running once it has connected. Broken off, it leaves nothing.

        Raises:
            PgcError, SQLAlchemyError: it could not be started.
        """
        if nodeserver.run is not None:  # a fault of the platform has left it
            await self.stop(nodeserver)
        nodeserver.enter(State.STARTING)
        self.check_isolation(trusted=nodeserver.record.trusted)
        await self._revocations.complete(nodeserver)
        await self._provisioner.register(nodeserver)
        nodeserver.isy.reporter.review()
        return await self._launch(nodeserver)

    async def stop(self, nodeserver: NodeServer, *, deleting: bool = False) -> bool:
        """Asks the run to stop, ends it after its grace, and revokes its login; False if there is none.

        One that is not connected would not hear the message: it is ended by signal, with the same grace.
        """
        run = nodeserver.run
        if run is None:
            return False
        hears = run.connected
        nodeserver.enter(State.STOPPING)
        if deleting:
            await self._outbound.deliver(nodeserver, wire.Downstream(delete={}))
        else:
            await self._outbound.send(nodeserver, wire.Downstream(stop=""))
        exit_ = await (self._ended(nodeserver, run) if hears else run.process.end(self._stop_grace))
        await self.finish(nodeserver, run, exit_)
        nodeserver.enter(State.STOPPED, _after_stop(exit_, asked=hears))
        return True

    async def resume(self, nodeserver: NodeServer, record: RunRecord) -> CurrentRun | None:
        """Takes up the run that was there before the platform restarted; None if it is gone.

        Raises:
            PgcError, OSError, SQLAlchemyError: it is there and cannot be talked to; it was ended.
        """
        process = await self._found(nodeserver, record)
        if process is None:
            return None
        nodeserver.enter(State.STARTING, "found again after a restart of the platform")
        nodeserver.journal.hide_hashed(record.secret_hash)
        login = Login(name=record.login, secret_hash=record.secret_hash, prefix=nodeserver.topics.prefix)
        run = CurrentRun(
            record, process, mark=record.mark, acknowledges=record.mark > 0, refusals=dict(record.refusals)
        )
        self._open(nodeserver, run, goes_on=True)
        run.original = process.door is not None
        try:
            await self._launcher.let_in_again(process, login)
        except BaseException as error:  # also one that nobody expects leaves no run that nobody watches
            await tasks.undisturbed(self.finish(nodeserver, run, None))
            nodeserver.enter(State.FAILED, str(error))
            raise
        await self._provisioner.resume(nodeserver)
        return run

    async def finish(self, nodeserver: NodeServer, run: CurrentRun, exit_: Exit | None) -> None:
        """The run is over: nothing new of it is taken, what was taken is applied, and nothing of it stays."""
        revoked = await self._revocations.revoke(nodeserver, run.record.login)
        self._inbound.closed(nodeserver)
        await run.process.end(_END_GRACE)
        await self._close(nodeserver)
        self._outbound.forget(nodeserver)
        nodeserver.run, nodeserver.last_exit = None, exit_
        controller = nodeserver.controller
        if controller is not None:
            nodeserver.isy.reporter.controller_state(nodeserver.slot, controller.record.address, False)
        await self._note_end(nodeserver, run, revoked=revoked)

    async def _found(self, nodeserver: NodeServer, record: RunRecord) -> Run | None:
        """The process of this run; where it cannot be had, nothing of it stays at the broker or in the database."""
        try:
            process = await self._runtime.attach(record.id)
        except (PgcError, OSError):
            await self._forget(nodeserver, record)
            raise
        if process is None:
            await self._forget(nodeserver, record)
        return process

    async def _forget(self, nodeserver: NodeServer, record: RunRecord) -> None:
        if await self._revocations.revoke(nodeserver, record.login):
            await self._storage.runs.end(record.id)

    async def _launch(self, nodeserver: NodeServer) -> CurrentRun:
        contents = await self._launcher.contents(nodeserver)
        process = await tasks.obtained(self._launcher.process_for(nodeserver), lambda process: process.end(_END_GRACE))
        login, secret = new_login(nodeserver)
        nodeserver.journal.hide(secret)
        record = RunRecord(id=process.id, worker=nodeserver.worker, login=login.name, secret_hash=login.secret_hash)
        try:
            await self._note_begin(nodeserver, record)
        except BaseException:  # also a start that is cancelled leaves no process behind
            await tasks.undisturbed(process.end(_END_GRACE))
            raise
        run = CurrentRun(record=record, process=process, original=process.door is not None)
        self._open(nodeserver, run)
        try:
            await self._launcher.hand_over(nodeserver, process, contents, login, secret)
        except BaseException:
            await tasks.undisturbed(self.finish(nodeserver, run, None))
            raise
        return run

    def _open(self, nodeserver: NodeServer, run: CurrentRun, *, goes_on: bool = False) -> None:
        nodeserver.run = run
        lane = DurableLane(nodeserver, run, self._outbound, self._applier.apply, self._applier.skip)
        self._inbound.opened(nodeserver, lane, goes_on=goes_on)
        name = nodeserver.worker
        self._opened[name] = _Opened(
            lane,
            tasks.begin(lane.work(), f"durable lane of {name}"),
            tasks.begin(self._copy_log(nodeserver, run.process), f"log of {name}"),
        )

    async def _note_begin(self, nodeserver: NodeServer, record: RunRecord) -> None:
        nodeserver.record = replace(nodeserver.record, time_started=now_ms())
        await self._storage.runs.begin(record)
        await self._storage.nodeservers.update(nodeserver.worker, time_started=nodeserver.record.time_started)

    async def _ended(self, nodeserver: NodeServer, run: CurrentRun) -> Exit:
        try:
            async with asyncio.timeout(self._stop_grace):
                return await (originals.leave(run) if run.original else run.process.exited())
        except TimeoutError:
            nodeserver.journal.remark(f"it did not stop within {self._stop_grace:g} seconds and is ended", "WARNING")
            return await run.process.end(_END_GRACE)

    async def _close(self, nodeserver: NodeServer) -> None:
        opened = self._opened.pop(nodeserver.worker, None)
        if opened is None:
            return
        await opened.lane.drain()
        await tasks.end([opened.work])
        await asyncio.gather(opened.log, return_exceptions=True)

    async def _note_end(self, nodeserver: NodeServer, run: CurrentRun, *, revoked: bool) -> None:
        """Where its login is not revoked, the run stays noted: a platform that starts looks for it, and has it revoked.
        Else nothing depends on these notes: the next run writes over them."""
        nodeserver.record = replace(nodeserver.record, last_disconnect=now_ms())
        try:
            if revoked:
                await self._storage.runs.end(run.record.id)
            await self._storage.nodeservers.update(nodeserver.worker, last_disconnect=nodeserver.record.last_disconnect)
        except SQLAlchemyError:
            _log.exception("the end of run %s could not be noted", run.record.id)

    async def _copy_log(self, nodeserver: NodeServer, process: Run) -> None:
        async for line in process.lines():
            nodeserver.journal.take(process.id, line)


def _after_stop(exit_: Exit, *, asked: bool) -> str:
    if exit_.code == 0:
        return ""
    return f"ended with {exit_.text}" if asked else "it was ended before it had connected"
