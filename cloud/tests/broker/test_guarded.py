"""Who comes in to the embedded broker, in the ways that are its own; test_trust holds what is true of each broker."""

import asyncio
from contextlib import suppress

import pytest

DISCONNECT = b"\xe0\x00"


async def test_empty_client_id(house):
    alice = await house.dial()
    alice.connect("alice", house.secrets["alice"], client_id="")
    assert await alice.accepted()  # an empty id in the helper means the login's own name
    other = await house.dial()
    other.send(bytes.fromhex("101a00044d51545404c2003c0000") + b"\x00\x05alice" + b"\x00\x05wrong")
    assert not await other.accepted()


async def test_the_will_of_the_one_taken_over_comes_before_what_the_new_one_sends(house):
    platform = await house.connected("platform", "prod/#")
    await house.raw("alice", will=("prod/isy/alice/ns", "gone"))
    again = await house.raw("alice")
    again.publish("prod/isy/alice/ns", b"back")
    assert [(await platform.message())[1] for _ in range(2)] == [b"gone", b"back"]


async def test_reconnect_storm(house):
    """Fifty connections of one login at once: one is left, and it works."""
    raws = [await house.dial() for _ in range(50)]
    for raw in raws:
        raw.connect("alice", house.secrets["alice"])
    open_ = {asyncio.create_task(raw.reader.read()): raw for raw in raws}
    async with asyncio.timeout(10):
        while len(open_) > 1:
            done, _ = await asyncio.wait(open_, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                assert task.exception() is None or isinstance(task.exception(), ConnectionError)
                del open_[task]
    [(task, last)] = open_.items()
    task.cancel()
    await asyncio.wait([task])
    last.publish("prod/isy/alice/ns", qos=1)
    while (await last.answer())[0] != 4:
        pass


@pytest.mark.parametrize("topic", ["prod/isy/bob/ns", "prod/isy/alice", "prod/isy/alice2/ns", "other", "$SYS/x"])
async def test_foreign_will(house, topic):
    platform = await house.connected("platform", "prod/#")
    alice = await house.dial()
    alice.connect("alice", house.secrets["alice"], will=(topic, "boo"))
    assert not await alice.accepted()
    assert await alice.is_closed()
    await platform.publish("prod/marker")
    assert await platform.message() == ("prod/marker", b"")


async def test_retained_will(house):
    alice = await house.dial()
    alice.connect("alice", house.secrets["alice"], will=("prod/isy/alice/ns", "x"), will_flags=0x20)
    assert not await alice.accepted()


async def test_no_will_after_disconnect(house):
    platform = await house.connected("platform", "prod/#")
    alice = await house.raw("alice", will=("prod/isy/alice/ns", "gone"))
    alice.send(DISCONNECT)
    assert await alice.is_closed()
    await platform.publish("prod/marker")
    assert await platform.message() == ("prod/marker", b"")


async def test_a_revoked_login_that_is_still_connected(house):
    """It is closed, its will is not published, and what it sends is not delivered."""
    platform = await house.connected("platform", "prod/#")
    alice = await house.raw("alice", will=("prod/isy/alice/ns", "gone"))
    alice.subscribe("prod/isy/alice/#")
    assert (await alice.answer())[0] == 9
    await house.broker.revoke("alice")
    alice.publish("prod/isy/alice/ns", b"too late")
    assert await alice.is_closed()
    await platform.publish("prod/isy/alice/ns", b"marker")
    assert await platform.message() == ("prod/isy/alice/ns", b"marker")
    again = await house.dial()
    again.connect("alice", house.secrets["alice"])
    assert not await again.accepted()


async def test_what_a_revoked_login_sent_has_arrived_when_revoke_returns(house):
    """A platform that acknowledges late has all of it before, and nothing after."""
    platform = await house.raw("platform")
    platform.subscribe("prod/#")
    await platform.answer()
    alice = await house.raw("alice")
    alice.publish("prod/isy/alice/ns", b"last words", qos=1)
    await alice.answer()
    revoking = asyncio.create_task(house.broker.revoke("alice"))
    assert await alice.is_closed()
    kind, body = await platform.answer()
    await asyncio.wait([revoking], timeout=0.2)
    assert (kind, body.endswith(b"last words"), revoking.done()) == (3, True, False)
    topic_length = 2 + int.from_bytes(body[:2], "big")
    platform.send(b"\x40\x02" + body[topic_length : topic_length + 2])
    await asyncio.wait_for(revoking, 10)


async def reconnects_and_is_interrupted(house, turns, interrupt):
    """A second connection takes over; after so many turns of the loop comes the interruption."""
    await house.allow(f"run{turns}", "prod/isy/run")
    await house.raw(f"run{turns}")
    again = await house.dial()
    again.connect(f"run{turns}", house.secrets[f"run{turns}"])
    for _ in range(turns):
        await asyncio.sleep(0)
    await interrupt
    async with asyncio.timeout(10):
        with suppress(ConnectionError):
            await again.reader.read()


async def test_a_login_revoked_while_it_reconnects(house):
    """Whatever the moment, no connection is left."""
    for turns in range(20):
        await reconnects_and_is_interrupted(house, turns, house.broker.revoke(f"run{turns}"))


async def test_a_stop_while_a_login_reconnects(house):
    for turns in range(20):
        await reconnects_and_is_interrupted(house, turns, house.broker.stop())
        await house.broker.start()


async def test_revoking_what_is_not_there(house):
    await house.broker.revoke("nobody")


async def test_a_revoke_does_not_wait_for_ever_for_a_silent_platform(open_house, caplog):
    house = await open_house(settle_seconds=0.05)
    platform = await house.raw("platform")
    platform.subscribe("prod/#")
    await platform.answer()
    alice = await house.raw("alice")
    alice.publish("prod/isy/alice/ns", b"x", qos=1)
    await alice.answer()
    await house.broker.revoke("alice")
    assert "not yet taken all" in caplog.text
