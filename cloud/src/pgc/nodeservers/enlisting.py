"""Makes NodeServers known to the platform: new ones, in a slot of their ISY, and those that it had before."""

import asyncio
import secrets
from dataclasses import dataclass

from pgc.bundles.server_file import ServerFile
from pgc.bundles.sources import Source
from pgc.events import Events
from pgc.isy.isy import Isy
from pgc.nodeservers.clock import now_ms
from pgc.nodeservers.directory import Directory
from pgc.nodeservers.errors import NotPossibleNow, Refused, SlotTaken
from pgc.nodeservers.journals import Journals
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.provisioner import Provisioner
from pgc.nodeservers.states import State
from pgc.nodeservers.versions import as_taken, secrets_of
from pgc.sandbox.pythons import AUTO
from pgc.storage.records import Api, NodeServerRecord
from pgc.storage.storage import Storage

SLOTS = range(1, 26)
"""An ISY994 has 25."""
NAMELESS = "…"
"""So ends what a NodeServer is called until its server.json is here to say its name."""


@dataclass(frozen=True, slots=True)
class NewNodeServer:
    """What an owner says of one. Without a slot it gets the first free one, without a name its own."""

    source: Source
    slot: int | None = None
    name: str = ""
    api: Api = Api.AUTO
    trusted: bool = False
    python: str = AUTO


class Enlisting:
    def __init__(
        self,
        *,
        storage: Storage,
        directory: Directory,
        provisioner: Provisioner,
        journals: Journals,
        events: Events,
        stage: str,
    ) -> None:
        self._storage = storage
        self._directory = directory
        self._provisioner = provisioner
        self._journals = journals
        self._events = events
        self._stage = stage
        self._choosing = asyncio.Lock()

    async def enlist(self, isy: Isy, new: NewNodeServer) -> NodeServer:
        """One that is still to be installed.

        Raises:
            SlotTaken, Refused, NotPossibleNow: the slot cannot be had.
        """
        async with self._choosing:
            record = NodeServerRecord(
                worker=secrets.token_hex(16),
                isy=isy.id,
                slot=await self._choose_slot(isy, new.slot),
                name=new.name or f"{new.source.name}{NAMELESS}",
                **as_taken(new.source, ""),
                bundle="",
                api=new.api,
                trusted=new.trusted,
                python=new.python,
                slot_password=secrets.token_urlsafe(12),
                time_added=now_ms(),
            )
            await self._storage.nodeservers.add(record)
            nodeserver = self.take_up(record, not_installed(record), isy)
        nodeserver.enter(State.ADDED)
        return nodeserver

    def take_up(self, record: NodeServerRecord, server_file: ServerFile, isy: Isy) -> NodeServer:
        """One that is in the database."""
        journal = self._journals.of(record.worker)
        nodeserver = NodeServer(record, server_file, isy, self._stage, self._events, journal)
        journal.hide(*secrets_of(record))
        self._directory.add(nodeserver)
        self._provisioner.begin(nodeserver)
        return nodeserver

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


def not_installed(record: NodeServerRecord) -> ServerFile:
    """What stands for the file that is not there, so that the owner sees the NodeServer all the same."""
    return ServerFile(name=record.name, executable="")
