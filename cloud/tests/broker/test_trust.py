"""What no broker may let a run do, whichever it is: tried with clients that ignore our SDK.

A broker may refuse, disconnect, or be silent; what is tested is that nobody else notices.
"""

import asyncio

import pytest

from pgc.broker.access import new_secret
from pgc.broker.link import PlatformLink

from .conftest import CONNACK, PINGREQ, PINGRESP, PUBACK, SOON, SUBACK, packet

FOREIGN = ["prod/isy/bob/ns", "prod/isy/alice", "prod/isy/alice2/ns", "other", "$SYS/broker", "$CONTROL/x/v1"]
WIDE = ["#", "+", "+/#", "prod/#", "prod/+/alice/#", "prod/isy/+/ns", "prod/isy/bob/#", "$SYS/#", "$share/g/prod/#"]
CONTROL = "$CONTROL/dynamic-security/v1"


@pytest.fixture
async def platform(any_house):
    return await any_house.connected("platform", "prod/#")


async def hears_only(platform, *messages):
    """These, and then a message that it sends itself."""
    await platform.publish("prod/marker")
    assert [await platform.message() for _ in messages] == list(messages)
    assert await platform.message() == ("prod/marker", b"")
    assert not platform.gone.is_set()


async def comes_in(raw):
    """Whether a CONNECT was accepted; to be cut off is an answer too."""
    try:
        kind, body = await raw.answer()
    except (ConnectionError, asyncio.IncompleteReadError):
        return False
    assert kind == CONNACK
    return body[1] == 0


@pytest.mark.parametrize("topic", FOREIGN)
async def test_a_foreign_topic_reaches_nobody(any_house, platform, topic):
    bob = await any_house.connected("bob", "prod/isy/bob/#")
    alice = await any_house.raw("alice")
    alice.publish(topic, b"boo", qos=1)
    alice.send(packet(PINGREQ))
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        while (await alice.answer())[0] != PINGRESP:
            pass
        raise ConnectionError  # it was taken, in silence
    await hears_only(platform)
    await platform.publish("prod/isy/bob/x", b"own")
    assert await bob.message() == ("prod/isy/bob/x", b"own")


@pytest.mark.parametrize("topic", FOREIGN)
async def test_a_foreign_will_reaches_nobody(any_house, platform, topic):
    alice = await any_house.dial()
    alice.connect("alice", any_house.secrets["alice"], will=(topic, "boo"))
    await comes_in(alice)
    await alice.end()
    again = await any_house.raw("alice", will=("prod/isy/alice/ns", "mine"))
    await again.end()
    assert await platform.message() == ("prod/isy/alice/ns", b"mine")
    await hears_only(platform)


async def test_a_retained_will_is_not_kept(any_house, platform):
    alice = await any_house.dial()
    alice.connect("alice", any_house.secrets["alice"], will=("prod/isy/alice/ns", "for ever"), will_flags=0x20)
    await comes_in(alice)
    await alice.end()
    await nothing_is_retained(any_house, "prod/isy/alice/ns")


async def test_a_retained_message_is_not_kept(any_house, platform):
    alice = await any_house.raw("alice")
    alice.publish("prod/isy/alice/ns", b"for ever", retain=True)
    await alice.end()
    await nothing_is_retained(any_house, "prod/isy/alice/ns")


async def nothing_is_retained(house, topic):
    later = await house.raw("alice")
    later.subscribe(topic)
    later.send(packet(PINGREQ))
    assert (await later.answer())[0] == SUBACK
    assert (await later.answer())[0] == PINGRESP


async def test_a_foreign_client_id_throws_nobody_out(any_house, platform):
    """Neither with a login of its own, nor with a wrong secret, nor without any."""
    attempts = [("alice", any_house.secrets["alice"]), ("alice", new_secret()), ("platform", ""), (None, None)]
    for name, secret in attempts:
        stranger = await any_house.dial()
        stranger.connect(name, secret, client_id="platform")
        assert not await comes_in(stranger)
    await hears_only(platform)


async def test_nobody_comes_in_without_a_login(any_house):
    for name, secret in ((None, None), ("nobody", new_secret()), ("alice", new_secret()), ("alice", "")):
        stranger = await any_house.dial()
        stranger.connect(name, secret, client_id=name or "anyone")
        assert not await comes_in(stranger)


async def test_nothing_is_taken_before_a_login(any_house, platform):
    stranger = await any_house.dial()
    stranger.publish("prod/isy/alice/ns", b"boo")
    stranger.connect("alice", any_house.secrets["alice"])
    assert not await comes_in(stranger)
    await hears_only(platform)


@pytest.mark.parametrize("filter_", [*WIDE, f"{CONTROL}/#", f"{CONTROL}/response"])
async def test_a_subscription_beyond_its_own_topics_hears_nothing(any_house, platform, filter_):
    alice = await any_house.raw("alice")
    alice.subscribe(filter_)
    assert await alice.answer() == (SUBACK, b"\0\x01\x80")
    bob = await any_house.raw("bob")
    bob.publish("prod/isy/bob/ns", b"secret", qos=1)
    assert (await bob.answer())[0] == PUBACK
    assert await platform.message() == ("prod/isy/bob/ns", b"secret")
    await any_house.broker.revoke("nobody")
    alice.send(packet(PINGREQ))
    assert (await alice.answer())[0] == PINGRESP


