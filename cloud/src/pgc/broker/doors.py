"""The doors that are open, one for each run that speaks through an original client library."""

import asyncio
import hashlib
import ssl
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pgc.broker.address import Address
from pgc.broker.door import Door, Guest
from pgc.secrets.authority import Authority, Credentials

AUTHORITY, KEY, CERTIFICATE = "AmazonRootCA1.pem", "private.key", "iot.crt"
"""The names of the files that original clients open."""
_LOOPBACK: Final = "127.{}.{}.{}"


@dataclass(frozen=True, slots=True)
class Pass:
    """What an original client needs to come in: the address that it is told, and the files it opens, by name."""

    host: str
    files: Mapping[str, bytes] = field(repr=False)


class Doors:
    def __init__(self, broker: Address, authority: Authority) -> None:
        self._broker = broker
        self._authority = authority
        self._open: dict[str, Door] = {}

    async def open(self, path: Path, guest: Guest) -> Pass:
        """Lets this run in from now on, by the unix socket `path`.

        Raises:
            BrokerError: the socket cannot be made.
        """
        host = address_of(guest.login)
        tls = await asyncio.to_thread(_context, self._authority.for_server([host]), self._authority.certificate)
        door = Door(path, guest, self._broker, tls)
        door.open()
        self._open[guest.login] = door
        mine = self._authority.for_client(guest.login)
        return Pass(host, {AUTHORITY: self._authority.certificate, KEY: mine.key, CERTIFICATE: mine.certificate})

    async def close(self, login: str) -> None:
        """Harmless where there is none."""
        door = self._open.pop(login, None)
        if door is not None:
            await door.close()


def address_of(login: str) -> str:
    """Of loopback, and the run's own, since runs may share a network: there all listen on the same port."""
    first, second, third = hashlib.sha256(login.encode()).digest()[:3]
    return _LOOPBACK.format(max(first, 1), second, max(1, min(third, 254)))


def _context(credentials: Credentials, authority: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    context.options |= ssl.OP_NO_RENEGOTIATION  # each would cost a handshake
    context.load_verify_locations(cadata=authority.decode())
    # A context takes them from a file only.
    with tempfile.NamedTemporaryFile(prefix="pgc-") as file:
        file.write(credentials.certificate + credentials.key)
        file.flush()
        context.load_cert_chain(file.name)
    return context
