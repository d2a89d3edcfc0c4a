"""Clients that ignore our SDK: paho in its own thread, and raw sockets that say whatever they like."""

import asyncio
import socket
import struct
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import paho.mqtt.client as paho
import pytest
import uvloop

from pgc.broker.access import Login, hash_secret, new_secret
from pgc.broker.contract import Broker
from pgc.broker.embedded import EmbeddedBroker
from pgc.broker.external import ExternalBroker
from pgc.broker.limits import Limits
from pgc.broker.mosquitto import MosquittoBroker
from pgc.broker.mosquitto_files import Installed

from .other_mosquitto import OtherMosquitto, a_free_port

SOON = 30.0
CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, PINGREQ, PINGRESP, DISCONNECT = 1, 2, 3, 4, 8, 9, 12, 13, 14


ON_ONE_LOOP = {"test_trust", "test_mosquitto", "test_external"}
"""What starts a mosquitto for each test; the embedded broker's own tests run on both loops."""


def pytest_asyncio_loop_factories(item: pytest.Item):
    """The platform runs on either loop."""
    both = {"uvloop": uvloop.new_event_loop, "asyncio": asyncio.new_event_loop}
    return dict(list(both.items())[:1]) if item.path.stem in ON_ONE_LOOP else both


def text(value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return struct.pack("!H", len(data)) + data


def packet(kind: int, body: bytes = b"", flags: int = 0) -> bytes:
    length, head = len(body), bytearray([kind << 4 | flags])
    while True:
        length, low = divmod(length, 128)
        head.append(low | (0x80 if length else 0))
        if not length:
            return bytes(head) + body


class Raw:
    """A TCP connection that speaks MQTT byte by byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def connect(self, name, secret, *, client_id=None, will=None, will_flags=0, keep_alive=60):
        flags = 0x02 | (0xC0 if name is not None else 0) | ((0x04 | will_flags) if will else 0)
        body = text("MQTT") + bytes([4, flags]) + struct.pack("!H", keep_alive) + text(client_id or name or "")
        body += (text(will[0]) + text(will[1])) if will else b""
        body += text(name) + text(secret) if name is not None else b""
        self.send(packet(CONNECT, body))

    def publish(self, topic, payload=b"", *, qos=0, retain=False, packet_id=1):
        body = text(topic) + (struct.pack("!H", packet_id) if qos else b"") + payload
        self.send(packet(PUBLISH, body, flags=qos << 1 | retain))

    def subscribe(self, *filters, qos=1):
        body = b"".join(text(filter_) + bytes([qos]) for filter_ in filters)
        self.send(packet(SUBSCRIBE, struct.pack("!H", 1) + body, flags=2))

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def answer(self) -> tuple[int, bytes]:
        """The next packet: its kind and body."""
        async with asyncio.timeout(SOON):
            first = await self.reader.readexactly(1)
            length, shift = 0, 0
            while True:
                byte = (await self.reader.readexactly(1))[0]
                length, shift = length | (byte & 0x7F) << shift, shift + 7
                if byte < 0x80:
                    return first[0] >> 4, await self.reader.readexactly(length)

    async def accepted(self) -> bool:
        kind, body = await self.answer()
        assert kind == CONNACK
        return body[1] == 0

    async def is_closed(self) -> bool:
        """Waits for the broker to close the connection; nothing else may come before."""
        try:
            async with asyncio.timeout(SOON):
                return await self.reader.read(1) == b""
        except ConnectionError:
            return True

    async def end(self) -> None:
        self.writer.transport.abort()
        with suppress(OSError):
            await self.writer.wait_closed()


class Paho:
    """paho's threaded client; its callbacks are brought to the test's loop."""

    def __init__(self, url, name, secret, *, will=None, client_id=None, reconnect=False, clean_session=True) -> None:
        self.address = urlsplit(url)
        self.loop = asyncio.get_running_loop()
        self.messages: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
        self.connacks: asyncio.Queue[int] = asyncio.Queue()
        self.subacks: asyncio.Queue[list[int]] = asyncio.Queue()
        self.gone = asyncio.Event()
        self.client = paho.Client(
            paho.CallbackAPIVersion.VERSION2,
            client_id=client_id or name,
            clean_session=clean_session,
            reconnect_on_failure=reconnect,
            transport="unix" if self.address.scheme == "unix" else "tcp",
        )
        self.client.reconnect_delay_set(1, 1)
        self.client.username_pw_set(name, secret)
        if will:
            self.client.will_set(will[0], will[1], qos=1)
        self.client.on_message = lambda _c, _u, m: self._tell(self.messages.put_nowait, (m.topic, m.payload))
        self.client.on_connect = lambda _c, _u, _f, code, _p: self._tell(self.connacks.put_nowait, code.value)
        self.client.on_subscribe = lambda _c, _u, _m, codes, _p: self._tell(
            self.subacks.put_nowait, [code.value for code in codes]
        )
        self.client.on_disconnect = lambda *_: self._tell(self.gone.set)

    def _tell(self, call, *args) -> None:
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(call, *args)

    async def connect(self) -> int:
        host = self.address.hostname or self.address.path
        await asyncio.to_thread(self.client.connect, host, self.address.port or 1883, 30)
        self.client.loop_start()
        return await self.next(self.connacks)

    async def subscribe(self, filter_, qos=1) -> list[int]:
        self.client.subscribe(filter_, qos)
        return await self.next(self.subacks)

    async def publish(self, topic, payload=b"", qos=1) -> None:
        await asyncio.to_thread(self.client.publish(topic, payload, qos).wait_for_publish, SOON)

    async def message(self) -> tuple[str, bytes]:
        return await self.next(self.messages)

    async def next(self, queue: asyncio.Queue):
        async with asyncio.timeout(SOON):
            return await queue.get()

    async def end(self) -> None:
        await asyncio.to_thread(self._end)

    def _end(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
        if left := self.client.socket():
            left.close()  # paho does it only when all that waited was sent


class House:
    """A running broker with three logins, and clients for any of them."""

    def __init__(self, broker: Broker, stack: AsyncExitStack) -> None:
        self.broker = broker
        self.stack = stack
        self.secrets: dict[str, str] = {}

    async def allow(self, name: str, prefix: str, *, trusted: bool = False) -> Login:
        self.secrets[name] = new_secret()
        login = Login(name, hash_secret(self.secrets[name]), prefix, trusted)
        await self.broker.allow(login, self.secrets[name])
        return login

    async def dial(self, *, receive_buffer: int = 0) -> Raw:
        """A connection that has said nothing yet; with a small buffer, one that takes little unread."""
        address = urlsplit(self.broker.url)
        is_unix = address.scheme == "unix"
        sock = socket.socket(socket.AF_UNIX if is_unix else socket.AF_INET)
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        sock.setblocking(False)
        where = address.path if is_unix else (address.hostname, address.port)
        await asyncio.get_running_loop().sock_connect(sock, where)
        opening = asyncio.open_unix_connection if is_unix else asyncio.open_connection
        reader, writer = await opening(sock=sock, limit=receive_buffer or 65536)
        raw = Raw(reader, writer)
        self.stack.push_async_callback(raw.end)
        return raw

    async def raw(self, name: str, **connect) -> Raw:
        raw = await self.dial(receive_buffer=connect.pop("receive_buffer", 0))
        raw.connect(name, self.secrets[name], **connect)
        assert await raw.accepted()
        return raw

    def paho(self, name: str, secret: str | None = None, **options) -> Paho:
        client = Paho(self.broker.url, name, secret or self.secrets[name], **options)
        self.stack.push_async_callback(client.end)
        return client

    async def connected(self, name: str, *filters: str, **options) -> Paho:
        client = self.paho(name, **options)
        assert await client.connect() == 0
        for filter_ in filters:
            assert await client.subscribe(filter_) == [1]
        return client


OpenHouse = Callable[..., Awaitable[House]]


async def opened(broker: Broker, stack: AsyncExitStack) -> House:
    """Starts the broker; logins: `platform` (trusted, all of `prod`), `alice` and `bob`."""
    await broker.start()
    stack.push_async_callback(broker.stop)
    house = House(broker, await stack.enter_async_context(AsyncExitStack()))
    await house.allow("platform", "prod", trusted=True)
    await house.allow("alice", "prod/isy/alice")
    await house.allow("bob", "prod/isy/bob")
    return house


@pytest.fixture
async def open_house() -> AsyncIterator[OpenHouse]:
    """Opens an embedded broker under the given limits."""
    async with AsyncExitStack() as stack:

        async def open_(**limits) -> House:
            return await opened(EmbeddedBroker(limits=Limits(**limits)), stack)

        yield open_


@pytest.fixture
async def house(open_house: OpenHouse) -> House:
    return await open_house()


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder whose path leaves room for the name of a unix socket in it, as pytest's own does not."""
    with tempfile.TemporaryDirectory(prefix="b", dir="/tmp") as folder:
        yield Path(folder)


@pytest.fixture
def new_mosquitto(short_path: Path) -> Callable[..., MosquittoBroker]:
    """mosquitto brokers of this machine, all on the same folder."""
    if Installed.find() is None:
        pytest.skip("mosquitto 2 with its dynamic-security plugin is not installed")
    return partial(MosquittoBroker, short_path / "own", short_path / "socket" / "mqtt")


@pytest.fixture(params=["embedded", "mosquitto", "external"])
async def any_house(request: pytest.FixtureRequest, short_path: Path) -> AsyncIterator[House]:
    """Each broker that the platform can have, under its default limits."""
    async with AsyncExitStack() as stack:
        if request.param == "embedded":
            yield await opened(EmbeddedBroker(socket=short_path / "socket" / "mqtt"), stack)
        elif request.param == "mosquitto":
            yield await opened(request.getfixturevalue("new_mosquitto")(), stack)
        else:
            other = await stack.enter_async_context(OtherMosquitto(short_path, request.getfixturevalue("free_port")))
            yield await opened(ExternalBroker(other.url), stack)


@pytest.fixture
def free_port() -> int:
    return a_free_port()