async def test_a_run_makes_no_logins(any_house):
    """The orders of mosquitto's dynamic-security plugin are for the platform alone."""
    alice = await any_house.raw("alice")
    order = b'{"commands": [{"command": "createClient", "username": "eve", "password": "eve", "roles": []}]}'
    alice.publish(CONTROL, order, qos=1)
    eve = await any_house.dial()
    eve.connect("eve", "eve")
    assert not await comes_in(eve)


async def test_an_oversized_message_is_not_read(any_house, platform):
    """Its sender is cut off before the broker has taken it into memory."""
    alice = await any_house.raw("alice")
    alice.send(b"\x30\xff\xff\xff\x7f" + b"\0\x11prod/isy/alice/ns")
    assert await alice.is_closed()
    await hears_only(platform)


@pytest.mark.parametrize("data", [b"\x00\x00", b"\x10\x00", b"\x30\x02\xff\xff", b"GET / HTTP/1.1\r\n\r\n"])
async def test_garbage_harms_its_sender_only(any_house, platform, data):
    alice = await any_house.raw("alice")
    alice.send(data + bytes(64))
    assert await alice.is_closed()
    await hears_only(platform)


async def test_a_slow_reader_holds_up_nobody(any_house):
    """It does not read; messages to it pile up, are dropped or it is cut off, and others get theirs."""
    slow = await any_house.raw("alice", receive_buffer=4096)
    slow.subscribe("prod/isy/alice/#")
    assert (await slow.answer())[0] == SUBACK
    bob = await any_house.connected("bob", "prod/isy/bob/#")
    platform = await any_house.connected("platform")
    for number in range(400):
        platform.client.publish("prod/isy/alice/x", bytes(100_000), qos=0)
        if number % 100 == 0:
            await platform.publish("prod/isy/bob/x", str(number).encode())
            assert await bob.message() == ("prod/isy/bob/x", str(number).encode())
    await platform.publish("prod/isy/bob/x", b"last")
    assert await bob.message() == ("prod/isy/bob/x", b"last")


async def test_its_own_reconnect_takes_over_and_a_strangers_does_not(any_house, platform):
    first = await any_house.raw("alice")
    stranger = await any_house.dial()
    stranger.connect("alice", new_secret())
    assert not await comes_in(stranger)
    first.publish("prod/isy/alice/ns", b"first", qos=1)
    assert (await first.answer())[0] == PUBACK
    second = await any_house.raw("alice")
    assert await first.is_closed()
    second.publish("prod/isy/alice/ns", b"second", qos=1)
    assert (await second.answer())[0] == PUBACK
    await hears_only(platform, ("prod/isy/alice/ns", b"first"), ("prod/isy/alice/ns", b"second"))


async def test_its_own_will_comes_when_its_connection_dies(any_house, platform):
    alice = await any_house.raw("alice", will=("prod/isy/alice/ns", "gone"))
    await alice.end()
    assert await platform.message() == ("prod/isy/alice/ns", b"gone")


async def test_a_revoked_login_that_is_still_connected_is_thrown_out(any_house, platform):
    """Without its will, and nothing that it sends is taken; nor does it come in again."""
    alice = await any_house.raw("alice", will=("prod/isy/alice/ns", "gone"))
    alice.subscribe("prod/isy/alice/#")
    assert (await alice.answer())[0] == SUBACK
    await any_house.broker.revoke("alice")
    alice.publish("prod/isy/alice/ns", b"too late")
    assert await alice.is_closed()
    again = await any_house.dial()
    again.connect("alice", any_house.secrets["alice"])
    assert not await comes_in(again)
    await hears_only(platform)


async def test_what_it_sent_before_has_arrived_when_the_platform_has_settled(any_house):
    arrived = []
    link = PlatformLink(
        any_house.broker.url,
        "platform",
        any_house.secrets["platform"],
        ["prod/+/+/ns"],
        lambda topic, payload: arrived.append(payload),
        marks="prod/platform",
    )
    await link.start()
    alice = await any_house.connected("alice")
    for number in range(200):
        alice.client.publish("prod/isy/alice/ns", str(number).encode(), qos=1)
    await alice.publish("prod/isy/alice/ns", b"last words")
    await any_house.broker.revoke("alice")
    await link.settle()
    assert arrived == [*(str(number).encode() for number in range(200)), b"last words"]
    await link.stop()


async def test_a_new_login_of_the_same_topics_gets_nothing_that_was_for_the_old(any_house, platform):
    """Not even from a session that the old one left behind."""
    alice = any_house.paho("alice", clean_session=False)
    assert await alice.connect() == 0
    assert await alice.subscribe("prod/isy/alice/x") == [1]
    await alice.end()
    await platform.publish("prod/isy/alice/x", b"for the old one")
    assert await platform.message() == ("prod/isy/alice/x", b"for the old one")
    await any_house.broker.revoke("alice")
    await any_house.allow("alice-2", "prod/isy/alice")
    new = await any_house.connected("alice-2", "prod/isy/alice/x")
    await platform.publish("prod/isy/alice/x", b"for the new one")
    assert await asyncio.wait_for(new.message(), SOON) == ("prod/isy/alice/x", b"for the new one")
