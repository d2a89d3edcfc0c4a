"""The manager: NodeServers are added, started, stopped, restarted, removed, and found again at start."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from pgc.bundles.build import Builder, Built
from pgc.bundles.server_file import ServerFile
from pgc.bundles.store import BundleStore
from pgc.errors import PgcError
from pgc.events import Events
from pgc.isy.isy import Isy
from pgc.isy.manager import IsyManager
from pgc.nodeservers.applier import Applier
from pgc.nodeservers.clock import now_ms
from pgc.nodeservers.directory import Directory
from pgc.nodeservers.errors import NotPossibleNow, Refused, SlotTaken
from pgc.nodeservers.life import Life
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.provisioner import Provisioner
from pgc.nodeservers.recovery import Recovery
from pgc.nodeservers.wishes import Wish, Wished, Wishes
from pgc.storage.records import Api, NodeServerRecord
from pgc.storage.storage import Storage
from pgc_interface import wire
from pgc_interface.rules import saved
from pgc_interface.rules.state import Saved

SLOTS = range(1, 26)
"""An ISY994 has 25."""
_KEPT_AFTER_REMOVAL = 30 * 24 * 3600 * 1000
_log = logging.getLogger(__name__)


class Manager:
    def __init__(
        self,
        *,
        storage: Storage,
        directory: Directory,
        isys: IsyManager,
        builder: Builder,
        bundles: BundleStore,
        life: Life,
        provisioner: Provisioner,
        applier: Applier,
        events: Events,
        wishes: Wishes,
        stage: str,
    ) -> None:
        self._storage = storage
        self._directory = directory
        self._isys = isys
        self._builder = builder
        self._bundles = bundles
        self._life = life
        self._provisioner = provisioner
        self._applier = applier
        self._events = events
        self._stage = stage
        self._wishes = wishes
        self._tasks: set[asyncio.Task[None]] = set()
        self._adding = asyncio.Lock()

    def all(self) -> list[NodeServer]:
        return sorted(self._directory, key=lambda nodeserver: (nodeserver.isy.name, nodeserver.slot))

    def get(self, worker: str) -> NodeServer:
        return self._directory.get(worker)

    async def recover(self) -> None:
        """Takes up what was there before: runs that live on are found again, the other wanted ones started."""
        await self._storage.nodeservers.purge(before=now_ms() - _KEPT_AFTER_REMOVAL)
        recovery = Recovery(self._storage, self._bundles, self._isys, self._life, self._enlist)
        async for nodeserver, goes_on in recovery.nodeservers():
            if goes_on != nodeserver.record.wanted:
                self._soon(nodeserver, self._life.stop if goes_on else self._life.start)
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
        trusted: bool = False,
        say: Callable[[str], None],
    ) -> NodeServer:
        """Installs the NodeServer in this folder; it is stopped afterwards. Without a slot it gets the first free one.

        `api` is the dialect that it is run in.

        Raises:
            NotIsolated: nothing would keep its code from this machine, and it is not `trusted`.
            SlotTaken, Refused: the slot cannot be had.
            BundleError: the folder is no NodeServer, or what it requires does not install.
        """
        self._life.check_isolation(trusted=trusted)
        built = await self._builder.build(folder, say, api=api)
        server_file = built.bundle.server_file
        async with self._adding:
            record = NodeServerRecord(
                worker=secrets.token_hex(16),
                isy=isy.id,
                slot=await self._choose_slot(isy, slot),
                name=name or server_file.name,
                source=str(folder),
                **_as_built(built, api),
                trusted=trusted,
                slot_password=secrets.token_urlsafe(12),
                saved=Saved(short_poll=server_file.short_poll, long_poll=server_file.long_poll),
                time_added=now_ms(),
            )
            await self._storage.nodeservers.add(record)
            return self._enlist(record, server_file, isy)

    async def start(self, worker: str) -> NodeServer:
        nodeserver = self._staying(worker)
        await self._want(nodeserver, True)
        await self._life.start(nodeserver)
        return nodeserver

    async def stop(self, worker: str) -> NodeServer:
        nodeserver = self.get(worker)
        await self._want(nodeserver, False)
        await self._life.stop(nodeserver)
        return nodeserver

    async def restart(self, worker: str) -> NodeServer:
        nodeserver = self._staying(worker)
        await self._want(nodeserver, True)
        await self._life.stop(nodeserver)
        await self._life.start(nodeserver)
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
            await self._life.stop(nodeserver, deleting=True)
            await self._provisioner.clear(nodeserver)
            await self._storage.nodeservers.remove(worker, now_ms())
        except BaseException:
            nodeserver.leaving = False
            raise
        self._directory.drop(nodeserver)

    async def choose_api(self, worker: str, api: Api) -> NodeServer:
        """The dialect that it is run in from its next start on; what it needs for that is installed now.

        Raises:
            BundleError: what it requires in that dialect does not install; nothing was changed.
        """
        nodeserver = self._staying(worker)
        bundle = await asyncio.to_thread(self._bundles.get, nodeserver.record.bundle)
        if bundle is None:
            raise NotPossibleNow("its installed files are gone", hint="remove it and add it again")
        built = await self._builder.build(bundle.source, nodeserver.journal.remark, api=api)
        changed = _as_built(built, api)
        nodeserver.record = replace(nodeserver.record, **changed)
        await self._storage.nodeservers.update(worker, **changed)
        return nodeserver

    async def change(self, worker: str, frame: wire.Upstream) -> NodeServer:
        """A change of params, notices or polls that the owner makes, as a patch of what is there now."""
        nodeserver = self.get(worker)
        await self._applier.patch(nodeserver, frame)
        return nodeserver

    async def set_typed_params(self, worker: str, patch: wire.Patch) -> NodeServer:
        """
        Raises:
            Refused: a value is not what the NodeServer's definitions ask for; nothing was changed.
        """
        nodeserver = self.get(worker)
        await self._applier.change(nodeserver, partial(saved.set_typed, patch=patch))
        return nodeserver

    async def set_log_level(self, worker: str, level: str) -> NodeServer:
        """From now on, and at every start."""
        nodeserver = self.get(worker)
        await self._applier.change(nodeserver, partial(saved.set_log_level, level=level))
        return nodeserver

    async def shut_down(self) -> None:
        """Stops every run; those that were wanted start again with the platform."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
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
        await self._life.stop(nodeserver)
        if wished.wish is Wish.RESTART and nodeserver.record.wanted:
            await self._life.start(nodeserver)

    async def _end(self, nodeserver: NodeServer) -> None:
        try:
            await self._life.stop(nodeserver)
        except Exception:  # noqa: BLE001 (the edge of this task; one that cannot be stopped must not keep the others)
            _log.exception("%s could not be stopped", nodeserver.worker)

    def _staying(self, worker: str) -> NodeServer:
        nodeserver = self.get(worker)
        if nodeserver.leaving:
            raise NotPossibleNow(f"{nodeserver.record.name} is being removed")
        return nodeserver

    async def _want(self, nodeserver: NodeServer, wanted: bool) -> None:
        nodeserver.record = replace(nodeserver.record, wanted=wanted)
        await self._storage.nodeservers.update(nodeserver.worker, wanted=wanted)

    async def _choose_slot(self, isy: Isy, slot: int | None) -> int:
        taken = {nodeserver.slot for nodeserver in self._directory if nodeserver.isy is isy}
        if slot is not None:
            if slot not in SLOTS:
                raise Refused(f"slot {slot} does not exist; an ISY has {SLOTS[0]} to {SLOTS[-1]}")
            if slot in taken:
                raise SlotTaken(f"slot {slot} already has a NodeServer", hint="choose another or remove that one")
            return slot
        taken |= {connection.slot for connection in await isy.client.connections()}
        free = next((slot for slot in SLOTS if slot not in taken), None)
        if free is None:
            raise NotPossibleNow("no slot of the ISY is free", hint="remove a NodeServer first")
        return free

    def _enlist(self, record: NodeServerRecord, server_file: ServerFile, isy: Isy) -> NodeServer:
        nodeserver = NodeServer(record, server_file, isy, self._stage, self._events)
        self._directory.add(nodeserver)
        self._provisioner.begin(nodeserver)
        return nodeserver

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


def _as_built(built: Built, api: Api) -> dict[str, Any]:
    """What of a record follows from how it was built."""
    choice = built.choice
    return {
        "bundle": built.bundle.id,
        "api": api,
        "dialect": choice.dialect,
        "dialect_reason": choice.reason,
    }
