"""The logins of runs, as their lives see them: a login that has ended leaves nothing under way."""

from pathlib import Path

from pgc.broker.access import Login
from pgc.broker.contract import Broker
from pgc.broker.door import Guest
from pgc.broker.doors import Doors, Pass
from pgc.broker.link import PlatformLink


class Logins:
    def __init__(self, broker: Broker, link: PlatformLink, doors: Doors) -> None:
        self._broker = broker
        self._link = link
        self._doors = doors

    @property
    def url(self) -> str:
        """Where runs connect, without a login."""
        return self._broker.url

    @property
    def ca(self) -> str:
        return self._broker.ca

    async def allow(self, login: Login, secret: str | None = None) -> None:
        """As :meth:`pgc.broker.contract.Broker.allow`."""
        await self._broker.allow(login, secret)

    async def open_door(self, login: Login, secret: str, path: Path) -> Pass:
        """As :meth:`pgc.broker.doors.Doors.open`, for a login that is allowed."""
        return await self._doors.open(path, Guest(login.name, secret))

    async def revoke(self, name: str) -> None:
        """As :meth:`pgc.broker.contract.Broker.revoke`; and what it sent before has been received, if that can be."""
        try:
            await self._broker.revoke(name)
            await self._link.settle()
        finally:
            await self._doors.close(name)
