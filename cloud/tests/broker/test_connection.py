"""The rules that hold while a client is connected."""

import asyncio

import pytest

FOREIGN = [
    "prod/isy/bob/ns",
    "prod/isy/alice",
    "prod/isy/alice2/ns",
    "other",
    "$SYS/broker",
    "prod/isy/alice/#",
    "prod/isy/alice/+/x",
    "",
]
PUBACK, SUBACK, UNSUBACK, PINGRESP = 4, 9, 11, 13


@pytest.mark.parametrize("topic", FOREIGN)
async def test_foreign_topic(house, caplog, topic):
    """Not delivered, disconnected, and the log names the login."""
    platform = await house.connected("platform", "prod/#")
    alice = await house.raw("alice")
    alice.publish(topic, b"boo", qos=1)
    assert await alice.is_closed()
    assert "alice is disconnected" in caplog.text
    await platform.publish("prod/marker")
    assert await platform.message() == ("prod/marker", b"")


async def test_foreign_topic_by_an_ordinary_client(house):
    alice = await house.connected("alice")
    alice.client.publish("prod/isy/bob/ns", b"boo", qos=1)
    await asyncio.wait_for(alice.gone.wait(), 10)


async def test_retained(house):
    """A retained message is neither kept nor delivered, and its publisher disconnected."""
    platform = await house.connected("platform", "prod/#")
    alice = await house.raw("alice")
    alice.publish("prod/isy/alice/ns", b"for ever", retain=True)
    assert await alice.is_closed()
    later = await house.connected("bob")
    await platform.publish("prod/marker")
    assert await platform.message() == ("prod/marker", b"")
    again = await house.raw("alice")
    again.subscribe("prod/isy/alice/#")
    assert await again.answer() == (SUBACK, b"\0\x01\x01")
    again.send(b"\xc0\x00")
    assert (await again.answer())[0] == PINGRESP
    assert not later.gone.is_set()


@pytest.mark.parametrize(
    "filter_",
    ["#", "+", "+/#", "prod/#", "prod/+/alice/#", "prod/isy/+/ns", "prod/isy/bob/#", "$SYS/#", "$share/g/prod/#"],
)
async def test_wildcard_subscription(house, filter_):
    """Refused with 0x80 (not closed), and nothing foreign ever arrives."""
    alice = await house.raw("alice")
    alice.subscribe(filter_)
    assert await alice.answer() == (SUBACK, b"\0\x01\x80")
    bob = await house.raw("bob")
    bob.publish("prod/isy/bob/ns", b"secret", qos=1)
    assert (await bob.answer())[0] == PUBACK
    alice.send(b"\xc0\x00")
    assert (await alice.answer())[0] == PINGRESP


async def test_refusals_do_not_fill_the_log(house, caplog):
    alice = await house.raw("alice")
    for _ in range(3):
        alice.subscribe("#", "prod/#")
        assert await alice.answer() == (SUBACK, b"\0\x01\x80\x80")
    assert caplog.text.count("alice may not subscribe to '#'") == 1


async def test_one_refused_filter_among_others(house):
    alice = await house.raw("alice")
    alice.subscribe("prod/isy/alice/a", "prod/#", "prod/isy/alice/b", qos=2)
    assert await alice.answer() == (SUBACK, b"\0\x01\x01\x80\x01")


async def test_too_many_filters(open_house):
    house = await open_house(subscriptions=2)
    alice = await house.raw("alice")
    alice.subscribe(*(f"prod/isy/alice/{name}" for name in "abca"))
    assert await alice.answer() == (SUBACK, b"\0\x01\x01\x01\x80\x01")


