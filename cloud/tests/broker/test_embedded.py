"""The broker's life: ports, logins, stop and start."""

import asyncio
import socket
from urllib.parse import urlsplit

import pytest

from pgc.broker.access import Login, hash_secret
from pgc.broker.contract import Broker
from pgc.broker.embedded import EmbeddedBroker
from pgc.broker.errors import BrokerError


def test_it_keeps_the_contract():
    broker: Broker = EmbeddedBroker()
    with pytest.raises(BrokerError, match="not running"):
        _ = broker.url


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.2", "::", "localhost"])  # noqa: S104
def test_only_loopback(host):
    with pytest.raises(BrokerError, match="loopback only"):
        EmbeddedBroker(host)


async def test_a_free_port_and_the_same_again_after_a_stop():
    broker = EmbeddedBroker()
    await broker.start()
    url = broker.url
    assert urlsplit(url).hostname == "127.0.0.1"
    await broker.stop()
    await broker.start()
    assert broker.url == url
    await broker.stop()
    await broker.stop()


async def test_a_port_that_is_taken_has_a_plain_reason(caplog):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BrokerError, match=f"cannot listen on 127.0.0.1:{port}: Address already in use") as caught:
            await EmbeddedBroker(port=port).start()
    assert "another port" in caught.value.hint
    assert "Traceback" not in caplog.text


async def test_starting_twice():
    broker = EmbeddedBroker()
    await broker.start()
    with pytest.raises(BrokerError, match="running already"):
        await broker.start()
    await broker.stop()


async def test_a_name_is_allowed_once(house):
    await house.broker.allow(Login("carol", hash_secret("one"), "prod/isy/carol"))
    await house.broker.allow(Login("carol", hash_secret("one"), "prod/isy/carol"))
    with pytest.raises(BrokerError, match="already"):
        await house.broker.allow(Login("carol", hash_secret("two"), "prod/isy/carol"))
    await house.broker.revoke("carol")
    await house.broker.allow(Login("carol", hash_secret("two"), "prod/isy/carol"))


async def test_messages_between_ordinary_clients(house):
    platform = await house.connected("platform", "prod/isy/+/ns")
    alice = await house.connected("alice", "prod/isy/alice/ns/alice")
    await alice.publish("prod/isy/alice/ns", b"up")
    assert await platform.message() == ("prod/isy/alice/ns", b"up")
    await platform.publish("prod/isy/alice/ns/alice", b"down")
    assert await alice.message() == ("prod/isy/alice/ns/alice", b"down")


async def test_stop_closes_everybody_and_leaves_no_task(house):
    stranger, alice = await house.dial(), await house.raw("alice")
    await house.broker.stop()
    assert await stranger.is_closed()
    assert await alice.is_closed()
    assert [task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith("broker-")] == []


async def test_secrets_are_not_logged(house, caplog):
    caplog.set_level("DEBUG")
    alice = await house.raw("alice")
    wrong = await house.dial()
    wrong.connect("alice", "a-wrong-secret")
    assert not await wrong.accepted()
    await alice.end()
    assert house.secrets["alice"] not in caplog.text
    assert "a-wrong-secret" not in caplog.text
