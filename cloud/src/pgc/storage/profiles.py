"""The profile files of each NodeServer, as it last sent them."""

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from pgc.storage.database import Database
from pgc.storage.tables import profile_files


class Profiles:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, worker: str) -> list[tuple[str, str, bytes]]:
        """(kind, file name, content) of each file; kind is nodedef, editor or nls."""
        columns = (profile_files.c.kind, profile_files.c.name, profile_files.c.content)
        async with self._database.saving() as tx:
            rows = await tx.execute(select(*columns).where(profile_files.c.worker == worker))
            return [(kind, name, content) for kind, name, content in rows]

    async def put(self, tx: AsyncConnection, worker: str, kind: str, name: str, content: bytes) -> None:
        statement = insert(profile_files).values(worker=worker, kind=kind, name=name, content=content)
        keys = ["worker", "kind", "name"]
        await tx.execute(statement.on_conflict_do_update(index_elements=keys, set_={"content": content}))
