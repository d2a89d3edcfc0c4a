"""mosquitto as a child: started, killed, started again, and what it keeps meanwhile."""

import asyncio
import os
import signal
import ssl
import stat
from contextlib import AsyncExitStack

import aiomqtt
import pytest

from pgc.broker.access import Login, hash_secret, new_secret
from pgc.broker.address import Address
from pgc.broker.errors import BrokerError
from pgc.broker.link import PlatformLink
from pgc.broker.mosquitto import MosquittoBroker
from pgc.broker.mosquitto_files import TlsListener
from pgc.secrets.authority import Authority

from .conftest import SOON, opened


@pytest.fixture
async def stack():
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def house(new_mosquitto, stack):
    return await opened(new_mosquitto(), stack)


async def restarted(house, pid):
    """Waits until another one takes orders."""
    await house.broker.revoke("nobody")
    assert house.broker.pid not in {pid, None}


async def test_it_is_for_the_platform_alone(house, short_path):
    assert house.broker.url == f"unix://{short_path}/socket/mqtt"
    own = short_path / "own"
    assert stat.S_IMODE(own.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in own.iterdir()} == {0}
    assert list((short_path / "socket").iterdir()) == [short_path / "socket" / "mqtt"]


async def test_stop_ends_it_and_leaves_no_task(house, short_path):
    pid = house.broker.pid
    await house.broker.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert not (short_path / "socket").exists()
    assert [task.get_name() for task in asyncio.all_tasks() if "mosquitto" in task.get_name()] == []
    with pytest.raises(BrokerError, match="not running"):
        _ = house.broker.url


async def test_what_keeps_it_from_starting_is_told(new_mosquitto, short_path):
    (short_path / "own").mkdir()
    (short_path / "own" / "mosquitto.db").write_bytes(b"not its database")
    with pytest.raises(BrokerError, match=r"cannot be started: mosquitto ended with 1: .*Unable to restore"):
        await new_mosquitto().start()


async def test_killed_it_is_there_again_with_its_logins(house):
    pid = house.broker.pid
    os.kill(pid, signal.SIGKILL)
    await restarted(house, pid)
    platform = await house.connected("platform", "prod/#")
    alice = await house.connected("alice")
    await alice.publish("prod/isy/alice/ns", b"still me")
    assert await platform.message() == ("prod/isy/alice/ns", b"still me")


async def test_a_stop_while_it_is_down(house):
    os.kill(house.broker.pid, signal.SIGKILL)
    await house.broker.stop()
    assert house.broker.pid is None


async def test_its_log_is_ours_and_holds_no_secrets(house, caplog):
    caplog.set_level("INFO")
    alice = await house.raw("alice")
    alice.send(b"\x00\x00")
    assert await alice.is_closed()
    await house.broker.stop()
    assert "alice" in caplog.text
    assert house.secrets["alice"] not in caplog.text


async def test_a_fault_is_told(new_mosquitto, stack):
    told = asyncio.Queue()
    house = await opened(new_mosquitto(tell_fault=lambda *fault: told.put_nowait(fault)), stack)
    alice = await house.raw("alice")
    alice.send(b"\x00\x00")
    name, fault = await asyncio.wait_for(told.get(), SOON)
    assert (name, fault) == ("alice", "broke a rule of the broker: protocol error")


async def test_a_folder_with_a_blank_in_its_name(short_path, new_mosquitto, stack):
    folder = short_path / "two words"
    await opened(MosquittoBroker(folder / "own", folder / "a socket" / "mqtt"), stack)


class Restarted:
    """The broker stopped in order and started by a new platform."""

    def __init__(self, new_mosquitto, stack):
        self._new = new_mosquitto
        self._stack = stack

    async def after(self, house):
        await house.broker.stop()
        broker = self._new()
        await broker.start()
        self._stack.push_async_callback(broker.stop)
        return broker


@pytest.fixture
def restart(new_mosquitto, stack):
    return Restarted(new_mosquitto, stack)


def as_before(house, name):
    return Login(name, hash_secret(house.secrets[name]), f"prod/isy/{name}")


async def test_a_login_of_before_waits_until_its_run_is_found_again(house, restart):
    house.broker = await restart.after(house)
    assert await house.paho("alice").connect() != 0
    await house.broker.allow(as_before(house, "alice"))
    await house.connected("alice", "prod/isy/alice/x")


async def test_a_login_that_nobody_asked_for_is_forgotten_with_the_next_start(house, restart):
    house.broker = await restart.after(house)
    await house.broker.allow(as_before(house, "alice"))
    house.broker = await restart.after(house)
    await house.broker.allow(as_before(house, "alice"))
    with pytest.raises(BrokerError, match="not found"):
        await house.broker.allow(as_before(house, "bob"))


async def test_damaged_logins_do_not_keep_it_from_starting(house, restart, short_path, caplog):
    await house.broker.stop()
    (short_path / "own" / "dynamic-security.json").write_bytes(b"{")
    house.broker = await restart.after(house)
    with pytest.raises(BrokerError, match="not found"):
        await house.broker.allow(as_before(house, "alice"))
    assert "cannot be read" in caplog.text


async def test_the_platforms_login_gets_its_new_secret(house, restart):
    house.broker = await restart.after(house)
    await house.allow("platform", "prod", trusted=True)
    await house.connected("platform", "prod/#")


async def test_what_was_sent_while_the_platform_was_away_waits_for_it(house, restart):
    arrived = asyncio.Queue()

    async def link():
        made = PlatformLink(
            house.broker.url,
            "platform",
            house.secrets["platform"],
            ["prod/+/+/ns"],
            lambda topic, payload: arrived.put_nowait(payload),
            persistent=True,
        )
        await made.start()
        return made

    await (await link()).stop()
    alice = await house.connected("alice")
    await alice.publish("prod/isy/alice/ns", b"durable")
    house.broker = await restart.after(house)
    await house.allow("platform", "prod", trusted=True)
    again = await link()
    assert await asyncio.wait_for(arrived.get(), SOON) == b"durable"
    await again.stop()


async def test_tls_with_the_platforms_own_certificate(new_mosquitto, stack, short_path, free_port):
    authority = Authority.load(short_path / "authority.pem")
    tls = TlsListener("127.0.0.1", free_port, authority.certificate, authority.for_server(["127.0.0.1"]))
    house = await opened(new_mosquitto(tls=tls), stack)
    options = {"identifier": "alice", "username": "alice", "password": house.secrets["alice"], "timeout": SOON}
    address = Address.of(f"mqtts://127.0.0.1:{free_port}", house.broker.ca)
    async with aiomqtt.Client(**address.client_options(), **options) as alice:
        await alice.subscribe("prod/isy/alice/x")
    other = Address.of(f"mqtts://127.0.0.1:{free_port}", Authority.load(short_path / "other.pem").certificate.decode())
    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.open_connection("127.0.0.1", free_port, ssl=other.client_options()["tls_context"])


async def test_a_name_is_allowed_once(house):
    with pytest.raises(BrokerError, match="already"):
        await house.broker.allow(Login("alice", hash_secret("other"), "prod/isy/alice"), "other")
    await house.broker.revoke("alice")
    await house.broker.allow(Login("alice", hash_secret("other"), "prod/isy/alice"), new_secret())
