"""amqtt's broker behind our rules: who comes in, under which name, and what happens to a second one of that name.

What is amqtt's: the listener, the broker's life, CONNECT's parsing and checks, every packet's codec. What is ours
is overridden here and in `connection.py`, each with the reason. amqtt is pinned to the version this was read and
tested against; the tests talk to the broker as hostile clients do, so an update that opens a door again fails them.
"""

import asyncio
import logging
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, cast

from amqtt.adapters import ReaderAdapter, WriterAdapter
from amqtt.broker import Broker, Server
from amqtt.contexts import BrokerConfig, ListenerConfig, ListenerType
from amqtt.errors import AMQTTError, CodecError, MQTTError, NoDataError
from amqtt.mqtt.connack import NOT_AUTHORIZED, ConnackPacket
from amqtt.mqtt.protocol.broker_handler import BrokerProtocolHandler
from amqtt.session import Session

from pgc.broker.access import Login, may_publish, proves
from pgc.broker.connection import Connection
from pgc.broker.exchange import Exchange
from pgc.broker.limits import Limits
from pgc.broker.lobby import Lobby
from pgc.broker.streams import PacketReader, PacketWriter

_LISTENER = "default"
_UNUSED = "127.0.0.1:0"
_TAKEN_OVER = "was replaced by a new connection of its own"
_STOPPING = "was told that the broker stops"
logger = logging.getLogger(__name__)

TellFault = Callable[[str, str], None]
"""Called with a login's name and what it did, when it is disconnected for that; must not wait."""


class GuardedBroker(Broker):
    """Serves the logins of a table that its owner may change at any time.

    amqtt's own tables of sessions, subscriptions and retained messages stay empty: none of its code that trusts
    them has anything to work on. No plugin is loaded: no anonymous logins, no $SYS topics, no files.
    """

    def __init__(self, where: str | Path, logins: Mapping[str, Login], limits: Limits, tell_fault: TellFault) -> None:
        """`where` is ``host:port``, or the path of a unix socket."""
        self._socket = where if isinstance(where, Path) else None
        listener = ListenerConfig(type=ListenerType.TCP, bind=_UNUSED if self._socket else str(where))
        super().__init__(BrokerConfig(listeners={_LISTENER: listener}, plugins={}))
        self._logins = logins
        self._limits = limits
        self._tell_fault = tell_fault
        self._exchange = Exchange()
        self._lobby = Lobby(limits.strangers)
        self._connections: dict[str, Connection] = {}
        self._newest: dict[str, Connection] = {}

    @property
    def port(self) -> int:
        port: int = next(iter(self._servers[_LISTENER].instance.sockets)).getsockname()[1]
        return port

    async def expel(self, name: str) -> None:
        """Ends the connection of a login that is no longer in the table, and what it sent."""
        self._newest.pop(name, None)  # one that waits for the end of its former connection
        if connection := self._connections.get(name):
            await connection.end("was revoked", with_will=False)
        try:
            async with asyncio.timeout(self._limits.settle_seconds):
                for other in list(self._connections.values()):
                    if other.login.trusted:
                        await other.settled()
        except TimeoutError:
            logger.warning("The platform has not yet taken all that %s sent before it was revoked", name)

    async def shutdown(self) -> None:
        """Ours, since amqtt's forgets the connections that have not sent CONNECT and waits for slow readers."""
        self._lobby.shut()
        self._newest.clear()
        async with asyncio.TaskGroup() as group:
            for connection in list(self._connections.values()):
                group.create_task(connection.end(_STOPPING, with_will=False), name="broker-end")
        await self._lobby.emptied(2 * self._limits.close_seconds)
        await super().shutdown()

    async def _create_server_instance(self, listener_name: str, *of_tcp: Any) -> Any:
        """Ours, since amqtt does not listen on unix sockets."""
        if self._socket is None:
            return await super()._create_server_instance(listener_name, *of_tcp)
        connected = partial(self.stream_connected, listener_name=listener_name)
        return await asyncio.start_unix_server(connected, self._socket)

    async def stream_connected(self, reader: StreamReader, writer: StreamWriter, listener_name: str) -> None:
        """Ours, since amqtt's readers and writers have no bounds, and some of its ways out leave the socket open."""
        out = PacketWriter(writer, self._limits.close_seconds)
        try:
            with self._lobby.visit(out):
                await self._client_connected(listener_name, PacketReader(reader, self._limits), out)
        except Exception:
            logger.exception("A client's connection ended by a fault of the broker")
        finally:
            await out.close()

    async def _initialize_client_session(
        self, reader: ReaderAdapter, writer: WriterAdapter, remote_address: str, remote_port: int
    ) -> tuple[BrokerProtocolHandler, Session]:
        """Ours, since amqtt's deletes or adopts the session of the claimed client id before it asks for a secret.

        Nothing here touches another connection until the secret is proven.
        """
        streams = cast(tuple[PacketReader, PacketWriter], (reader, writer))  # made by stream_connected
        session = await self._read_connect(*streams)
        try:
            login = _admit(self._logins.get(session.username or ""), session)
        except _Refused as refused:
            await ConnackPacket.build(0, NOT_AUTHORIZED).to_stream(writer)
            raise MQTTError(f"{(session.username or '')[:80]!r} is refused: {refused}") from None
        session.password = None
        self._lobby.recognise(streams[1])
        return Connection(self.plugins_manager, session, login, streams, self._exchange, self._limits), session

    async def _handle_client_session(
        self,
        reader: ReaderAdapter,
        writer: WriterAdapter,
        client_session: Session,
        handler: BrokerProtocolHandler,
        server: Server,
        listener_name: str,
    ) -> None:
        """Ours, since amqtt takes over a session while the former connection's packets are still being handled."""
        connection = cast(Connection, handler)  # made by _initialize_client_session
        login = connection.login
        self._newest[login.name] = connection
        while former := self._connections.get(login.name):
            await former.end(_TAKEN_OVER, with_will=True)
        if self._newest.get(login.name) is not connection:
            raise MQTTError(f"{login.name} was revoked, or connected again, before it was accepted")
        del self._newest[login.name]
        self._connections[login.name] = connection
        try:
            await connection.run()
        finally:
            del self._connections[login.name]
            if connection.fault:
                self._tell_fault(login.name, connection.fault)

    async def _read_connect(self, reader: PacketReader, writer: PacketWriter) -> Session:
        try:
            await reader.fetch_connect()
            _, session = await BrokerProtocolHandler.init_from_connect(reader, writer, self.plugins_manager)
        except TimeoutError:
            raise MQTTError(f"no CONNECT within {self._limits.connect_seconds:.0f} s") from None
        except (asyncio.IncompleteReadError, OSError, CodecError, NoDataError, AMQTTError, ValueError) as error:
            raise MQTTError(f"no proper CONNECT: {error}") from error
        return session


class _Refused(Exception):
    """A CONNECT that is not accepted; the text says why, for the log only."""


def _admit(login: Login | None, session: Session) -> Login:
    if not proves(login, session.password) or login is None:
        raise _Refused("no such login and secret")
    if session.client_id != login.name:
        raise _Refused("its client id is not its own")
    if session.will_flag and not may_publish(login, session.will_topic or ""):
        raise _Refused(f"its will is outside {login.prefix}/#")
    if session.will_flag and session.will_retain:
        raise _Refused("its will is to be retained; nothing is")
    return login
