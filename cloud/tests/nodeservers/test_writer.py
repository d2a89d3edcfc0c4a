"""Driver values on their way into the database: a stop loses none."""

import asyncio
from collections.abc import Iterable

from pgc.nodeservers.nodes import Driver, Node
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.writer import ValueWriter
from pgc.storage.database import Database
from pgc.storage.records import DriverRecord, NodeRecord
from pgc.storage.values import Values

from .conftest import Home
from .fake_run import SOON


class WatchedValues(Values):
    """Tells when a write begins."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.begun = asyncio.Event()

    async def put(self, values: Iterable[tuple[str, DriverRecord]]) -> None:
        self.begun.set()
        await super().put(values)


async def test_a_stop_in_the_middle_of_a_write_loses_nothing(home: Home, nodeserver: NodeServer) -> None:
    values = WatchedValues(home.storage.database)
    writer = ValueWriter(values)
    lamp = Node(NodeRecord(address="a", name="Lamp", nodedef="lamp", primary="a"), {"ST": Driver("1", "2", True)})
    await writer.start()
    async with home.storage.database.saving():  # whoever saves holds the database: the write has to wait
        writer.put(nodeserver.worker, lamp, "ST")
        async with asyncio.timeout(SOON):
            await values.begun.wait()
        stopping = asyncio.create_task(writer.stop())
        await asyncio.sleep(0)
        assert not stopping.done()
    await stopping
    assert [(value.value, value.confirmed) for value in await values.of(nodeserver.worker)] == [("1", True)]
