"""The current run of each NodeServer, so that it is found again after a restart of the platform."""

from collections.abc import Mapping
from dataclasses import asdict

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from pgc.storage.database import Database
from pgc.storage.records import RunRecord
from pgc.storage.tables import runs


class Runs:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[RunRecord]:
        async with self._database.saving() as tx:
            return [RunRecord(**row) for row in (await tx.execute(select(runs))).mappings()]

    async def begin(self, run: RunRecord) -> None:
        """This run is now the current one of its NodeServer."""
        values = asdict(run)
        statement = insert(runs).values(**values)
        async with self._database.saving() as tx:
            await tx.execute(statement.on_conflict_do_update(index_elements=["worker"], set_=values))

    async def advance(self, tx: AsyncConnection, run: str, mark: int, refusals: Mapping[str, str]) -> None:
        """The durable lane of this run is saved up to `mark`, but for `refusals`: in the transaction that saves it."""
        await tx.execute(update(runs).where(runs.c.id == run).values(mark=mark, refusals=dict(refusals)))

    async def end(self, run: str) -> None:
        async with self._database.saving() as tx:
            await tx.execute(delete(runs).where(runs.c.id == run))
