"""The database file: opened, brought up to date, and written by two connections.

What must survive a power cut is written with ``synchronous=FULL`` before it is acknowledged (`saving`). Driver values
go in batches over a connection with ``synchronous=NORMAL`` (`values`): a power cut may cost the last second of them.
"""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from pgc.storage.errors import StorageError

MIGRATIONS = Path(__file__).parent / "migrations"
_TRIES = 5
_PAUSE = 0.5
_log = logging.getLogger(__name__)


class Database:
    """One SQLite file in WAL mode."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._saves = _engine(path, synchronous="FULL")
        self._values = _engine(path, synchronous="NORMAL")

    async def open(self) -> None:
        """Makes the file if there is none and runs the migrations that it lacks.

        Raises:
            StorageError: it cannot be opened or brought up to date.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._path.touch(mode=0o600)
            await self._bring_up_to_date()
        except (OSError, SQLAlchemyError, sqlite3.Error) as error:
            await self.close()
            raise StorageError(
                f"the database {self._path} cannot be opened: {error}",
                hint="check that the folder is writable and that the file belongs to this version",
            ) from error

    async def _bring_up_to_date(self) -> None:
        """SQLite was seen to answer "disk I/O error" when it took up what a killed platform had left, and to do it a
        moment later; so it is asked again."""
        for tries_left in reversed(range(_TRIES)):
            try:
                async with self._saves.begin() as connection:
                    await connection.run_sync(_migrate)
                return
            except OperationalError as error:
                if not tries_left or "disk I/O error" not in str(error.orig):
                    raise
                name = getattr(error.orig, "sqlite_errorname", error.orig)
                _log.warning("the database %s answered %s; it is tried again", self._path, name)
            await self.close()
            await asyncio.sleep(_PAUSE)

    async def close(self) -> None:
        await self._values.dispose()
        await self._saves.dispose()

    @asynccontextmanager
    async def saving(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that is on the disk when the block ends, or has not happened."""
        async with self._saves.begin() as connection:
            yield connection

    @asynccontextmanager
    async def values(self) -> AsyncIterator[AsyncConnection]:
        """A transaction for driver values."""
        async with self._values.begin() as connection:
            yield connection


def _engine(path: Path, *, synchronous: str) -> AsyncEngine:
    # Parameters are what NodeServers save: they must not show in an error's text.
    url = f"sqlite+aiosqlite:///{path}"
    engine = create_async_engine(url, pool_size=1, max_overflow=0, hide_parameters=True)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        connection.isolation_level = None  # SQLAlchemy begins transactions below, not the driver
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", "foreign_keys=ON", "busy_timeout=10000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        # Taking the write lock at once lets two connections wait for each other instead of failing half-way.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _migrate(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
