import asyncio
import socket

import psutil
import pytest

from pgc.broker.errors import BrokerError, NotConnected
from pgc.broker.link import PlatformLink


@pytest.fixture
async def linked(house):
    """Starts a platform link; gives it and the queue of what it received."""
    links = []

    async def start(filters=("prod/#",), receive=None):
        arrived = asyncio.Queue()
        handler = receive or (lambda topic, payload: arrived.put_nowait((topic, payload)))
        link = PlatformLink(house.broker.url, "platform", house.secrets["platform"], filters, handler)
        await link.start()
        links.append(link)
        return link, arrived

    yield start
    for link in links:
        await link.stop()


async def test_it_is_subscribed_when_started_and_receives_in_order(house, linked):
    _, arrived = await linked()
    alice = await house.raw("alice")
    sent = [str(number).encode() for number in range(500)]
    for number, payload in enumerate(sent):
        alice.publish("prod/isy/alice/ns", payload, qos=number % 2, packet_id=number + 1)
    async with asyncio.timeout(10):
        assert [await arrived.get() for _ in sent] == [("prod/isy/alice/ns", payload) for payload in sent]


async def test_publish_reaches_a_run(house, linked):
    link, _ = await linked()
    alice = await house.connected("alice", "prod/isy/alice/ns/alice")
    await asyncio.gather(*(link.publish("prod/isy/alice/ns/alice", str(n).encode(), qos=n % 2) for n in range(50)))
    assert [await alice.message() for _ in range(50)] == [
        ("prod/isy/alice/ns/alice", str(n).encode()) for n in range(50)
    ]


async def test_a_message_that_cannot_be_handled_is_logged_and_the_next_one_comes(house, linked, caplog):
    arrived = asyncio.Queue()

    def receive(topic, payload):
        if payload == b"bad":
            raise LookupError("no such thing")
        arrived.put_nowait(payload)

    await linked(receive=receive)
    alice = await house.connected("alice")
    for payload in (b"bad", b"good"):
        await alice.publish("prod/isy/alice/ns", payload)
    assert await asyncio.wait_for(arrived.get(), 10) == b"good"
    assert "LookupError: no such thing" in caplog.text


async def test_it_reconnects_after_the_broker_was_restarted_on_the_same_port(house, linked, monkeypatch):
    monkeypatch.setattr("pgc.broker.link.WAIT_SECONDS", 0.2)
    link, arrived = await linked()
    await house.broker.stop()
    with pytest.raises(NotConnected):
        await link.publish("prod/x", b"lost")
    await house.broker.start()
    async with asyncio.timeout(20):
        while True:
            try:
                await link.publish("prod/x", b"back")
                break
            except NotConnected:
                continue
        assert await arrived.get() == ("prod/x", b"back")


async def test_a_wrong_secret_is_told_at_once(house):
    link = PlatformLink(house.broker.url, "platform", "wrong", ["prod/#"], lambda *_: None)
    with pytest.raises(BrokerError, match="Not authorized"):
        await link.start()


async def test_a_refused_subscription_is_told(house):
    link = PlatformLink(house.broker.url, "platform", house.secrets["platform"], ["#"], lambda *_: None)
    with pytest.raises(BrokerError, match="refuses the subscription to #"):
        await link.start()


async def test_nobody_listens(monkeypatch):
    monkeypatch.setattr("pgc.broker.link.START_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    link = PlatformLink(f"mqtt://127.0.0.1:{port}", "platform", "x", [], lambda *_: None)
    with pytest.raises(BrokerError, match="refused"):
        await link.start()


async def test_a_broker_that_never_answers(monkeypatch):
    monkeypatch.setattr("pgc.broker.link.START_SECONDS", 0.3)
    monkeypatch.setattr("pgc.broker.link.CONNECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        link = PlatformLink(f"mqtt://127.0.0.1:{server.getsockname()[1]}", "platform", "x", [], lambda *_: None)
        with pytest.raises(BrokerError, match="no connection to the broker"):
            await link.start()
        left = [found for found in psutil.Process().net_connections() if found.raddr == server.getsockname()]
        assert left == []


async def test_a_stopped_link_can_be_started_again(linked):
    link, _ = await linked()
    await link.stop()
    await link.start()
    await link.publish("prod/x", b"")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1883", "mqtt://", "nonsense"])
def test_a_wrong_url(url):
    with pytest.raises(BrokerError, match="not the address"):
        PlatformLink(url, "platform", "x", [], lambda *_: None)


async def test_a_topic_that_cannot_be_is_no_matter_of_the_connection(linked):
    link, _ = await linked()
    with pytest.raises(BrokerError, match="no message for 'prod/#'") as caught:
        await link.publish("prod/#", b"")
    assert not isinstance(caught.value, NotConnected)
