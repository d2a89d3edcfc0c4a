"""Nodes that someone deletes on the ISY come back or stay away, as the owner chose."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from pgc.nodeservers.errors import NotPossibleNow
from pgc.nodeservers.events import NodeAdded, NodeDeleted
from pgc.nodeservers.nodeserver import NodeServer
from pgc.simulator import SimulatedIsy
from pgc.storage.records import OnDeletion

from .conftest import AddNode, Home, line, node
from .fake_run import SOON, FakeRun


@pytest.fixture
async def marking(home: Home, nodeserver: NodeServer) -> NodeServer:
    """Its owner wants deleted nodes to stay away."""
    await home.deletions.choose(nodeserver, OnDeletion.MARK)
    return nodeserver


@pytest.fixture
def add_node(home: Home, add_node: AddNode) -> AddNode:
    """Adds a node and waits until the ISY has it with its value."""

    async def add(address: str, **given: object) -> None:
        await add_node(address, **given)
        await home.simulator.until(lambda state: state.reading(f"n003_{address}", "ST"), SOON)

    return add


async def delete(home: Home, nodeserver: NodeServer, run: FakeRun, address: str) -> None:
    """On the ISY, with the next value that it refuses."""
    home.simulator.state.remove_node(3, f"n003_{address}")
    await run.send({"status": {"address": address, "driver": "ST", "value": 7, "uom": 56}})


async def marked(home: Home, nodeserver: NodeServer, run: FakeRun, address: str) -> None:
    with home.events.subscribe(NodeDeleted) as deleted:
        await delete(home, nodeserver, run, address)
        async with asyncio.timeout(SOON):
            await anext(deleted)
    await home.said(nodeserver, f"node {address}: deleted on the ISY; stays away, as the owner chose")


async def test_however_much_a_nodeserver_asks_for_it_is_not_forgotten(
    home: Home, nodeserver: NodeServer, run: FakeRun, add_node: AddNode
) -> None:
    await add_node("a")
    blocked = asyncio.Event()
    home.provisioner.then(nodeserver, wait_for(blocked))
    while not line(nodeserver, "too many nodes wait for the ISY"):
        home.provisioner.add(nodeserver, [], single=True)
    home.deletions.missing(nodeserver, frozenset({"a"}))
    blocked.set()
    await home.said(nodeserver, "node a: not on the ISY any more; added again")


def wait_for(event: asyncio.Event) -> Callable[[], Awaitable[None]]:
    async def step() -> None:
        await event.wait()

    return step


async def test_it_is_added_again_with_all_its_values(
    home: Home, nodeserver: NodeServer, run: FakeRun, add_node: AddNode
) -> None:
    await add_node("mum")
    await add_node("kid", primary="mum", drivers={"ST": {"value": 1, "uom": 56}, "GV1": {"value": 4, "uom": 56}})
    await home.holds("kid", "GV1", "4")
    await delete(home, nodeserver, run, "kid")
    await home.holds("kid", "ST", "7")
    await home.holds("kid", "GV1", "4")
    assert home.simulator.state.nodes["n003_kid"].parent == "n003_mum"
    await home.said(nodeserver, "node kid: not on the ISY any more; added again")
    assert nodeserver.nodes["kid"].record.on_isy


async def test_a_marked_one_stays_away_even_when_its_nodeserver_adds_it_again(
    home: Home, marking: NodeServer, run: FakeRun, add_node: AddNode
) -> None:
    await add_node("a")
    await marked(home, marking, run, "a")
    await run.save({"addnode": node("a")})
    await run.until(lambda _: len(run.results("addnode")) == 2)
    assert run.results("addnode")[-1]["success"], "to its NodeServer nothing has changed"
    await run.save({"customparams": {"x": "1"}})
    await run.until(lambda frame: frame.get("config", {}).get("customParams") and "a" in frame["config"]["nodes"])
    assert home.simulator.state.nodes == {}
    assert (await home.storage.nodes.of(marking.worker))[0].deleted


async def test_a_marked_one_stays_away_over_restarts_of_nodeserver_and_platform(
    home: Home, marking: NodeServer, run: FakeRun, add_node: AddNode
) -> None:
    await add_node("a")
    await add_node("b")
    await marked(home, marking, run, "a")
    await home.crash()
    await home.open()
    await run.connect()
    await run.send({"status": {"address": "a", "driver": "ST", "value": 8, "uom": 56}})
    await run.send({"status": {"address": "b", "driver": "ST", "value": 8, "uom": 56}})
    await home.holds("b", "ST", "8")
    found = home.manager.get(marking.worker)
    assert set(home.simulator.state.nodes) == {"n003_b"}
    assert (found.record.on_deletion, found.nodes["a"].record.deleted) == (OnDeletion.MARK, True)


async def test_the_owner_brings_one_back_with_its_newest_values(
    home: Home, marking: NodeServer, run: FakeRun, add_node: AddNode
) -> None:
    await add_node("a")
    await marked(home, marking, run, "a")
    await run.send({"status": {"address": "a", "driver": "GV1", "value": 9, "uom": 56}})
    home.deletions.bring_back(marking, "a")
    await home.holds("a", "ST", "7")
    await home.holds("a", "GV1", "9")
    with pytest.raises(NotPossibleNow, match="no node a that was deleted"):
        home.deletions.bring_back(marking, "a")


async def test_another_choice_brings_all_of_them_back(
    home: Home, marking: NodeServer, run: FakeRun, add_node: AddNode
) -> None:
    for address in ("a", "b"):
        await add_node(address)
        await marked(home, marking, run, address)
    await home.deletions.choose(marking, OnDeletion.ADD)
    await home.simulator.until(lambda state: set(state.nodes) == {"n003_a", "n003_b"}, SOON)


async def test_one_that_is_on_the_isy_again_by_itself_is_taken_up(
    home: Home, marking: NodeServer, run: FakeRun, add_node: AddNode
) -> None:
    """As when an owner restores a backup of the ISY, or it had not read all its nodes yet after a reboot."""
    await add_node("a")
    lost = home.simulator.state.nodes["n003_a"]
    await marked(home, marking, run, "a")
    lost.drivers.clear()
    home.simulator.state.add_node(lost)
    marking.isy.reporter.review()
    await home.holds("a", "ST", "7")
    await home.said(marking, "node a: on the ISY again")
    assert not marking.nodes["a"].record.deleted


async def test_a_start_of_its_nodeserver_finds_what_is_missing(
    home: Home, nodeserver: NodeServer, run: FakeRun, add_node: AddNode
) -> None:
    await add_node("a")
    await home.manager.stop(nodeserver.worker)
    home.simulator.state.remove_node(3, "n003_a")
    await home.start(nodeserver)
    await home.simulator.until(lambda state: "n003_a" in state.nodes, SOON)


async def test_what_went_while_the_isy_was_away_is_there_again(
    home: Home, nodeserver: NodeServer, run: FakeRun, add_node: AddNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup was restored: nobody restarts anything, and no value changes."""
    await add_node("a")
    await home.simulator.faults.offline()
    nodeserver.isy.reporter.unreachable("for the test")
    await home.said(nodeserver, "cannot connect")
    home.simulator.state.remove_node(3, "n003_a")
    await home.simulator.faults.online()
    await home.holds("a", "ST", "0")