async def test_unsubscribing(house):
    alice = await house.raw("alice")
    alice.subscribe("prod/isy/alice/x")
    assert (await alice.answer())[0] == SUBACK
    alice.send(b"\xa2\x14\x00\x02\x00\x10prod/isy/alice/x")
    assert await alice.answer() == (UNSUBACK, b"\0\x02")
    alice.publish("prod/isy/alice/x", qos=1)
    assert (await alice.answer())[0] == PUBACK


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\x00\x00", id="reserved 0"),
        pytest.param(b"\xf0\x00", id="reserved 15"),
        pytest.param(b"\x10\x00", id="second CONNECT"),
        pytest.param(b"\x20\x02\x00\x00", id="CONNACK"),
        pytest.param(b"\x90\x03\x00\x01\x01", id="SUBACK"),
        pytest.param(b"\x30\x00", id="PUBLISH without topic"),
        pytest.param(b"\x30\x02\xff\xff", id="PUBLISH with a topic longer than itself"),
        pytest.param(b"\x32\x03\x00\x01a", id="PUBLISH without packet id"),
        pytest.param(b"\x34\x15\x00\x11prod/isy/alice/ns\x00\x01", id="PUBLISH with QoS 2"),
        pytest.param(b"\x36\x15\x00\x11prod/isy/alice/ns\x00\x01", id="PUBLISH with QoS 3"),
        pytest.param(b"\x82\x02\x00\x01", id="SUBSCRIBE without filters"),
        pytest.param(b"\x40\x00", id="PUBACK without packet id"),
        pytest.param(b"\x30\xff\xff\xff\xff\x7f", id="length of five bytes"),
        pytest.param(b"\xc0\x01x", id="PINGREQ with a body"),
        pytest.param(
            b"GET / HTTP/1.1\r\nHost: a-name-long-enough.example\r\nUser-Agent: somebody else\r\n\r\n", id="HTTP"
        ),
    ],
)
async def test_malformed_packet(house, data):
    """Its sender is disconnected; nobody else notices."""
    bob = await house.raw("bob")
    alice = await house.raw("alice")
    alice.send(data)
    assert await alice.is_closed()
    bob.publish("prod/isy/bob/ns", qos=1)
    assert (await bob.answer())[0] == PUBACK


async def test_nothing_behind_a_malformed_packet_is_taken(house):
    """amqtt alone would go on reading inside the packet that it could not decode."""
    platform = await house.connected("platform", "prod/#")
    alice = await house.raw("alice")
    hidden = b"\x30\x13\x00\x11prod/isy/alice/ns"
    alice.send(b"\x30" + bytes([3 + len(hidden)]) + b"\x00\x01#" + hidden)
    assert await alice.is_closed()
    await platform.publish("prod/marker")
    assert await platform.message() == ("prod/marker", b"")


async def test_unknown_puback_is_ignored(house):
    alice = await house.raw("alice")
    alice.send(b"\x40\x02\x12\x34" + b"\xc0\x00")
    assert (await alice.answer())[0] == PINGRESP


async def test_a_silent_client_is_closed_after_one_and_a_half_keep_alives(house, caplog):
    platform = await house.connected("platform", "prod/#")
    alice = await house.raw("alice", keep_alive=1, will=("prod/isy/alice/ns", "gone"))
    assert await alice.is_closed()
    assert await platform.message() == ("prod/isy/alice/ns", b"gone")
    assert "silent for 2 s" in caplog.text


async def test_no_keep_alive_does_not_mean_for_ever(open_house):
    house = await open_house(idle_seconds=0.2)
    alice = await house.raw("alice", keep_alive=0)
    assert await alice.is_closed()


async def test_delivery_order_is_publish_order(house):
    platform = await house.connected("platform", "prod/#")
    alice = await house.raw("alice")
    sent = [str(number).encode() for number in range(300)]
    for number, payload in enumerate(sent):
        alice.publish("prod/isy/alice/ns", payload, qos=number % 2, packet_id=number + 1)
    assert [(await platform.message())[1] for _ in sent] == sent


async def test_qos_is_the_lower_of_both(house):
    alice = await house.raw("alice")
    alice.subscribe("prod/isy/alice/zero", qos=0)
    await alice.answer()
    bob = await house.raw("platform")
    bob.publish("prod/isy/alice/zero", b"x", qos=1)
    assert await alice.answer() == (3, b"\0\x13prod/isy/alice/zerox")
