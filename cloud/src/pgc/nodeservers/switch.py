"""Puts another version of a NodeServer in the place of the one it has, and looks how that does."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pgc.bundles.server_file import ServerFile
from pgc.errors import PgcError
from pgc.nodeservers import tasks
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.states import State
from pgc.nodeservers.supervisor import Supervisor
from pgc.nodeservers.versions import secrets_of, told, version_of
from pgc.storage.storage import Storage

_YOUNG = 120.0
"""Seconds after an update in which a crash is laid at its door."""


class Switch:
    def __init__(self, storage: Storage, supervisor: Supervisor) -> None:
        self._storage = storage
        self._supervisor = supervisor
        self._looking: dict[str, asyncio.Task[None]] = {}

    async def note(
        self, nodeserver: NodeServer, changed: Mapping[str, Any], server_file: ServerFile | None = None
    ) -> None:
        """From its next start on it is so; with a server file, that of another version."""
        await self._storage.nodeservers.update(nodeserver.worker, **changed)
        nodeserver.record = replace(nodeserver.record, **changed)
        nodeserver.journal.hide(*secrets_of(nodeserver.record))
        if server_file is not None:
            nodeserver.server_file = server_file

    async def restart(self, nodeserver: NodeServer) -> None:
        """Where it is to run, with what it is now.

        Raises:
            PgcError: it does not start.
        """
        await self.forget(nodeserver)
        if nodeserver.record.wanted:
            await self._supervisor.stop(nodeserver)
        if nodeserver.record.wanted and not nodeserver.leaving:
            await self._supervisor.start(nodeserver)

    async def to_update(self, nodeserver: NodeServer) -> None:
        """Restarts it with the version that it has just been given, and says so if that does not do well.

        Raises:
            PgcError: it does not start.
        """
        record = nodeserver.record
        new, old = told(version_of(record)), told(record.earlier)
        nodeserver.journal.remark(f"updated to {new}; before, it had {old}")
        back = f"`pgc ns rollback {record.slot}` goes back to {old}"
        try:
            await self.restart(nodeserver)
        except PgcError as error:
            raise PgcError(f"it is updated to {new}, but does not start: {error}", hint=back) from error
        finally:
            if nodeserver.record.wanted:
                name = f"look after the update of {nodeserver.worker}"
                self._looking[nodeserver.worker] = tasks.begin(self._look(nodeserver, new, back), name)

    async def forget(self, nodeserver: NodeServer) -> None:
        """It is not looked after any more."""
        looking = self._looking.pop(nodeserver.worker, None)
        if looking is not None:
            await tasks.end([looking])

    async def stop(self) -> None:
        looking, self._looking = self._looking, {}
        await tasks.end(looking.values())

    async def _look(self, nodeserver: NodeServer, new: str, back: str) -> None:
        try:
            async with asyncio.timeout(_YOUNG):
                state = await nodeserver.until(State.CRASHED, State.FAILED, State.PARKED)
        except TimeoutError:
            return
        nodeserver.journal.remark(f"it has {state} soon after the update to {new}; {back}", "ERROR")
