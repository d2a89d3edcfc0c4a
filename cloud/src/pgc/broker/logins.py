"""The logins of runs, as their lives see them: a login that has ended leaves nothing under way."""

from pgc.broker.access import Login
from pgc.broker.contract import Broker
from pgc.broker.link import PlatformLink


class Logins:
    def __init__(self, broker: Broker, link: PlatformLink) -> None:
        self._broker = broker
        self._link = link

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

    async def revoke(self, name: str) -> None:
        """As :meth:`pgc.broker.contract.Broker.revoke`; and what it sent before has been received, if that can be."""
        await self._broker.revoke(name)
        await self._link.settle()
