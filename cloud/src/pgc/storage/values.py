"""Driver values, written behind in batches."""

from collections.abc import Iterable
from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from pgc.storage.database import Database
from pgc.storage.records import DriverRecord
from pgc.storage.tables import drivers


class Values:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, worker: str) -> list[DriverRecord]:
        columns = [column for column in drivers.c if column.name != "worker"]
        async with self._database.values() as tx:
            rows = await tx.execute(select(*columns).where(drivers.c.worker == worker))
            return [DriverRecord(**row) for row in rows.mappings()]

    async def put(self, values: Iterable[tuple[str, DriverRecord]]) -> None:
        """Writes (worker, driver) pairs in one transaction; newer ones replace what was there."""
        rows = [{"worker": worker, **asdict(value)} for worker, value in values]
        statement = insert(drivers)
        replaced = {name: statement.excluded[name] for name in ("value", "uom", "confirmed")}
        statement = statement.on_conflict_do_update(index_elements=["worker", "address", "driver"], set_=replaced)
        async with self._database.values() as tx:
            await tx.execute(statement, rows)
