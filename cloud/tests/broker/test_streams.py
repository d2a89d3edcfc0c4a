"""Sizes and rates: what a connection may send, and how fast."""

import asyncio

from pgc_interface.wire import MAX_FRAME

PUBACK, PINGRESP = 4, 13


async def test_the_largest_frame_passes(house):
    platform = await house.connected("platform", "prod/#")
    alice = await house.connected("alice")
    await alice.publish("prod/isy/alice/ns", bytes(MAX_FRAME))
    assert len((await platform.message())[1]) == MAX_FRAME


async def test_oversized_packet(house, caplog):
    """256 MB are announced, none of it is read: the connection ends at the length."""
    alice = await house.raw("alice")
    alice.send(b"\x30\xff\xff\xff\x7f")
    assert await alice.is_closed()
    assert "alice is disconnected" in caplog.text
    assert "268435455 bytes" in caplog.text


async def test_oversized_subscribe(house):
    alice = await house.raw("alice")
    alice.send(b"\x82\xff\xff\x03")
    assert await alice.is_closed()


async def test_oversized_connect(house):
    stranger = await house.dial()
    stranger.send(b"\x10\x81\x80\x01")
    assert await stranger.is_closed()


async def test_connect_that_never_comes(open_house):
    house = await open_house(connect_seconds=0.2)
    silent, slow = await house.dial(), await house.dial()
    slow.send(b"\x10\x20\x00\x04MQ")
    assert await silent.is_closed()
    assert await slow.is_closed()


async def test_something_else_than_connect(house):
    stranger = await house.dial()
    stranger.publish("prod/isy/alice/ns", b"x")
    assert await stranger.is_closed()


async def test_silent_strangers_do_not_keep_others_out(open_house):
    """The oldest of them gives way."""
    house = await open_house(strangers=3, connect_seconds=60)
    silent = [await house.dial() for _ in range(3)]
    alice = await house.raw("alice")
    assert await silent[0].is_closed()
    alice.send(b"\xc0\x00")
    assert (await alice.answer())[0] == PINGRESP


async def test_rate_limit_slows_the_flood_and_lets_a_neighbour_through(open_house):
    """A flood at ten messages a second is still under way when the neighbour's are long through."""
    house = await open_house(packets_per_second=10, packets_burst=20)
    flooder, neighbour = await house.raw("alice"), await house.raw("bob")
    for number in range(1, 1001):
        flooder.publish("prod/isy/alice/ns", qos=1, packet_id=number)
    for _ in range(20):
        assert (await flooder.answer())[0] == PUBACK
    for number in range(1, 11):
        neighbour.publish("prod/isy/bob/ns", qos=1, packet_id=number)
    assert [(await neighbour.answer())[0] for _ in range(10)] == [PUBACK] * 10
    assert (await flooder.answer())[0] == PUBACK  # slowed, not refused
    await house.broker.revoke("alice")
    taken = await flooder.reader.read()
    assert len(taken) < 900 * 4


async def test_bytes_count_too(open_house):
    house = await open_house(bytes_per_second=1000, bytes_burst=1000)
    flooder = await house.raw("alice")
    for number in (1, 2):
        flooder.publish("prod/isy/alice/ns", bytes(10_000), qos=1, packet_id=number)
    assert (await flooder.answer())[0] == PUBACK
    second = asyncio.create_task(flooder.answer())
    bob = await house.raw("bob")
    bob.send(b"\xc0\x00")
    assert (await bob.answer())[0] == PINGRESP
    assert not second.done()
    second.cancel()


async def test_the_platform_is_not_slowed(open_house):
    house = await open_house(packets_per_second=0.001, packets_burst=1)
    platform = await house.raw("platform")
    for number in range(1, 101):
        platform.publish("prod/x", qos=1, packet_id=number)
    assert [(await platform.answer())[0] for _ in range(100)] == [PUBACK] * 100


async def test_a_burst_leaves_its_turn_to_a_neighbour(open_house):
    """What has already arrived could be handled in one go; the neighbour's message is not made to wait for it."""
    house = await open_house(packets_burst=1e9)
    platform = await house.connected("platform", "prod/#")
    flooder, neighbour = await house.raw("alice"), await house.raw("bob")
    for _ in range(2000):
        flooder.publish("prod/isy/alice/x")
    neighbour.publish("prod/isy/bob/ns")
    topics = [(await platform.message())[0] for _ in range(2001)]
    assert topics.index("prod/isy/bob/ns") < 1000
