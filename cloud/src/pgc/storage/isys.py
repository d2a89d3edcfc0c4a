"""The ISYs and their logins."""

from sqlalchemy import delete, insert, select

from pgc.secrets.keyring import Keyring
from pgc.storage.database import Database
from pgc.storage.purging import purge_removed
from pgc.storage.records import IsyRecord
from pgc.storage.tables import isys, nodeservers


class Isys:
    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def all(self) -> list[IsyRecord]:
        async with self._database.saving() as tx:
            rows = (await tx.execute(select(isys))).mappings().all()
        return [
            IsyRecord(
                id=row["id"],
                name=row["name"],
                url=row["url"],
                username=row["username"],
                verify_tls=row["verify_tls"],
                password=self._keyring.open(_place(row["id"]), row["password_sealed"]).decode(),
            )
            for row in rows
        ]

    async def add(self, isy: IsyRecord) -> None:
        sealed = self._keyring.seal(_place(isy.id), isy.password.encode())
        async with self._database.saving() as tx:
            await tx.execute(
                insert(isys).values(
                    id=isy.id,
                    name=isy.name,
                    url=isy.url,
                    username=isy.username,
                    password_sealed=sealed,
                    verify_tls=isy.verify_tls,
                )
            )

    async def remove(self, isy: str) -> None:
        """Also what is still kept of NodeServers that were removed from it."""
        async with self._database.saving() as tx:
            await purge_removed(tx, nodeservers.c.isy == isy)
            await tx.execute(delete(isys).where(isys.c.id == isy))


def _place(isy: str) -> str:
    return f"isys/{isy}/password"
