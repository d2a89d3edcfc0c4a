"""A broker that somebody else runs, at a URL: the platform brings nothing but the logins of its runs."""

from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from pgc.broker.access import Login
from pgc.broker.address import Address
from pgc.broker.dynsec import DynamicSecurity
from pgc.broker.errors import BrokerError

_WHERE = "PGC_BROKER=mqtts://ADMIN:PASSWORD@HOST:PORT; see docs/brokers.md"


class Provisioning(Protocol):
    """How logins are made and ended on a broker of another; each kept to `<prefix>/#` and to its own client id.

    :class:`pgc.broker.dynsec.DynamicSecurity` is the first.
    """

    async def check(self) -> None:
        """Raises:
        BrokerError: the broker cannot be reached, or does not take orders from us.
        """

    async def allow(self, login: Login, secret: str) -> None:
        """Makes a login; one of that name gets this secret and prefix."""

    async def enable(self, name: str) -> None:
        """Makes sure that a login of before may connect."""

    async def revoke(self, name: str) -> None:
        """Removes a login and closes its connection without its will; returns when it is gone."""


class ExternalBroker:
    """Implements :class:`pgc.broker.contract.Broker`. `url` holds the login with which the platform makes others.

    `ca` is a file with the authority of the broker's certificate, where this machine does not know it.
    """

    keeps_sessions = True

    def __init__(self, url: str, ca: Path | None = None, provisioning: Provisioning | None = None) -> None:
        """
        Raises:
            BrokerError: it is no URL of a broker, it holds no login, or the file cannot be read.
        """
        self._address = Address.of(url, _read(ca) if ca else "")
        parts = urlsplit(url)
        if provisioning is None and not (parts.username and parts.password):
            raise BrokerError("the broker's URL holds no login that may make others", hint=_WHERE)
        admin = unquote(parts.username or ""), unquote(parts.password or "")
        self._provisioning = provisioning or DynamicSecurity(self._address, *admin)

    @property
    def url(self) -> str:
        return self._address.url

    @property
    def ca(self) -> str:
        return self._address.ca

    async def start(self) -> None:
        await self._provisioning.check()

    async def stop(self) -> None:
        """It goes on without us."""

    async def allow(self, login: Login, secret: str | None = None) -> None:
        if secret is None:
            await self._provisioning.enable(login.name)
        else:
            await self._provisioning.allow(login, secret)

    async def revoke(self, name: str) -> None:
        await self._provisioning.revoke(name)


def _read(ca: Path) -> str:
    try:
        return ca.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise BrokerError(f"the authority of the broker's certificate cannot be read: {error}") from error
