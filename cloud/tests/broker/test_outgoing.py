"""Clients that do not read, or do not acknowledge."""

import asyncio

import pytest

PUBACK = 4


async def flood(sender, topic, count, size=60_000):
    for number in range(1, count + 1):
        sender.publish(topic, bytes(size), qos=1, packet_id=number)
        assert (await sender.answer())[0] == PUBACK


async def test_slow_reader(open_house, caplog):
    """Cut off when it owes too much; its publisher is acknowledged all along, and a neighbour gets everything."""
    house = await open_house(outgoing_bytes=200_000)
    slow = await house.raw("alice", receive_buffer=4096, will=("prod/isy/alice/will", "gone"))
    slow.subscribe("prod/isy/alice/down")
    await slow.answer()
    neighbour = await house.connected("bob", "prod/isy/bob/#")
    platform = await house.raw("platform")
    await house.allow("watcher", "prod", trusted=True)
    watcher = await house.connected("watcher", "prod/isy/alice/will")
    await flood(platform, "prod/isy/alice/down", 200)
    await flood(platform, "prod/isy/bob/down", 5)
    for _ in range(5):
        await neighbour.message()
    assert await watcher.message() == ("prod/isy/alice/will", b"gone")
    assert "alice is disconnected: it does not read its messages" in caplog.text


async def test_reads_but_never_acknowledges(open_house, caplog):
    house = await open_house(outgoing_messages=10)
    alice = await house.raw("alice")
    alice.subscribe("prod/isy/alice/down")
    await alice.answer()
    platform = await house.raw("platform")
    await flood(platform, "prod/isy/alice/down", 12, size=1)
    assert [(await alice.answer())[0] for _ in range(10)] == [3] * 10
    assert await alice.is_closed()
    assert "does not read its messages" in caplog.text


async def test_does_not_read_its_own_acknowledgements(open_house, caplog):
    """What it sends is left unread while its answers find no room, and after a while it is cut off."""
    house = await open_house(stall_seconds=0.2, outgoing_bytes=64 * 1024 * 1024)
    platform = await house.connected("platform", "prod/isy/alice/ns")
    alice = await house.raw("alice", receive_buffer=4096, will=("prod/isy/alice/ns", "gone"))
    alice.subscribe("prod/isy/alice/down")
    await alice.answer()
    await house.allow("other", "prod", trusted=True)
    await flood(await house.raw("other"), "prod/isy/alice/down", 300)
    alice.send(b"\xc0\x00")
    assert await platform.message() == ("prod/isy/alice/ns", b"gone")
    assert "does not read the answers" in caplog.text


async def test_runs_are_slowed_to_the_pace_of_the_platform(open_house):
    """The platform acknowledges late: its publishers wait, it stays connected, and nothing is lost."""
    house = await open_house(outgoing_messages=10)
    platform = await house.raw("platform")
    platform.subscribe("prod/#")
    await platform.answer()
    alice = await house.raw("alice")
    for number in range(1, 101):
        alice.publish("prod/isy/alice/ns", str(number).encode(), qos=1, packet_id=number)
    acknowledged = [await alice.answer() for _ in range(9)]
    eager = asyncio.create_task(alice.answer())
    await asyncio.wait([eager], timeout=0.2)
    assert (len(acknowledged), eager.done()) == (9, False)
    payloads = []
    for _ in range(100):
        _, body = await platform.answer()
        payloads.append(int(body[2 + 17 + 2 :]))
        platform.send(b"\x40\x02" + body[19:21])
    assert payloads == list(range(1, 101))
    assert (await eager)[0] == PUBACK


async def test_the_platform_never_waits_for_itself(open_house):
    house = await open_house(outgoing_messages=5)
    platform = await house.raw("platform")
    platform.subscribe("prod/#")
    await platform.answer()
    for number in range(1, 21):
        platform.publish("prod/x", qos=1, packet_id=number)
    kinds = [(await platform.answer())[0] for _ in range(40)]
    assert kinds.count(PUBACK) == 20


async def test_nobody_waits_for_a_slow_run(open_house):
    """Not even a login whose prefix covers that of another, but which is not trusted."""
    house = await open_house(outgoing_messages=5, stall_seconds=60)
    alice = await house.raw("alice")
    alice.subscribe("prod/isy/alice/down")
    await alice.answer()
    await house.allow("family", "prod/isy")
    await flood(await house.raw("family"), "prod/isy/alice/down", 20, size=1)


async def test_a_platform_that_is_slow_but_moves_is_kept(open_house):
    """Ten runs wait for their turn longer than it may stand still."""
    house = await open_house(outgoing_messages=2, stall_seconds=0.6)
    platform = await house.raw("platform")
    platform.subscribe("prod/#")
    await platform.answer()
    for index in range(10):
        await house.allow(f"run{index}", f"prod/isy/run{index}")
        run = await house.raw(f"run{index}")
        run.publish(f"prod/isy/run{index}/ns", qos=1)
        run.publish(f"prod/isy/run{index}/ns", qos=1)
    for _ in range(20):
        kind, body = await platform.answer()
        assert kind == 3
        await asyncio.sleep(0.1)
        platform.send(b"\x40\x02" + body[-2:])
    platform.send(b"\xc0\x00")
    assert (await platform.answer())[0] == 13


async def test_a_platform_that_stands_still_is_cut_off(open_house, caplog):
    house = await open_house(outgoing_messages=2, stall_seconds=0.1)
    platform = await house.raw("platform")
    platform.subscribe("prod/#")
    await platform.answer()
    alice = await house.raw("alice")
    await flood(alice, "prod/isy/alice/ns", 3, size=1)
    assert "platform is disconnected: it has not read anything for too long" in caplog.text


async def test_a_client_that_leaves_without_reading_is_closed(open_house):
    """It says goodbye with megabytes on their way to it; they are not kept for it."""
    house = await open_house(close_seconds=0.2, outgoing_bytes=64 * 1024 * 1024)
    alice = await house.raw("alice", receive_buffer=4096)
    alice.subscribe("prod/isy/alice/down")
    await alice.answer()
    await flood(await house.raw("platform"), "prod/isy/alice/down", 12, size=1_000_000)
    alice.send(b"\xe0\x00")
    async with asyncio.timeout(10):
        with pytest.raises((ConnectionError, RuntimeError)):
            while True:
                await asyncio.sleep(0.05)
                alice.send(b"\x00")
                await alice.writer.drain()


async def test_stop_does_not_wait_for_a_slow_reader(house):
    slow = await house.raw("alice", receive_buffer=4096)
    slow.subscribe("prod/isy/alice/down")
    await slow.answer()
    platform = await house.raw("platform")
    await flood(platform, "prod/isy/alice/down", 40)
    async with asyncio.timeout(5):
        await house.broker.stop()
