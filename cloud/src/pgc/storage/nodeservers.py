"""The NodeServers and what they have saved."""

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from pgc.secrets.keyring import Keyring
from pgc.storage.database import Database
from pgc.storage.purging import purge_removed
from pgc.storage.records import Api, NodeServerRecord, OnDeletion, SourceKind
from pgc.storage.tables import nodeservers
from pgc_interface.dialects import Dialect
from pgc_interface.rules.state import Saved

_SEALED_MAPS = ("params", "data", "typed_data")
_PLAIN_SAVED = [field.name for field in fields(Saved) if field.name not in _SEALED_MAPS]
_SEALED_TEXTS = ("slot_password", "source_login")
_PLAIN = [field.name for field in fields(NodeServerRecord) if field.name not in {"saved", *_SEALED_TEXTS}]


class NodeServers:
    """Removed NodeServers keep their row, and so their data, until they are purged."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def all(self) -> list[NodeServerRecord]:
        """Those that are not removed."""
        async with self._database.saving() as tx:
            rows = (await tx.execute(select(nodeservers).where(nodeservers.c.removed.is_(None)))).mappings().all()
        return [self._record(row) for row in rows]

    async def workers(self) -> list[str]:
        """Of all, the removed ones that are not purged yet among them."""
        async with self._database.saving() as tx:
            return list((await tx.scalars(select(nodeservers.c.worker))).all())

    async def add(self, record: NodeServerRecord) -> None:
        values = {name: getattr(record, name) for name in _PLAIN}
        values |= self._sealed_texts(record.worker, {name: getattr(record, name) for name in _SEALED_TEXTS})
        async with self._database.saving() as tx:
            await tx.execute(insert(nodeservers).values(**values, **self._saved_columns(record.worker, record.saved)))

    async def update(self, worker: str, **columns: Any) -> None:
        """Sets fields other than `saved`: `wanted`, `bundle`, `profile_version`, `time_started` …"""
        columns = self._sealed_texts(worker, columns)
        async with self._database.saving() as tx:
            await tx.execute(update(nodeservers).where(nodeservers.c.worker == worker).values(**columns))

    async def save(self, tx: AsyncConnection, worker: str, saved: Saved) -> None:
        """Writes what a NodeServer saved, in the caller's transaction."""
        columns = self._saved_columns(worker, saved)
        await tx.execute(update(nodeservers).where(nodeservers.c.worker == worker).values(**columns))

    async def remove(self, worker: str, now: int) -> None:
        """Frees the slot; the data stays until :meth:`purge`."""
        await self.update(worker, removed=now, wanted=False)

    async def purge(self, before: int) -> int:
        """Deletes for good what was removed before this time; returns how many NodeServers that were."""
        async with self._database.saving() as tx:
            return await purge_removed(tx, nodeservers.c.removed < before)

    def _record(self, row: Mapping[Any, Any]) -> NodeServerRecord:
        worker = row["worker"]
        maps = {name: json.loads(self._open(worker, name, row[f"{name}_sealed"])) for name in _SEALED_MAPS}
        saved = Saved(**maps, **{name: row[name] for name in _PLAIN_SAVED})
        texts: dict[str, Any] = {name: self._open(worker, name, row[f"{name}_sealed"]) for name in _SEALED_TEXTS}
        plain = {name: row[name] for name in _PLAIN}
        plain["on_deletion"] = OnDeletion(plain["on_deletion"])
        plain["api"], plain["dialect"] = Api(plain["api"]), Dialect(plain["dialect"])
        plain["kind"] = SourceKind(plain["kind"])
        return NodeServerRecord(saved=saved, **texts, **plain)

    def _saved_columns(self, worker: str, saved: Saved) -> dict[str, Any]:
        sealed = {f"{name}_sealed": self._seal(worker, name, json.dumps(getattr(saved, name))) for name in _SEALED_MAPS}
        return sealed | {name: getattr(saved, name) for name in _PLAIN_SAVED}

    def _sealed_texts(self, worker: str, columns: dict[str, Any]) -> dict[str, Any]:
        """The same with texts that are secret in their sealed columns."""
        plain = {name: value for name, value in columns.items() if name not in _SEALED_TEXTS}
        secret = {name: value for name, value in columns.items() if name in _SEALED_TEXTS}
        return plain | {f"{name}_sealed": self._seal(worker, name, text) for name, text in secret.items()}

    def _seal(self, worker: str, column: str, text: str) -> bytes:
        return self._keyring.seal(f"nodeservers/{worker}/{column}", text.encode())

    def _open(self, worker: str, column: str, sealed: bytes | None) -> str:
        return "" if sealed is None else self._keyring.open(f"nodeservers/{worker}/{column}", sealed).decode()
