"""NodeServers are installed, updated and set back, one thing at a time for each, and few of all at once.

What is installed is built beside what there is. Only when it is whole is it put in its place; until then, and if it
fails, the NodeServer is as it was.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from pgc.bundles.build import Builder, Built
from pgc.bundles.files import in_thread
from pgc.bundles.server_file import ServerFile
from pgc.bundles.sources import Fetcher, Source
from pgc.bundles.store import BundleStore
from pgc.errors import PgcError
from pgc.nodeservers.applier import Applier
from pgc.nodeservers.enlisting import NAMELESS
from pgc.nodeservers.errors import NotPossibleNow
from pgc.nodeservers.housekeeping import Housekeeping
from pgc.nodeservers.jobs import Jobs
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.states import State
from pgc.nodeservers.switch import Switch
from pgc.nodeservers.versions import as_built, as_taken, back_to, version_of
from pgc.storage.records import NodeServerRecord, SourceKind
from pgc_interface import wire
from pgc_interface.rules.state import Saved

AT_ONCE = 2
"""Installs that are under way; the others wait for their turn."""
_LONGEST_FAILURE = 1000
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be installed; `ref` is what is fetched, where that is not what the source asks for."""

    source: Source
    ref: str | None = None

    @property
    def fetched(self) -> Source:
        return self.source if self.ref is None else replace(self.source, ref=self.ref)


