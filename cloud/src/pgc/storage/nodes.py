"""The nodes of each NodeServer."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from pgc.storage.database import Database
from pgc.storage.records import NodeRecord
from pgc.storage.tables import drivers, nodes


class Nodes:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, worker: str) -> list[NodeRecord]:
        columns = [column for column in nodes.c if column.name != "worker"]
        async with self._database.saving() as tx:
            rows = await tx.execute(select(*columns).where(nodes.c.worker == worker).order_by(nodes.c.time_added))
            return [NodeRecord(**row) for row in rows.mappings()]

    async def put(self, tx: AsyncConnection, worker: str, node: NodeRecord) -> None:
        """Adds the node or replaces what was known of it."""
        values: dict[str, Any] = asdict(node)
        statement = insert(nodes).values(worker=worker, **values)
        await tx.execute(statement.on_conflict_do_update(index_elements=["worker", "address"], set_=values))

    async def drop(self, tx: AsyncConnection, worker: str, address: str) -> None:
        for table in (drivers, nodes):
            await tx.execute(delete(table).where(table.c.worker == worker, table.c.address == address))
