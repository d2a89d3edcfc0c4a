"""The ISYs of this platform: added, found, removed."""

import asyncio
import secrets
from collections.abc import Callable

from pgc.isy.client import IsyLogin
from pgc.isy.errors import IsyError, NoSuchIsy
from pgc.isy.isy import Isy
from pgc.isy.reporter import ReportListener
from pgc.storage.isys import Isys
from pgc.storage.records import IsyRecord


class IsyManager:
    """`listener` makes, for an ISY's id, the one who is told what its reporter does."""

    def __init__(self, isys: Isys, listener: Callable[[str], ReportListener]) -> None:
        self._stored = isys
        self._listener = listener
        self._isys: dict[str, Isy] = {}
        self._adding = asyncio.Lock()

    async def start(self) -> None:
        """All at once, since each that is off takes its time."""
        async with asyncio.TaskGroup() as group:
            for record in await self._stored.all():
                isy = self._isys[record.id] = self._make(record)
                group.create_task(isy.start(), name=f"start ISY {isy.id}")

    async def stop(self) -> None:
        async with asyncio.TaskGroup() as group:
            for isy in self._isys.values():
                group.create_task(isy.stop(), name=f"stop ISY {isy.id}")
        self._isys.clear()

    def all(self) -> list[Isy]:
        return list(self._isys.values())

    def get(self, isy: str) -> Isy:
        """
        Raises:
            NoSuchIsy: there is none with this id.
        """
        if isy not in self._isys:
            raise NoSuchIsy(f"there is no ISY {isy}", hint="add it first; list the ISYs to see their ids")
        return self._isys[isy]

    async def add(self, *, name: str, url: str, username: str, password: str, verify_tls: bool = True) -> Isy:
        """Adds an ISY after having asked it for its version.

        Raises:
            IsyError: it does not answer, refuses the login, or was added before.
        """
        record = IsyRecord(
            id=secrets.token_hex(8),
            name=name,
            url=url.rstrip("/"),
            username=username,
            password=password,
            verify_tls=verify_tls,
        )
        async with self._adding:
            if any(isy.login.url == record.url for isy in self._isys.values()):
                raise IsyError(f"the ISY at {record.url} was added before")
            isy = self._make(record)
            await isy.start()
            try:
                await isy.client.version()
                await self._stored.add(record)
            except BaseException:
                await isy.stop()
                raise
            self._isys[isy.id] = isy
        return isy

    async def remove(self, isy: str) -> None:
        """Forgets an ISY; what runs for it must have been removed before."""
        gone = self.get(isy)
        await self._stored.remove(isy)
        del self._isys[isy]
        await gone.stop()

    def _make(self, record: IsyRecord) -> Isy:
        login = IsyLogin(url=record.url, username=record.username, password=record.password)
        return Isy(record.id, record.name, login, self._listener(record.id), verify_tls=record.verify_tls)
