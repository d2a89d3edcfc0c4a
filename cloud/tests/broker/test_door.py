"""The door of a run with an original client: a client of its own making comes in as that run, or not at all."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from pgc.broker.address import Address
from pgc.broker.door import STRANGERS, Guest
from pgc.broker.doors import AUTHORITY, CERTIFICATE, KEY, Doors, Pass
from pgc.secrets.authority import Authority, Credentials

from .conftest import CONNECT, House, Raw, packet, text

PATIENCE = 30.0


class Doorway:
    """The door of `alice`, and visitors to it."""

    def __init__(self, house: House, folder: Path, stack: AsyncExitStack) -> None:
        self.house = house
        self.path = folder / "door" / "mqtt"
        self.authority = Authority.load(folder / "authority.pem")
        self.doors = Doors(Address.of(house.broker.url), self.authority)
        self.way: Pass
        self._folder = folder
        self._stack = stack

    async def open(self, secret: str) -> None:
        self.way = await self.doors.open(self.path, Guest("alice", secret))
        self._stack.push_async_callback(self.doors.close, "alice")

    @property
    def own(self) -> Credentials:
        return Credentials(self.way.files[CERTIFICATE], self.way.files[KEY])

    def context(self, shown: Credentials | None) -> ssl.SSLContext:
        context = ssl.create_default_context(cadata=self.way.files[AUTHORITY].decode())
        if shown:
            file = self._folder / "shown.pem"
            file.write_bytes(shown.certificate + shown.key)
            context.load_cert_chain(file)
        return context

    async def visit(self, shown: Credentials | None, host: str = "") -> Raw:
        """A TLS connection that checks whose door it is, and has said nothing yet."""
        opening = asyncio.open_unix_connection(
            self.path, ssl=self.context(shown), server_hostname=host or self.way.host
        )
        async with asyncio.timeout(PATIENCE):
            raw = Raw(*await opening)
        self._stack.push_async_callback(raw.end)
        return raw

    async def silent(self) -> Raw:
        """A connection that does not even begin with TLS."""
        raw = Raw(*await asyncio.open_unix_connection(self.path))
        self._stack.push_async_callback(raw.end)
        return raw


async def is_shut(raw: Raw) -> bool:
    """Whether the connection ends, and nothing comes before."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await raw.reader.read(1) == b""
    except (ConnectionError, ssl.SSLError):  # not OSError: a TimeoutError is one
        return True


@pytest.fixture
async def doorway(house: House, short_path: Path) -> AsyncIterator[Doorway]:
    async with AsyncExitStack() as stack:
        doorway = Doorway(house, short_path, stack)
        await doorway.open(house.secrets["alice"])
        yield doorway


async def test_it_comes_in_as_its_run_whatever_it_calls_itself(house: House, doorway: Doorway) -> None:
    platform = await house.connected("platform", "prod/+/+/ns")
    raw = await doorway.visit(doorway.own)
    raw.connect("?SDK=Python", "", client_id="bob", will=("prod/isy/alice/ns", "gone"))
    assert await raw.accepted()
    raw.publish("prod/isy/alice/ns", b"x" * 300_000)
    assert await platform.message() == ("prod/isy/alice/ns", b"x" * 300_000)
    raw.subscribe("prod/isy/alice/down")
    assert await raw.answer() == (9, b"\x00\x01\x01")
    await platform.publish("prod/isy/alice/down", b"y" * 300_000)
    kind, body = await raw.answer()
    assert (kind, body[-300_000:]) == (3, b"y" * 300_000)
    await raw.end()
    assert await platform.message() == ("prod/isy/alice/ns", b"gone")


async def test_a_will_of_anothers_is_refused_by_the_broker(doorway: Doorway) -> None:
    raw = await doorway.visit(doorway.own)
    raw.connect(None, None, client_id="any", will=("prod/isy/bob/ns", "gone"))
    assert not await raw.accepted()


async def test_the_client_sees_whose_door_it_is(doorway: Doorway) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        await doorway.visit(doorway.own, host="127.0.0.1")


def foreign(doorway: Doorway) -> dict[str, Credentials | None]:
    stranger = Authority.rotate(doorway.path.with_name("other.pem"))
    return {
        "none": None,
        "of another authority": stranger.for_client("alice"),
        "of another run": doorway.authority.for_client("bob"),
        "of a server": doorway.authority.for_server(["alice"]),
    }


@pytest.mark.parametrize("shown", ["none", "of another authority", "of another run", "of a server"])
async def test_no_other_certificate_lets_in(doorway: Doorway, shown: str) -> None:
    raw = await doorway.visit(foreign(doorway)[shown])
    raw.connect(None, None, client_id="alice")
    assert await is_shut(raw)


NO_CONNECT = {
    "too large": packet(CONNECT, text("MQTT") + bytes([4, 2, 0, 60]) + bytes(20_000)),
    "no MQTT": b"GET / HTTP/1.1\r\n\r\n",
    "MQTT 5": packet(CONNECT, text("MQTT") + bytes([5, 2, 0, 60, 0]) + text("alice")),
    "a will that is missing": packet(CONNECT, text("MQTT") + bytes([4, 6, 0, 60]) + text("alice")),
    "more than it says": packet(CONNECT, text("MQTT") + bytes([4, 2, 0, 60]) + text("alice") + b"?"),
    "another packet": packet(12),
}


@pytest.mark.parametrize("said", NO_CONNECT)
async def test_what_is_no_connect_is_not_passed_on(doorway: Doorway, said: str) -> None:
    raw = await doorway.visit(doorway.own)
    raw.send(NO_CONNECT[said])
    assert await is_shut(raw)


async def test_silent_strangers_do_not_keep_the_client_out(doorway: Doorway) -> None:
    first, *_ = [await doorway.silent() for _ in range(2 * STRANGERS)]
    raw = await doorway.visit(doorway.own)
    raw.connect(None, None, client_id="any")
    assert await raw.accepted()
    assert await is_shut(first)


async def test_a_run_that_was_revoked_is_out_and_its_door_gone(house: House, doorway: Doorway) -> None:
    raw = await doorway.visit(doorway.own)
    raw.connect(None, None, client_id="any")
    assert await raw.accepted()
    await house.broker.revoke("alice")
    assert await is_shut(raw)
    again = await doorway.visit(doorway.own)
    again.connect(None, None, client_id="any")
    assert not await again.accepted()
    await doorway.doors.close("alice")
    with pytest.raises(FileNotFoundError):
        await doorway.visit(doorway.own)


async def test_it_waits_for_a_broker_that_comes_back(house: House, doorway: Doorway) -> None:
    await house.broker.stop()
    raw = await doorway.visit(doorway.own)
    raw.connect(None, None, client_id="any")
    assert await is_shut(raw)
    await house.broker.start()
    raw = await doorway.visit(doorway.own)
    raw.connect(None, None, client_id="any")
    assert await raw.accepted()
