"""What one durable frame does: first all that must be on the disk, in one transaction, then its effects."""

import asyncio
from base64 import b64decode
from collections.abc import Callable
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from pgc.isy.errors import BadProfile
from pgc.isy.profile import ProfileFile, ProfileKind, check_file
from pgc.nodeservers.additions import Addition, additions
from pgc.nodeservers.clock import now_ms
from pgc.nodeservers.effects import Effects
from pgc.nodeservers.errors import Refused
from pgc.nodeservers.nodeserver import CurrentRun, NodeServer
from pgc.storage.storage import Storage
from pgc_interface import wire
from pgc_interface.rules import saved
from pgc_interface.rules.errors import BadSave
from pgc_interface.rules.state import Saved

_MOST_PROFILE_FILES = 50

Change = Callable[[Saved], Saved]
"""What becomes of the saved state; the very same object if nothing; raises BadSave if that cannot be."""


class Applier:
    def __init__(self, storage: Storage, effects: Effects) -> None:
        self._storage = storage
        self._effects = effects

    async def apply(self, nodeserver: NodeServer, run: CurrentRun, frame: wire.Upstream | wire.IsyUpstream) -> None:
        """
        Raises:
            Refused: the frame cannot be taken; nothing of it was done.
            SQLAlchemyError: it could not be saved; nothing of it was done.
        """
        if isinstance(frame, wire.IsyUpstream):
            await self._apply_isy(nodeserver, run, frame)
            return
        added = additions(nodeserver, frame)
        async with nodeserver.saving:
            before = nodeserver.saved
            new = _after(before, _by(frame))
            await self._write(nodeserver, run, frame.seq, new, added)
            nodeserver.keep(new)
        await self._effects.of(nodeserver, run, frame, added)
        await self._effects.saved(nodeserver, before, new)

    async def patch(self, nodeserver: NodeServer, frame: wire.Upstream) -> None:
        """The same for a frame that says what the owner changes: params, notices, polls."""
        await self.change(nodeserver, _by(frame))

    async def change(self, nodeserver: NodeServer, change: Change) -> None:
        """The same for a change that comes with no frame: typed params, the log level, notices whose time is over.

        Raises:
            Refused: it cannot be; nothing was changed.
            SQLAlchemyError: it could not be saved; nothing was changed.
        """
        async with nodeserver.saving:
            before = nodeserver.saved
            new = _after(before, change)
            if new is before:
                return
            async with self._storage.database.saving() as tx:
                await self._storage.nodeservers.save(tx, nodeserver.worker, new)
            nodeserver.keep(new)
        await self._effects.saved(nodeserver, before, new)

    async def skip(self, run: CurrentRun, seq: int) -> None:
        """Counts a refused frame as done."""
        async with self._storage.database.saving() as tx:
            await self._advance(tx, run, seq)
        run.mark = seq

    async def _write(
        self, nodeserver: NodeServer, run: CurrentRun, seq: int | None, new: Saved, added: list[Addition]
    ) -> None:
        if seq is None and new is nodeserver.saved and not added:
            return
        async with self._storage.database.saving() as tx:
            if new is not nodeserver.saved:
                await self._storage.nodeservers.save(tx, nodeserver.worker, new)
            for addition in added:
                if not addition.refused:
                    await self._storage.nodes.put(tx, nodeserver.worker, addition.record)
            await self._advance(tx, run, seq)
        run.mark = seq or run.mark

    async def _apply_isy(self, nodeserver: NodeServer, run: CurrentRun, frame: wire.IsyUpstream) -> None:
        file = await self._checked(nodeserver, run, frame)
        async with self._storage.database.saving() as tx:
            if file is not None:
                await self._storage.profiles.put(tx, nodeserver.worker, file.kind, file.name, file.content)
            await self._advance(tx, run, frame.seq)
        run.mark = frame.seq or run.mark
        if frame.uploadProfile:
            self._effects.profile_sent(nodeserver, run, complete=_completes(frame))
        if frame.report:
            self._effects.request_done(nodeserver, frame.report)

    async def _checked(self, nodeserver: NodeServer, run: CurrentRun, frame: wire.IsyUpstream) -> ProfileFile | None:
        if frame.uploadProfile is None:
            return None
        try:
            file = await asyncio.to_thread(_profile_file, frame.uploadProfile)
            await self._check_room(nodeserver, file)
        except Refused as error:
            await self._effects.profile_refused(nodeserver, run, str(error), complete=_completes(frame))
            raise
        return file

    async def _check_room(self, nodeserver: NodeServer, file: ProfileFile) -> None:
        stored = await self._storage.profiles.of(nodeserver.worker)
        others = [name for kind, name, _ in stored if (kind, name) != (file.kind, file.name)]
        if len(others) >= _MOST_PROFILE_FILES:
            raise Refused(f"profile file {file.kind}/{file.name}: a profile has at most {_MOST_PROFILE_FILES} files")

    async def _advance(self, tx: AsyncConnection, run: CurrentRun, seq: int | None) -> None:
        if seq is not None:
            await self._storage.runs.advance(tx, run.record.id, seq, run.refusals)


def _by(frame: wire.Upstream) -> Change:
    return partial(saved.apply, frame=frame, now=now_ms())


def _after(state: Saved, change: Change) -> Saved:
    try:
        return change(state)
    except BadSave as error:
        raise Refused(str(error)) from error


def _profile_file(upload: wire.UploadProfile) -> ProfileFile:
    try:
        content = b64decode("".join(upload.payload.split()), validate=True)
        file = ProfileFile(kind=ProfileKind(upload.type), name=upload.filename, content=content)
        check_file(file)
    except (ValueError, BadProfile) as error:
        raise Refused(f"profile file {upload.type}/{upload.filename}: {error}") from error
    return file


def _completes(frame: wire.IsyUpstream) -> bool:
    """Whether this file is the last of its profile. Who does not number frames does not say: there, any may be."""
    return frame.uploadProfile is not None and (frame.uploadProfile.last or frame.seq is None)
