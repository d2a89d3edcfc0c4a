"""Which NodeServers are parked, and why: kept over restarts of the platform."""

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from pgc.storage.database import Database
from pgc.storage.records import Parked
from pgc.storage.tables import parked


class Parking:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> dict[str, Parked]:
        """By worker."""
        async with self._database.saving() as tx:
            rows = (await tx.execute(select(parked))).mappings().all()
        return {
            row["worker"]: Parked(
                time=row["time"], reason=row["reason"], hint=row["hint"], lines=tuple(map(str, row["lines"]))
            )
            for row in rows
        }

    async def put(self, worker: str, why: Parked) -> None:
        values: dict[str, Any] = {"time": why.time, "reason": why.reason, "hint": why.hint, "lines": list(why.lines)}
        statement = insert(parked).values(worker=worker, **values)
        async with self._database.saving() as tx:
            await tx.execute(statement.on_conflict_do_update(index_elements=["worker"], set_=values))

    async def drop(self, worker: str) -> None:
        async with self._database.saving() as tx:
            await tx.execute(delete(parked).where(parked.c.worker == worker))