async def test_what_a_full_isy_does_not_take_is_told_and_not_tried_for_ever(
    home: Home, nodeserver: NodeServer, run: FakeRun, add_node: AddNode, full_isy: SimulatedIsy
) -> None:
    await add_node("a")
    await add_node("b")
    full_isy.state.nodes.limit = 1
    await delete(home, nodeserver, run, "b")
    await home.said(nodeserver, "the ISY did not add node b: the ISY took it without a word, and does not have it")
    before = home.asked("/n003_b/add/")
    await run.send({"status": {"address": "b", "driver": "GV1", "value": 1, "uom": 56}})
    await run.send({"status": {"address": "a", "driver": "GV1", "value": 1, "uom": 56}})
    await home.holds("a", "GV1", "1")
    assert home.asked("/n003_b/add/") == before
    await run.save({"removenode": {"address": "b"}})
    await run.save({"addnode": node("b")})
    await run.until(lambda _: len(run.results("addnode")) == 3)
    assert not run.results("addnode")[-1]["success"]
    full_isy.state.nodes.limit = 2
    await run.save({"addnode": node("b")})
    await home.simulator.until(lambda state: "n003_b" in state.nodes, SOON)


async def test_a_deleted_one_that_its_nodeserver_removes_is_gone(
    home: Home, marking: NodeServer, run: FakeRun, add_node: AddNode
) -> None:
    await add_node("a")
    await marked(home, marking, run, "a")
    await run.save({"removenode": {"address": "a"}})
    assert (await run.result("removenode"))["success"]
    assert marking.nodes == {}
    with home.events.subscribe(NodeAdded) as added:
        await run.save({"addnode": node("a")})
        async with asyncio.timeout(SOON):
            await anext(added)
    assert "n003_a" in home.simulator.state.nodes, "it is another one now"
    assert line(marking, "stays away from the ISY") is None
