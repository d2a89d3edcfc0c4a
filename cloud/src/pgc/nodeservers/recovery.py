"""What was there before the platform ended: NodeServers with their nodes and values, and the runs that went on."""

import asyncio
from collections.abc import AsyncIterator, Callable

from sqlalchemy.exc import SQLAlchemyError

from pgc.bundles.server_file import ServerFile
from pgc.bundles.store import BundleStore
from pgc.errors import PgcError
from pgc.isy.isy import Isy
from pgc.isy.manager import IsyManager
from pgc.nodeservers.enlisting import not_installed
from pgc.nodeservers.journals import Journals
from pgc.nodeservers.nodes import Driver, Node
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.parking import show
from pgc.nodeservers.states import State
from pgc.nodeservers.supervisor import Supervisor
from pgc.storage.records import NodeServerRecord, RunRecord
from pgc.storage.storage import Storage

Enlist = Callable[[NodeServerRecord, ServerFile, Isy], NodeServer]


class Recovery:
    """`enlist` makes a NodeServer known to the platform."""

    def __init__(
        self,
        storage: Storage,
        bundles: BundleStore,
        isys: IsyManager,
        supervisor: Supervisor,
        journals: Journals,
        enlist: Enlist,
    ) -> None:
        self._storage = storage
        self._bundles = bundles
        self._isys = isys
        self._supervisor = supervisor
        self._journals = journals
        self._enlist = enlist

    async def nodeservers(self) -> AsyncIterator[tuple[NodeServer, bool]]:
        """Each NodeServer, and whether its run of before goes on."""
        runs = {run.worker: run for run in await self._storage.runs.all()}
        parked = await self._storage.parking.all()
        for record in await self._storage.nodeservers.all():
            nodeserver = await self._load(record)
            if record.worker in parked:
                show(nodeserver, parked[record.worker])
            yield nodeserver, await self._goes_on(nodeserver, runs.get(record.worker))

    async def _goes_on(self, nodeserver: NodeServer, run: RunRecord | None) -> bool:
        """What is wrong with one run keeps no other from starting."""
        try:
            return run is not None and await self._supervisor.resume(nodeserver, run)
        except (PgcError, OSError, SQLAlchemyError) as error:
            nodeserver.journal.remark(f"its run was not found again: {error}", "ERROR")
            return False

    async def _load(self, record: NodeServerRecord) -> NodeServer:
        await self._journals.load(record.worker)
        nodeserver = self._enlist(record, await self._server_file(record), self._isys.get(record.isy))
        if record.bundle and not nodeserver.server_file.executable:
            nodeserver.enter(State.FAILED, "its installed files are gone", "install it again")
        values = await self._storage.values.of(record.worker)
        for node in await self._storage.nodes.of(record.worker):
            held = {
                value.driver: Driver(value.value, value.uom, value.confirmed)
                for value in values
                if value.address == node.address
            }
            nodeserver.nodes[node.address] = Node(node, held)
            _tell_reporter(nodeserver, nodeserver.nodes[node.address])
        return nodeserver

    async def _server_file(self, record: NodeServerRecord) -> ServerFile:
        """That of its bundle; one without an executable where the bundle is gone, so that the owner still sees it."""
        bundle = await asyncio.to_thread(self._bundles.get, record.bundle)
        return bundle.server_file if bundle else not_installed(record)


def _tell_reporter(nodeserver: NodeServer, node: Node) -> None:
    """What the ISY is known to hold need not be sent again; what it did not confirm is still on its way."""
    reporter = nodeserver.isy.reporter
    if node.record.on_isy:
        reporter.node_known(nodeserver.slot, node.record.address)
    for name, driver in node.drivers.items():
        if driver.confirmed and node.record.on_isy:
            reporter.confirmed(nodeserver.slot, node.record.address, name, driver.value, driver.uom)
        else:
            reporter.report(nodeserver.slot, node.record.address, name, driver.value, driver.uom)
