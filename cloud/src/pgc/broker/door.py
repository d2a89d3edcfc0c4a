"""The door of a run that speaks through an original client library: it brings a certificate, not a login and a secret.

    client ──TLS, 8883──► forwarder ──unix socket──► door ──► the broker, at its own URL
             (both inside the sandbox)

The door shows the client a certificate of our authority and asks for the one of this run. Into the client's CONNECT it
writes the run's client id, login and secret, and passes on whatever follows. So an original client is to every broker
a run like any other: kept to its prefix, its will included, and out once its login is revoked.
"""

import asyncio
import logging
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from amqtt.errors import MQTTError
from amqtt.mqtt.connect import ConnectPacket

from pgc.broker import unix_socket
from pgc.broker.address import Address
from pgc.broker.errors import BrokerError
from pgc.broker.limits import Limits
from pgc.broker.packets import decode, whole
from pgc.broker.streams import PacketReader, Violation

STRANGERS: Final = 8
"""Connections that have not shown certificate and CONNECT yet. One more, and the oldest of them is closed."""
_VERSIONS: Final = (3, 4)
"""MQTT 3.1 and 3.1.1, as their CONNECT says it."""
_CHUNK: Final = 64 * 1024
_PAUSE: Final = 1.0
logger = logging.getLogger(__name__)

_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class Guest:
    """Whom a door lets in, and as whom it announces them to the broker."""

    login: str
    secret: str = field(repr=False)


class Door:
    """Listens on `socket`, in a folder that only this run sees. `tls` is a server's, and asks for certificates."""

    def __init__(
        self, path: Path, guest: Guest, broker: Address, tls: ssl.SSLContext, limits: Limits | None = None
    ) -> None:
        self._path = path
        self._guest = guest
        self._broker = broker
        self._tls = tls
        self._limits = limits or Limits()
        self._strangers: dict[asyncio.Task[None], None] = {}
        self._serving: asyncio.Task[None] | None = None

    def open(self) -> None:
        """
        Raises:
            BrokerError: it cannot listen there.
        """
        listener = _listen(self._path)
        self._serving = asyncio.create_task(self._serve(listener), name=f"door of {self._guest.login}")

    async def close(self) -> None:
        """Ends every connection."""
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.wait({self._serving})
            with suppress(OSError):
                self._path.unlink()

    async def _serve(self, listener: socket.socket) -> None:
        with listener:
            async with asyncio.TaskGroup() as group:
                while True:
                    connection = await self._next_visitor(listener)
                    visit = group.create_task(self._visit(connection), name=f"visitor of {self._guest.login}")
                    self._strangers[visit] = None
                    visit.add_done_callback(self._recognise)
                    if len(self._strangers) > STRANGERS:
                        next(iter(self._strangers)).cancel()

    async def _next_visitor(self, listener: socket.socket) -> socket.socket:
        while True:
            try:
                connection, _ = await asyncio.get_running_loop().sock_accept(listener)
                return connection
            except OSError as error:  # no descriptor is free, for one
                logger.warning("the door of %s: %s", self._guest.login, error)
                await asyncio.sleep(_PAUSE)

    def _recognise(self, visit: "asyncio.Task[None] | None") -> None:
        """It has shown all that is asked of it, or is gone."""
        if visit is not None:
            self._strangers.pop(visit, None)

    async def _visit(self, connection: socket.socket) -> None:
        with connection:
            try:
                await self._receive(connection)
            except (OSError, TimeoutError, asyncio.IncompleteReadError, MQTTError) as error:
                logger.info("a connection of %s has ended: %s", self._guest.login, str(error) or type(error).__name__)
            except Exception:
                logger.exception("a connection of %s ended by a fault of its door", self._guest.login)

    async def _receive(self, connection: socket.socket) -> None:
        client = await self._shake_hands(connection)
        try:
            _check_certificate(client[1].get_extra_info("peercert"), self._guest.login)
            announcement = await self._announce(client[0])
            broker = await self._dial()
            try:
                self._recognise(asyncio.current_task())
                broker[1].write(announcement)
                await _pass_on(client, broker, self._limits.stall_seconds)
                await _leave(broker[1], self._limits.close_seconds)
                await _leave(client[1], self._limits.close_seconds)
            finally:
                broker[1].transport.abort()
        finally:
            client[1].transport.abort()

    async def _shake_hands(self, connection: socket.socket) -> _Streams:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=_CHUNK)
        protocol = asyncio.StreamReaderProtocol(reader)
        transport, _ = await loop.connect_accepted_socket(
            lambda: protocol, connection, ssl=self._tls, ssl_handshake_timeout=self._limits.connect_seconds
        )
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)

    async def _announce(self, reader: asyncio.StreamReader) -> bytes:
        """The client's CONNECT with the run's names in it; what its will says is for the broker to judge."""
        packets = PacketReader(reader, self._limits)
        await packets.fetch_connect()
        packet = await decode(packets)
        if not isinstance(packet, ConnectPacket) or packet.proto_level not in _VERSIONS:
            raise Violation("does not speak MQTT 3.1 or 3.1.1")
        if packet.will_flag and (packet.will_topic is None or packet.will_message is None):
            raise Violation("sent a CONNECT without all its parts")
        packet.client_id = packet.username = self._guest.login
        packet.password = self._guest.secret
        # Sessions end with their connection, as those of all runs.
        packet.username_flag = packet.password_flag = packet.clean_session_flag = True
        return bytes(whole(packet.to_bytes()))

    async def _dial(self) -> _Streams:
        async with asyncio.timeout(self._limits.connect_seconds):
            if self._broker.scheme == "unix":
                return await asyncio.open_unix_connection(self._broker.host)
            tls = self._broker.client_options().get("tls_context")
            return await asyncio.open_connection(self._broker.host, self._broker.port, ssl=tls)


def _listen(path: Path) -> socket.socket:
    unix_socket.prepare(path)
    listener = socket.socket(socket.AF_UNIX)
    try:
        path.unlink(missing_ok=True)  # that of a platform which was killed
        listener.bind(str(path))
        listener.listen(STRANGERS)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise BrokerError(f"the door of a run cannot be opened: {error}") from error
    return listener


def _check_certificate(certificate: dict[str, Any] | None, login: str) -> None:
    """The authority has been checked by TLS; whose it is, is checked here."""
    subject = (certificate or {}).get("subject", ())
    names = [value for part in subject for key, value in part if key == "commonName"]
    if names != [login]:
        raise Violation("showed the certificate of another run")


async def _pass_on(client: _Streams, broker: _Streams, patience: float) -> None:
    """Until one of them ends. A client that does not read is not waited for; a broker that does not, slows it down."""
    ways = (_copy(client[0], broker[1], None), _copy(broker[0], client[1], patience))
    copies = [asyncio.create_task(way, name="pass on MQTT") for way in ways]
    try:
        done, _ = await asyncio.wait(copies, return_when=asyncio.FIRST_COMPLETED)
        for copy in done:
            copy.result()
    finally:
        for copy in copies:
            copy.cancel()
        await asyncio.gather(*copies, return_exceptions=True)


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter, patience: float | None) -> None:
    while chunk := await source.read(_CHUNK):
        target.write(chunk)
        async with asyncio.timeout(patience):
            await target.drain()


async def _leave(writer: asyncio.StreamWriter, seconds: float) -> None:
    """What was written last still goes out, if it goes soon."""
    writer.close()
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(seconds):
            await writer.wait_closed()
