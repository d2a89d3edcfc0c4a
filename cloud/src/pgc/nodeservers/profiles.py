"""The profile of a NodeServer on its way to the ISY, and its first run, which is over once that has arrived."""

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path

from pgc.isy import profile
from pgc.isy.errors import IsyError
from pgc.isy.profile import ProfileFile, ProfileKind
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.outbound import Outbound
from pgc.nodeservers.steps import persist
from pgc.profiles.files import read_files
from pgc.profiles.findings import Findings
from pgc.storage.storage import Storage
from pgc_interface import wire
from pgc_interface.profile import profile_is_due


class Profiles:
    def __init__(self, storage: Storage, outbound: Outbound) -> None:
        self._storage = storage
        self._outbound = outbound

    async def is_due(self, nodeserver: NodeServer) -> bool:
        """Whether one was sent that the ISY does not have yet."""
        return not nodeserver.record.profile_done and bool(await self._storage.profiles.of(nodeserver.worker))

    async def take(self, nodeserver: NodeServer, folder: Path) -> bool:
        """Stores the profile in this folder, if there is one and it is due as our SDK would say."""
        file, record = nodeserver.server_file, nodeserver.record
        content = {"profile_version": file.profile_version} if file.has_profile_version else {}
        if not profile_is_due(not record.profile_done, record.profile_version, content):
            return False
        files = await asyncio.to_thread(read_files, folder, Findings())
        async with self._storage.database.saving() as tx:
            for each in files:
                await self._storage.profiles.put(tx, nodeserver.worker, each.kind, each.name, each.content)
        return bool(files)

    async def install(self, nodeserver: NodeServer) -> None:
        """Sends the profile as it is stored now, and tells the run how that ended."""
        stored = await self._storage.profiles.of(nodeserver.worker)
        files = [ProfileFile(kind=ProfileKind(kind), name=name, content=content) for kind, name, content in stored]
        result = await self._install(nodeserver, files)
        await self._outbound.send(nodeserver, wire.Downstream(result=wire.Result(installprofile=result)))
        if result.success:
            await self._outbound.config(nodeserver)

    async def first_run_over(self, nodeserver: NodeServer) -> None:
        """A NodeServer without a profile has had its first run once its controller is on the ISY."""
        if not nodeserver.record.profile_done and not await self._storage.profiles.of(nodeserver.worker):
            await self._done(nodeserver)

    async def _install(self, nodeserver: NodeServer, files: list[ProfileFile]) -> wire.ProfileResult:
        if not files:
            return wire.ProfileResult(success=False, reason="no profile file was sent")
        try:
            await persist(partial(profile.upload, nodeserver.isy.client, nodeserver.slot, files))
        except IsyError as error:
            nodeserver.journal.remark(f"the profile was not installed: {error}", "ERROR")
            return wire.ProfileResult(success=False, reason=str(error))
        nodeserver.journal.remark(f"the profile ({len(files)} files) is on the ISY")
        await self._done(nodeserver)
        return wire.ProfileResult(success=True)

    async def _done(self, nodeserver: NodeServer) -> None:
        version = nodeserver.server_file.profile_version
        nodeserver.record = replace(nodeserver.record, profile_version=version, profile_done=True)
        await self._storage.nodeservers.update(nodeserver.worker, profile_version=version, profile_done=True)
