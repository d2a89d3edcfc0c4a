"""Slots, nodes and profiles on their way to an ISY that may be off, and nodes that come and go quickly."""

import asyncio

import pytest

from pgc.isy.errors import IsyUnreachable, SlotOccupied
from pgc.nodeservers.events import NodeAdded, NodeRemoved
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.states import State

from .conftest import AddNode, Home, line, node
from .fake_run import SOON, FakeRun
from .test_applier import EDITORS, upload


async def on_isy(home: Home, *addresses: str) -> None:
    wanted = {f"n003_{address}" for address in addresses}
    await home.simulator.until(lambda state: set(state.nodes) == wanted, SOON)


async def test_a_start_registers_the_slot_with_its_own_login(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    connection = home.simulator.state.connections[3]
    assert (connection.nsuser, connection.nspwd) == (nodeserver.slot_login.username, nodeserver.slot_login.password)


async def test_a_slot_of_someone_else_is_not_written_over(home: Home, nodeserver: NodeServer) -> None:
    theirs = {"ip": "10.0.0.9", "port": "80", "baseurl": "/theirs", "name": "Theirs"}
    home.simulator.state.set_connection(3, theirs)
    with pytest.raises(SlotOccupied, match="Theirs"):
        await home.manager.start(nodeserver.worker)
    assert nodeserver.state is State.FAILED
    assert "occupied by Theirs" in nodeserver.reason
    assert home.runtime.processes == {}
    assert home.simulator.state.connections[3].name == "Theirs"


async def test_with_the_isy_off_it_starts_and_all_arrives_when_it_is_back(home: Home, nodeserver: NodeServer) -> None:
    await home.simulator.faults.offline()
    run = await home.start(nodeserver)
    await run.save(upload("editor", "editors.xml", EDITORS, last=True), "isy")
    await run.save({"batch": {"addnode": [node("kid", primary="mum"), node("mum")]}})
    await run.send({"status": {"address": "kid", "driver": "ST", "value": 1, "uom": 56}})
    await run.send({"status": {"address": "kid", "driver": "ST", "value": 2, "uom": 56}})
    assert line(nodeserver, "will be set up when it answers")
    await home.simulator.faults.online()
    await home.holds("kid", "ST", "2")
    assert home.simulator.state.connections[3].name == "Weather"
    assert (await run.result("installprofile"))["success"]


async def test_a_removed_node_is_gone_everywhere(
    home: Home, nodeserver: NodeServer, run: FakeRun, add_node: AddNode
) -> None:
    with home.events.subscribe(NodeAdded, NodeRemoved) as told:
        await add_node("a")
        await run.save({"removenode": {"address": "a"}})
        assert (await run.result("removenode"))["success"]
    assert [type(event) for event in told.pending()] == [NodeAdded, NodeRemoved]
    assert home.simulator.state.nodes == {}
    assert nodeserver.nodes == {}
    assert await home.storage.nodes.of(nodeserver.worker) == []


async def test_a_node_that_was_never_there_is_removed_with_success(run: FakeRun) -> None:
    await run.save({"removenode": {"address": "ghost"}})
    assert (await run.result("removenode"))["success"]


async def test_a_primary_that_has_children_stays(
    home: Home, nodeserver: NodeServer, run: FakeRun, add_node: AddNode
) -> None:
    await add_node("mum")
    await add_node("kid", primary="mum")
    await run.save({"removenode": {"address": "mum"}})
    result = await run.result("removenode")
    assert (result["success"], result["statusCode"]) == (False, 403)
    assert set(nodeserver.nodes) == {"mum", "kid"}


async def test_a_node_removed_and_added_at_once_is_there_with_its_newest_value(
    home: Home, nodeserver: NodeServer, run: FakeRun, add_node: AddNode
) -> None:
    await add_node("a")
    await home.simulator.faults.offline()
    await run.save({"removenode": {"address": "a"}})
    await run.save({"addnode": node("a", name="Again", drivers={"ST": {"value": 3, "uom": 56}})})
    await run.send({"status": {"address": "a", "driver": "GV1", "value": 9, "uom": 56}})
    await run.save({"customparamsdoc": "after them"})
    await home.simulator.faults.online()
    await home.holds("a", "GV1", "9")
    await home.holds("a", "ST", "3")
    assert home.simulator.state.nodes["n003_a"].name == "Again"
    assert nodeserver.nodes["a"].record.on_isy
    (stored,) = await home.storage.nodes.of(nodeserver.worker)
    assert (stored.name, stored.on_isy) == ("Again", True)
    await run.send({"status": {"address": "a", "driver": "ST", "value": 4, "uom": 56}})
    await home.holds("a", "ST", "4")


async def test_a_node_added_and_removed_at_once_is_gone(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    for _ in range(3):
        await run.save({"addnode": node("a")})
        await run.save({"removenode": {"address": "a"}})
    await run.until(lambda _: len(run.results("removenode")) == 3)
    assert home.simulator.state.nodes == {}
    assert nodeserver.nodes == {}
    assert await home.storage.nodes.of(nodeserver.worker) == []


async def test_a_profile_asked_for_many_times_goes_once(home: Home, nodeserver: NodeServer) -> None:
    await home.simulator.faults.offline()
    run = await home.start(nodeserver)
    for _ in range(9):
        await run.save(upload("editor", "editors.xml", EDITORS, last=True), "isy")
    await home.simulator.faults.online()
    await run.result("installprofile")
    await run.save({"addnode": node("a")})
    await on_isy(home, "a")
    assert home.asked("/upload/") <= 2
    assert len(run.results("installprofile")) <= 2


async def test_after_a_crash_acknowledged_nodes_and_values_still_reach_the_isy(
    home: Home, nodeserver: NodeServer, run: FakeRun, add_node: AddNode
) -> None:
    await add_node("a")
    await home.simulator.faults.offline()
    await run.save(upload("editor", "editors.xml", EDITORS, last=True), "isy")
    await run.save({"addnode": node("b")})
    await run.send({"status": {"address": "b", "driver": "ST", "value": 4, "uom": 56}})
    await run.send({"status": {"address": "a", "driver": "ST", "value": 5, "uom": 56}})
    await run.save({"customparamsdoc": "after them"})
    await home.crash()
    await home.simulator.faults.online()
    await home.open()
    await home.holds("b", "ST", "4")
    await home.holds("a", "ST", "5")
    await home.simulator.until(lambda state: bool(state.profiles[3].files), SOON)
    assert home.manager.get(nodeserver.worker).nodes["b"].record.on_isy


async def test_after_a_crash_what_the_isy_confirmed_is_not_sent_again(
    home: Home, nodeserver: NodeServer, run: FakeRun, add_node: AddNode
) -> None:
    await add_node("a")
    await run.send({"status": {"address": "a", "driver": "ST", "value": 5, "uom": 56}})
    await home.holds("a", "ST", "5")
    await home.crash()
    await home.open()
    await run.connect()
    await run.send({"status": {"address": "a", "driver": "ST", "value": 5, "uom": 56}})
    await run.send({"status": {"address": "a", "driver": "GV1", "value": 1, "uom": 56}})
    await home.holds("a", "GV1", "1")
    assert home.asked("/report/status/ST/5/") == 1


async def test_removing_takes_nodes_children_first_and_the_slot(
    home: Home, nodeserver: NodeServer, run: FakeRun, add_node: AddNode
) -> None:
    await add_node("mum")
    await add_node("kid", primary="mum")
    await home.manager.remove(nodeserver.worker)
    assert home.simulator.state.nodes == {}
    assert 3 not in home.simulator.state.connections
    assert run.all("delete") == [{}]
    assert home.manager.all() == []


async def test_with_the_isy_off_nothing_is_removed_and_it_says_so(
    home: Home, nodeserver: NodeServer, run: FakeRun, add_node: AddNode
) -> None:
    await add_node("a")
    await home.simulator.faults.offline()
    async with asyncio.timeout(SOON):
        with pytest.raises(IsyUnreachable):
            await home.manager.remove(nodeserver.worker)
    assert home.manager.get(nodeserver.worker).state is State.STOPPED
    await home.simulator.faults.online()
    second = await home.start(nodeserver)
    await second.save({"addnode": node("b")})
    await on_isy(home, "a", "b")
    await home.manager.remove(nodeserver.worker)
    assert home.simulator.state.nodes == {}
