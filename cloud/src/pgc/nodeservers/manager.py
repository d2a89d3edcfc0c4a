"""The manager: NodeServers are added, started, stopped, restarted, removed, and found again at start."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from pgc.bundles.files import in_thread
from pgc.bundles.server_file import read_server_file
from pgc.bundles.sources import Source
from pgc.bundles.store import BundleStore
from pgc.errors import PgcError
from pgc.isy.isy import Isy
from pgc.isy.manager import IsyManager
from pgc.nodeservers.applier import Applier
from pgc.nodeservers.clock import now_ms
from pgc.nodeservers.directory import Directory
from pgc.nodeservers.enlisting import Enlisting, NewNodeServer
from pgc.nodeservers.errors import NotPossibleNow
from pgc.nodeservers.installs import Installs
from pgc.nodeservers.journals import Journals
from pgc.nodeservers.life import Life
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.preferences import Preferences
from pgc.nodeservers.provisioner import Provisioner
from pgc.nodeservers.recovery import Recovery
from pgc.nodeservers.states import State
from pgc.nodeservers.supervisor import Supervisor
from pgc.nodeservers.versions import newest
from pgc.nodeservers.wishes import Wish, Wished, Wishes
from pgc.sandbox.pythons import AUTO
from pgc.storage.records import Api, SourceKind
from pgc.storage.storage import Storage

_KEPT_AFTER_REMOVAL = 30 * 24 * 3600 * 1000
_log = logging.getLogger(__name__)


class Manager(Preferences):
    def __init__(
        self,
        *,
        storage: Storage,
        directory: Directory,
        isys: IsyManager,
        bundles: BundleStore,
        enlisting: Enlisting,
        installs: Installs,
        life: Life,
        supervisor: Supervisor,
        provisioner: Provisioner,
        applier: Applier,
        wishes: Wishes,
        journals: Journals,
    ) -> None:
        super().__init__(storage, directory, applier, life)
        self._isys = isys
        self._bundles = bundles
        self._enlisting = enlisting
        self._installs = installs
        self._supervisor = supervisor
        self._provisioner = provisioner
        self._journals = journals
        self._wishes = wishes
        self._tasks: set[asyncio.Task[None]] = set()

    def all(self) -> list[NodeServer]:
        return sorted(self._directory, key=lambda nodeserver: (nodeserver.isy.name, nodeserver.slot))

    async def recover(self) -> None:
        """Takes up what was there before: runs that live on are found again, the other wanted ones started."""
        await self._storage.nodeservers.purge(before=now_ms() - _KEPT_AFTER_REMOVAL)
        await self._journals.remove_others(self._storage.nodeservers.workers)
        take_up = self._enlisting.take_up
        recovery = Recovery(self._storage, self._bundles, self._isys, self._supervisor, self._journals, take_up)
        async for nodeserver, goes_on in recovery.nodeservers():
            if goes_on and not nodeserver.record.wanted:
                self._soon(nodeserver, self._supervisor.stop)
            elif not nodeserver.record.bundle:
                self._install_again(nodeserver)
            elif nodeserver.record.wanted and not goes_on:
                self._supervisor.start_soon(nodeserver)
        for isy in self._isys.all():
            isy.reporter.review()

    async def add(
        self,
        isy: Isy,
        folder: Path,
        *,
        slot: int | None = None,
        name: str = "",
        api: Api = Api.AUTO,
        python: str = AUTO,
        trusted: bool = False,
        say: Callable[[str], None] | None = None,
    ) -> NodeServer:
        """Installs the NodeServer in this folder; it is stopped afterwards. Without a slot it gets the first free one.

        `api` is the dialect that it is run in, `python` the version it runs on; `say` hears of the install.

        Raises:
            InterpreterError: there is no such Python.
            NotIsolated: nothing would keep its code from this machine, and it is not `trusted`.
            SlotTaken, Refused: the slot cannot be had.
            BundleError: the folder is no NodeServer; or what it requires does not install: then it is there, `failed`.
        """
        new = NewNodeServer(Source.folder(folder), slot, name, api, trusted, python)
        nodeserver = await self.enlist(isy, new, say)
        try:
            await self._installs.finish(nodeserver)
        except asyncio.CancelledError:
            await self._installs.end(nodeserver)
            raise
        return nodeserver

    async def enlist(self, isy: Isy, new: NewNodeServer, say: Callable[[str], None] | None = None) -> NodeServer:
        """Makes it known at once, and begins to install it.

        Raises:
            InterpreterError, NotIsolated, SlotTaken, Refused: as above.
            WorkerError: what the SDK needs on that Python cannot be had.
            BundleError: it is a folder that is no NodeServer.
        """
        self._life.check_isolation(trusted=new.trusted)
        await self._life.check_python(new.python)
        if new.source.kind is SourceKind.FOLDER:
            name = (await in_thread(read_server_file, Path(new.source.place))).name
            new = replace(new, name=new.name or name)
        nodeserver = await self._enlisting.enlist(isy, new)
        self._installs.begin(nodeserver, new.source, say)
        return nodeserver

    async def installed(self, worker: str) -> NodeServer:
        """Waits until nothing is being installed for it, whatever has come of it."""
        nodeserver = self.get(worker)
        with suppress(PgcError):
            await self._installs.finish(nodeserver)
        return nodeserver

    def install(self, worker: str) -> NodeServer:
        """Begins to install again what it has, or was to have.

        Raises:
            NotPossibleNow: something is being installed for it.
        """
        nodeserver = self._staying(worker)
        self._installs.begin(nodeserver)
        return nodeserver

    def update(self, worker: str, source: Source | None = None, ref: str | None = None) -> NodeServer:
        """Begins to install what its source has now, or another `ref` of it, or another source; it goes on meanwhile.

        Raises:
            NotPossibleNow: something is being installed for it, or its zip has to be sent again.
            SourceError: nothing is called `ref`.
        """
        nodeserver = self._staying(worker)
        self._installs.begin(nodeserver, source or newest(nodeserver.record, ref))
        return nodeserver

    async def rollback(self, worker: str) -> NodeServer:
        """Goes back to the version before the last update, and forward again at the next time.

        Raises:
            NotPossibleNow: there is none, or something is being installed.
            PgcError: it does not start.
        """
        nodeserver = self._staying(worker)
        await self._installs.rollback(nodeserver)
        return nodeserver

    async def start(self, worker: str) -> NodeServer:
        """At once; what is still being installed starts as soon as it is."""
        nodeserver = self._startable(worker)
        await self._want(nodeserver, True)
        if nodeserver.record.bundle:
            await self._supervisor.start(nodeserver)
        return nodeserver

    async def stop(self, worker: str) -> NodeServer:
        nodeserver = self.get(worker)
        await self._want(nodeserver, False)
        await self._supervisor.stop(nodeserver)
        return nodeserver

    async def restart(self, worker: str) -> NodeServer:
        nodeserver = self._startable(worker)
        await self._want(nodeserver, True)
        if nodeserver.record.bundle:
            await self._supervisor.stop(nodeserver)
            await self._supervisor.start(nodeserver)
        return nodeserver

    async def remove(self, worker: str) -> None:
        """Stops it, takes its nodes and slot from the ISY, and forgets it; its data is kept for 30 days.

        Raises:
            IsyUnreachable: the ISY is off, so its nodes cannot be taken from it now; the NodeServer is stopped.
            NotPossibleNow: it is being removed.
        """
        nodeserver = self._staying(worker)
        nodeserver.leaving = True
        try:
            await self._want(nodeserver, False)
            await self._installs.end(nodeserver)
            await self._supervisor.stop(nodeserver, deleting=True)
            await self._clear(nodeserver)
            await self._storage.nodeservers.remove(worker, now_ms())
        except BaseException:
            nodeserver.leaving = False
            raise
        self._directory.drop(nodeserver)
        await self._journals.close(worker)
        await self._installs.tidy()

    async def choose_api(self, worker: str, api: Api) -> NodeServer:
        """The dialect that it is run in from its next start on; what it needs for that is installed now.

        Raises:
            BundleError: what it requires in that dialect does not install; nothing was changed.
        """
        nodeserver = self._staying(worker)
        await self._installs.choose(nodeserver, api=api)
        return nodeserver

    async def choose_python(self, worker: str, python: str) -> NodeServer:
        """The Python that it runs on from its next start on; what it needs for that is installed now.

        Raises:
            InterpreterError: there is no such Python.
            BundleError, WorkerError: what it or the SDK requires does not install there; nothing was changed.
        """
        nodeserver = self._staying(worker)
        await self._life.check_python(python)
        await self._installs.choose(nodeserver, python=python)
        return nodeserver

    async def shut_down(self) -> None:
        """Stops every run; those that were wanted start again with the platform."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._installs.shut_down()
        async with asyncio.TaskGroup() as group:
            for nodeserver in self._directory:
                group.create_task(self._end(nodeserver), name=f"stop {nodeserver.worker}")
        for nodeserver in self._directory:
            await self._provisioner.end(nodeserver)

    async def grant(self) -> None:
        """Does what NodeServers wish, for ever."""
        while True:
            wished = await self._wishes.next()
            self._soon(wished.nodeserver, partial(self._grant, wished=wished))

    async def _grant(self, nodeserver: NodeServer, wished: Wished) -> None:
        """A wish ends with its run, and the owner's word counts more."""
        if nodeserver.run is not wished.run:
            return
        if wished.wish is Wish.RESTART and nodeserver.record.wanted:
            await self._supervisor.restart(nodeserver)
        else:
            await self._supervisor.stop(nodeserver)

    async def _end(self, nodeserver: NodeServer) -> None:
        try:
            await self._supervisor.stop(nodeserver)
        except Exception:  # noqa: BLE001 (the edge of this task; one that cannot be stopped must not keep the others)
            _log.exception("%s could not be stopped", nodeserver.worker)

    async def _want(self, nodeserver: NodeServer, wanted: bool) -> None:
        nodeserver.record = replace(nodeserver.record, wanted=wanted)
        await self._storage.nodeservers.update(nodeserver.worker, wanted=wanted)

    def _startable(self, worker: str) -> NodeServer:
        nodeserver = self._staying(worker)
        if not nodeserver.record.bundle and not nodeserver.installing:
            raise NotPossibleNow(f"{nodeserver.record.name} is not installed", hint="try to install it again")
        return nodeserver

    def _install_again(self, nodeserver: NodeServer) -> None:
        """After a restart of the platform: what it was at is begun anew, what had failed waits for its owner."""
        if nodeserver.record.install_failure:
            nodeserver.enter(State.FAILED, nodeserver.record.install_failure)
        else:
            self._installs.begin(nodeserver)

    async def _clear(self, nodeserver: NodeServer) -> None:
        """One that was never installed was never on its ISY, which need not be there for this."""
        if nodeserver.record.bundle:
            await self._provisioner.clear(nodeserver)
        else:
            await self._provisioner.end(nodeserver)

    def _soon(self, nodeserver: NodeServer, step: Callable[[NodeServer], Awaitable[None]]) -> None:
        async def run() -> None:
            try:
                await step(nodeserver)
            except PgcError as error:
                nodeserver.journal.remark(f"{error}. {error.hint}".rstrip(" ."), "ERROR")
            except Exception:  # noqa: BLE001 (the edge of this task)
                _log.exception("what was asked of %s failed", nodeserver.worker)
                nodeserver.journal.remark("an error of the platform; its log tells more", "ERROR")

        task = asyncio.create_task(run(), name=f"life of {nodeserver.worker}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
