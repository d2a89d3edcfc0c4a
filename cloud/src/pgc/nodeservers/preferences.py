"""What an owner sets for a NodeServer: params, notices, polls, log level, what it reaches."""

from dataclasses import replace
from functools import partial
from typing import Any

from pgc.nodeservers.applier import Applier
from pgc.nodeservers.directory import Directory
from pgc.nodeservers.errors import NotPossibleNow
from pgc.nodeservers.life import Life
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.notices import OURS
from pgc.storage.storage import Storage
from pgc_interface import wire
from pgc_interface.rules import saved


class Preferences:
    """The part of the manager that changes no life."""

    def __init__(self, storage: Storage, directory: Directory, applier: Applier, life: Life) -> None:
        self._storage = storage
        self._directory = directory
        self._applier = applier
        self._life = life

    def get(self, worker: str) -> NodeServer:
        return self._directory.get(worker)

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

    async def set_restart_stuck(self, worker: str, wanted: bool) -> NodeServer:
        """Whether it is restarted when one of its handlers is stuck."""
        nodeserver = self.get(worker)
        nodeserver.record = replace(nodeserver.record, restart_stuck=wanted)
        await self._storage.nodeservers.update(worker, restart_stuck=wanted)
        return nodeserver

    async def set_network(self, worker: str, *, lan: bool, published: bool) -> NodeServer:
        """What it reaches, and is reached by, from its next start on.

        Raises:
            NotPossibleNow: no port can be led to it.
        """
        nodeserver = self._staying(worker)
        port = nodeserver.record.port
        if published:
            port = self._life.port_for(nodeserver, {other.record.port for other in self._directory})
        changed: dict[str, Any] = {"lan": lan, "published": published, "port": port}
        nodeserver.record = replace(nodeserver.record, **changed)
        await self._storage.nodeservers.update(worker, **changed)
        return nodeserver

    async def dismiss_notice(self, worker: str, key: str) -> None:
        """
        Raises:
            NotPossibleNow: it is the platform's own, and what it tells of is still so.
        """
        if key.startswith(OURS):
            raise NotPossibleNow("this notice is the platform's own", hint="start the NodeServer, and it goes")
        await self.change(worker, wire.Upstream(patchnotices=wire.NoticePatch(unset=[key])))

    def _staying(self, worker: str) -> NodeServer:
        nodeserver = self.get(worker)
        if nodeserver.leaving:
            raise NotPossibleNow(f"{nodeserver.record.name} is being removed")
        return nodeserver
