"""Small facts the platform keeps about itself, such as the ports it listens on."""

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from pgc.storage.database import Database
from pgc.storage.tables import kept


class Kept:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, key: str) -> str | None:
        async with self._database.saving() as tx:
            value: str | None = await tx.scalar(select(kept.c.value).where(kept.c.key == key))
            return value

    async def put(self, key: str, value: str) -> None:
        statement = insert(kept).values(key=key, value=value)
        async with self._database.saving() as tx:
            await tx.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": value}))