class Installs:
    """`uploads` is the folder in which zips wait until they are installed."""

    def __init__(
        self,
        *,
        fetcher: Fetcher,
        builder: Builder,
        bundles: BundleStore,
        applier: Applier,
        switch: Switch,
        housekeeping: Housekeeping,
        uploads: Path,
    ) -> None:
        self._fetcher = fetcher
        self._builder = builder
        self._bundles = bundles
        self._applier = applier
        self._switch = switch
        self._housekeeping = housekeeping
        self._uploads = uploads
        self._jobs = Jobs()
        self._turns = asyncio.Semaphore(AT_ONCE)
        self.finish = self._jobs.finish

    def begin(self, nodeserver: NodeServer, source: Source | None = None, listener: Say | None = None) -> None:
        """Installs what `source` has now, or again what it has. A version that it has goes on meanwhile.

        `listener` hears what its journal is told.

        Raises:
            NotPossibleNow: something is being installed for it.
        """
        self._jobs.check_free(nodeserver)
        order = Order(self._received(nodeserver, source)) if source else self._again(nodeserver.record)
        self._jobs.begin(nodeserver, self._install(nodeserver, order, listener))

    async def end(self, nodeserver: NodeServer) -> None:
        """Breaks off what is under way: it leaves."""
        await self._switch.forget(nodeserver)
        await self._jobs.end(nodeserver)
        await in_thread(self._upload(nodeserver.record).unlink, missing_ok=True)

    async def tidy(self) -> None:
        """Removes what nobody needs any more."""
        await self._housekeeping.tidy()

    async def shut_down(self) -> None:
        await self._jobs.end_all()
        await self._switch.stop()

    async def choose(self, nodeserver: NodeServer, **choice: Any) -> None:
        """An owner's choice that decides what is installed, such as `api`; it counts from the next start on.

        Raises:
            BundleError: what it requires then does not install; nothing was changed.
            NotPossibleNow: something is being installed for it, or its files are gone.
        """
        self._jobs.check_free(nodeserver)
        if not nodeserver.record.bundle:
            await self._switch.note(nodeserver, choice)
            return
        self._jobs.begin(nodeserver, self._rebuild(nodeserver, choice))
        await self.finish(nodeserver)

    async def rollback(self, nodeserver: NodeServer) -> None:
        """Goes back to the version before this one, which is then the earlier one; what it has saved stays.

        Raises:
            NotPossibleNow: there is none, or something is being installed.
            PgcError: it does not start.
        """
        self._jobs.check_free(nodeserver)
        record = nodeserver.record
        if not record.earlier:
            raise NotPossibleNow(f"{record.name} has no earlier version", hint="there is one after an update")
        self._jobs.begin(nodeserver, self._go_back(nodeserver))
        await self.finish(nodeserver)

    async def _install(self, nodeserver: NodeServer, order: Order, listener: Say | None) -> None:
        say = partial(_say, nodeserver, listener)
        before = nodeserver.record
        try:
            async with self._turns:
                if not before.bundle:
                    nodeserver.enter(State.INSTALLING)
                async with self._housekeeping.building():
                    await self._replace(nodeserver, order, say)
        except PgcError as error:
            await self._failed(nodeserver, error)
            raise
        await in_thread(self._upload(before).unlink, missing_ok=True)
        await self._housekeeping.tidy()
        await self._go_on(nodeserver, before, say)

    async def _replace(self, nodeserver: NodeServer, order: Order, say: Say) -> None:
        async with self._fetcher.fetched(order.fetched, say) as fetched:
            built = await self._build(nodeserver.record, fetched.folder, say)
        record, server_file = nodeserver.record, built.bundle.server_file
        changed = {**as_taken(order.source, fetched.commit), **as_built(built, record.api), "install_failure": ""}
        if not record.bundle:
            await self._first(nodeserver, server_file)
            changed["name"] = server_file.name if record.name.endswith(NAMELESS) else record.name
        elif record.bundle != built.bundle.id:
            changed["earlier"] = version_of(record)
        await self._switch.note(nodeserver, changed, server_file)

    async def _build(self, record: NodeServerRecord, folder: Path, say: Say) -> Built:
        """Its cache is its own: what others call the same, such as a zip's name, may be a stranger's."""
        owner = Path("/", record.worker)
        return await self._builder.build(folder, say, api=record.api, python=record.python, owner=owner)

    async def _first(self, nodeserver: NodeServer, server_file: ServerFile) -> None:
        """Its polls are those that its author has chosen, unless its owner has been quicker."""
        untouched, saved = Saved(), nodeserver.saved
        if (saved.short_poll, saved.long_poll) != (untouched.short_poll, untouched.long_poll):
            return
        polls = wire.Polls(shortPoll=server_file.short_poll, longPoll=server_file.long_poll)
        await self._applier.patch(nodeserver, wire.Upstream(polls=polls))

    async def _go_on(self, nodeserver: NodeServer, before: NodeServerRecord, say: Say) -> None:
        if not before.bundle:
            nodeserver.enter(State.STOPPED)
            await self._switch.restart(nodeserver)
        elif nodeserver.record.bundle != before.bundle:
            await self._switch.to_update(nodeserver)
        else:
            say("nothing is new: it goes on as it was")
            if nodeserver.state is State.FAILED:
                nodeserver.enter(State.STOPPED)
                await self._switch.restart(nodeserver)

    async def _failed(self, nodeserver: NodeServer, error: PgcError) -> None:
        reason = nodeserver.journal.masked(str(error))[:_LONGEST_FAILURE]
        if not nodeserver.record.bundle:
            nodeserver.enter(State.FAILED, reason, error.hint)
        else:
            nodeserver.journal.remark(f"{reason}. It goes on as it was", "ERROR")
        await self._switch.note(nodeserver, {"install_failure": reason})

    async def _rebuild(self, nodeserver: NodeServer, choice: dict[str, Any]) -> None:
        async with self._turns, self._housekeeping.building():
            bundle = await in_thread(self._bundles.verified, nodeserver.record.bundle)
            if bundle is None:
                raise NotPossibleNow("its installed files are gone", hint="install it again")
            record = replace(nodeserver.record, **choice)
            built = await self._build(record, bundle.original, partial(_say, nodeserver, None))
            await self._switch.note(nodeserver, choice | as_built(built, record.api), built.bundle.server_file)

    async def _go_back(self, nodeserver: NodeServer) -> None:
        record = nodeserver.record
        bundle = await in_thread(self._bundles.verified, record.earlier["bundle"])
        if bundle is None:
            raise NotPossibleNow("the files of the earlier version are gone", hint="update it to that version instead")
        changed = {**back_to(record), "earlier": version_of(record)}
        await self._switch.note(nodeserver, changed, bundle.server_file)
        nodeserver.journal.remark("gone back to the version before the update")
        await self._switch.restart(nodeserver)

    def _again(self, record: NodeServerRecord) -> Order:
        """The very commit, where there is one; of folders there is only what they hold now."""
        upload = self._upload(record) if record.kind is SourceKind.ZIP else None
        return Order(replace(_source(record), upload=upload), record.commit or None)

    def _received(self, nodeserver: NodeServer, source: Source) -> Source:
        """A zip waits under its NodeServer's name, so that its install can be tried again."""
        if source.upload is None:
            return source
        return replace(source, upload=source.upload.replace(self._upload(nodeserver.record)))

    def _upload(self, record: NodeServerRecord) -> Path:
        return self._uploads / f"{record.worker}.zip"


def _source(record: NodeServerRecord) -> Source:
    return Source(record.kind, record.source, record.ref, record.source_login)


def _say(nodeserver: NodeServer, listener: Say | None, text: str) -> None:
    nodeserver.journal.installing(text)
    if listener is not None:
        listener(nodeserver.journal.masked(text))
