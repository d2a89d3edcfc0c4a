"""Commands to a run: once each, over broken connections, and never so late that they surprise."""

import asyncio

import pytest

from pgc.nodeservers.nodeserver import NodeServer
from pgc_interface import wire

from .conftest import Home, line
from .fake_run import FakeRun, Json


def command(cmd: str = "DON") -> wire.Downstream:
    return wire.Downstream(command=wire.Command(address="a", cmd=cmd))


def commands(run: FakeRun) -> list[str]:
    return [command["cmd"] for command in run.all("command")]


async def first(run: FakeRun) -> Json:
    return await run.until(lambda frame: "command" in frame)


@pytest.fixture
async def ours(run: FakeRun) -> FakeRun:
    """A run that numbers its frames, as our SDK does."""
    await run.save({"customparamsdoc": "x"})
    return run


async def test_what_is_not_acknowledged_comes_again_with_the_same_mid(
    home: Home, nodeserver: NodeServer, ours: FakeRun
) -> None:
    await home.outbound.deliver(nodeserver, command())
    before = await first(ours)
    await ours.disconnect()
    await home.outbound.deliver(nodeserver, command("DOF"))
    ours.frames.clear()
    await ours.connect()
    await ours.until(lambda frame: frame.get("command", {}).get("cmd") == "DOF")
    assert commands(ours) == ["DON", "DOF"]
    assert (await first(ours))["mid"] == before["mid"]


async def test_what_is_acknowledged_does_not(home: Home, nodeserver: NodeServer, ours: FakeRun) -> None:
    await home.outbound.deliver(nodeserver, command())
    await ours.send({"ack": {"mid": (await first(ours))["mid"]}})
    await ours.disconnect()
    ours.frames.clear()
    await ours.connect()
    await ours.save({"customparamsdoc": "after it"})
    assert commands(ours) == []


async def test_a_client_that_never_acknowledges_gets_each_command_once(
    home: Home, nodeserver: NodeServer, run: FakeRun
) -> None:
    for _ in range(250):
        await home.outbound.deliver(nodeserver, command())
    await run.until(lambda _: len(commands(run)) == 250)
    await run.disconnect()
    run.frames.clear()
    await run.connect()
    await run.save({"customparamsdoc": "after it"})
    assert commands(run) == []
    assert not line(nodeserver, "commands wait; the oldest was dropped")


async def test_a_command_to_a_run_that_is_starting_comes_when_it_connects(home: Home, nodeserver: NodeServer) -> None:
    await home.manager.start(nodeserver.worker)
    await home.outbound.deliver(nodeserver, command())
    run = home.run_of(nodeserver)
    await run.connect()
    await first(run)
    await run.save({"customparamsdoc": "after it"})
    assert commands(run) == ["DON"]


async def test_a_command_older_than_a_minute_is_dropped(
    home: Home, nodeserver: NodeServer, ours: FakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ours.disconnect()
    await home.said(nodeserver, "its connection to the platform broke")
    await home.outbound.deliver(nodeserver, command())
    monkeypatch.setattr("pgc.nodeservers.outbound._EXPIRES", -1.0)
    await ours.connect()
    await ours.save({"customparamsdoc": "after it"})
    assert commands(ours) == []
    assert line(nodeserver, "it waited over a minute")


async def test_waiting_commands_are_bounded_and_the_oldest_goes(
    home: Home, nodeserver: NodeServer, ours: FakeRun
) -> None:
    await ours.disconnect()
    await home.said(nodeserver, "its connection to the platform broke")
    for number in range(203):
        await home.outbound.deliver(nodeserver, command(str(number)))
    await ours.connect()
    await ours.until(lambda frame: frame.get("command", {}).get("cmd") == "202")
    assert commands(ours) == [str(number) for number in range(3, 203)]
    assert line(nodeserver, "the oldest was dropped")


async def test_acknowledging_while_it_is_sent_again_harms_nothing(
    home: Home, nodeserver: NodeServer, ours: FakeRun
) -> None:
    """The frames further back are gone when their turn comes."""
    waiting = [command(str(number)) for number in range(5)]
    for frame in waiting:
        await home.outbound.deliver(nodeserver, frame)
    await ours.until(lambda _: len(commands(ours)) == 5)
    ours.frames.clear()
    assert nodeserver.run is not None
    redelivering = asyncio.create_task(home.outbound.redeliver(nodeserver, nodeserver.run))
    await asyncio.sleep(0)  # it has begun, and waits for the broker to take the first
    for frame in waiting[1:]:
        assert frame.mid is not None
        home.outbound.acknowledged(nodeserver, frame.mid)
    await redelivering
    await ours.save({"customparamsdoc": "after it"})
    assert commands(ours) == ["0"]


async def test_a_new_run_gets_nothing_of_the_old(home: Home, nodeserver: NodeServer, ours: FakeRun) -> None:
    await home.outbound.deliver(nodeserver, command())
    await home.manager.stop(nodeserver.worker)
    second = await home.start(nodeserver)
    await second.save({"customparamsdoc": "x"})
    assert commands(second) == []


async def test_what_is_too_long_to_send_is_named(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    big = wire.Downstream(config={"a": "x" * wire.MAX_FRAME})
    assert not await home.outbound.send(nodeserver, big)
    assert line(nodeserver, "a message to the NodeServer was not sent")
