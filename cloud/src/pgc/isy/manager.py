"""The ISYs of this platform: added, found, removed."""

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

    async def start(self) -> None:
        for record in await self._stored.all():
            await self._begin(record)

    async def stop(self) -> None:
        for isy in self._isys.values():
            await isy.stop()
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

    async def add(self, *, name: str, url: str, username: str, password: str) -> Isy:
        """Adds an ISY after having asked it for its version.

        Raises:
            IsyError: it does not answer, refuses the login, or was added before.
        """
        url = url.rstrip("/")
        if any(isy.login.url == url for isy in self._isys.values()):
            raise IsyError(f"the ISY at {url} was added before")
        record = IsyRecord(id=secrets.token_hex(8), name=name, url=url, username=username, password=password)
        isy = await self._begin(record)
        try:
            await isy.client.version()
        except IsyError:
            await isy.stop()
            del self._isys[isy.id]
            raise
        await self._stored.add(record)
        return isy

    async def remove(self, isy: str) -> None:
        """Forgets an ISY; what runs for it must have been removed before."""
        gone = self.get(isy)
        await self._stored.remove(isy)
        del self._isys[isy]
        await gone.stop()

    async def _begin(self, record: IsyRecord) -> Isy:
        login = IsyLogin(url=record.url, username=record.username, password=record.password)
        isy = Isy(record.id, record.name, login, self._listener(record.id))
        await isy.start()
        self._isys[record.id] = isy
        return isy
