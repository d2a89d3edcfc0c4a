"""What durable frames do beyond saving: nodes, profiles, commands and results; what the owner changes."""

import asyncio
import base64

from pgc.isy.profile import ProfileKind
from pgc.nodeservers.events import CommandPassed, Way
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.states import State
from pgc.simulator.changes import CommandReported
from pgc.workers.runtime import Exit
from pgc_interface import wire

from .conftest import CONTROLLER, AddNode, Home, line, node
from .fake_run import SOON, FakeRun, Json

NODEDEFS = b'<nodeDefs><nodeDef id="def"><sts><st id="ST" editor="e"/></sts></nodeDef></nodeDefs>'
EDITORS = b'<editors><editor id="e"><range uom="56" min="0" max="9"/></editor></editors>'


def upload(kind: str, name: str, content: bytes, **more: object) -> Json:
    payload = base64.b64encode(content).decode()
    return {"uploadProfile": {"type": kind, "filename": name, "payload": payload, **more}}


# --- nodes ---


async def test_an_address_of_15_characters_gets_a_plain_no_and_harms_no_other(home: Home, run: FakeRun) -> None:
    long = "a" * 15
    assert await run.save({"batch": {"addnode": [node(long), node("good")]}}) == {"upTo": 1}
    bad, good = await run.result("addnode")
    assert (
        bad == {"success": False, "address": long, "statusCode": 0, "reason": bad["reason"]} or "statusCode" not in bad
    )
    assert "15 characters long; an ISY takes at most 14" in bad["reason"]
    assert good["success"]
    assert set(home.simulator.state.nodes) == {"n003_good"}
    assert [record.address for record in await home.storage.nodes.of(run.init["worker"])] == ["good"]


async def test_a_single_node_gets_a_single_result_and_then_config(nodeserver: NodeServer, run: FakeRun) -> None:
    await run.save({"addnode": node("a")})
    assert (await run.result("addnode"))["address"] == "a"
    config = await run.until(lambda frame: "a" in frame.get("config", {}).get("nodes", {}))
    assert config["config"]["nodes"]["a"]["drivers"] == {"ST": {"value": "0", "uom": "56"}}


async def test_primaries_go_before_their_children(home: Home, run: FakeRun) -> None:
    batch = [node("kid", primary="mum"), node("kid2", primary="mum"), node("mum")]
    await run.save({"batch": {"addnode": batch}})
    assert all(result["success"] for result in await run.result("addnode"))
    assert set(home.simulator.state.nodes) == {"n003_mum", "n003_kid", "n003_kid2"}


async def test_a_node_that_the_isy_refuses_is_told_with_the_isys_reason(run: FakeRun) -> None:
    await run.save({"addnode": node("kid", primary="nobody")})
    result = await run.result("addnode")
    assert (result["success"], result["statusCode"]) == (False, 403)
    assert result["reason"]


async def test_a_driver_without_a_value_waits_for_its_first(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    await run.save({"addnode": node("a", drivers={"ST": {"value": None, "uom": 2}, "GV1": {"value": "?", "uom": 2}})})
    await run.result("addnode")
    assert nodeserver.nodes["a"].drivers == {}
    await run.send({"status": {"address": "a", "driver": "ST", "value": 1, "uom": 2}})
    await home.holds("a", "ST", "1")


async def test_adding_again_keeps_what_this_run_has_set(home: Home, run: FakeRun, add_node: AddNode) -> None:
    await add_node("a")
    await run.send({"status": {"address": "a", "driver": "ST", "value": 7, "uom": 56, "n": 1}})
    await home.holds("a", "ST", "7")
    await run.save({"addnode": node("a", name="Renamed")})
    await run.until(lambda frame: frame.get("config", {}).get("nodes", {}).get("a", {}).get("name") == "Renamed")
    assert home.held("a", "ST") == "7"


async def test_the_controllers_state_follows_the_connection(home: Home, run: FakeRun) -> None:
    await run.save({"addnode": CONTROLLER})
    await home.holds("ctl", "ST", "1")
    await home.manager.stop(run.init["worker"])
    await home.holds("ctl", "ST", "0")


async def test_an_unknown_node_cannot_be_commanded_about(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    await run.save({"command": {"address": "ghost", "command": "DON"}})
    assert line(nodeserver, "command DON of unknown node ghost")
    assert home.asked("/report/cmd/") == 0


async def test_a_command_goes_after_the_values_set_before_it(home: Home, run: FakeRun, add_node: AddNode) -> None:
    await add_node("a")
    await home.holds("a", "ST", "0")
    told: list[object] = []
    home.simulator.observe(told.append)
    with home.events.subscribe(CommandPassed) as passed:
        await run.send({"status": {"address": "a", "driver": "ST", "value": 7, "uom": 56}})
        await run.save({"command": {"address": "a", "command": "DON", "value": True, "uom": 2}})
        async with asyncio.timeout(SOON):
            event = await anext(passed)
    assert isinstance(event, CommandPassed)
    assert (event.way, event.address, event.command, event.value) == (Way.TO_ISY, "a", "DON", "1")
    assert [type(change).__name__ for change in told] == ["DriverReported", "CommandReported"]
    assert isinstance(told[1], CommandReported)


async def test_a_command_with_a_wrong_value_is_named(
    home: Home, nodeserver: NodeServer, run: FakeRun, add_node: AddNode
) -> None:
    await add_node("a")
    await run.save({"command": {"address": "a", "command": "CLISPH", "value": "warm"}})
    await home.said(nodeserver, "command CLISPH of a: 'warm' is not a number")


async def test_one_that_floods_an_isy_that_is_off_takes_no_room_of_the_others(
    home: Home, nodeserver: NodeServer, run: FakeRun, add_node: AddNode
) -> None:
    other = await home.add(slot=4)
    quiet = await home.start(other)
    await add_node("a")
    await quiet.save({"addnode": node("b")})
    await quiet.result("addnode")
    await home.simulator.faults.offline()
    for _ in range(120):
        await run.send({"command": {"address": "a", "command": "DON"}})
    await run.save({"customparamsdoc": "after them"})
    assert line(nodeserver, "command DON was dropped")
    await quiet.save({"command": {"address": "b", "command": "DON"}})
    assert not line(other, "was dropped")


# --- polls, params ---


async def test_polls_and_config_follow_a_change_of_polls(run: FakeRun) -> None:
    await run.save({"polls": {"shortPoll": "20"}})
    polls = await run.until(lambda frame: "polls" in frame)
    assert polls["polls"] == {"shortPoll": 20, "longPoll": 600}
    await run.until(lambda frame: frame.get("config", {}).get("shortPoll") == 20)


async def test_the_owners_patch_reaches_the_run_and_outlives_it(
    home: Home, nodeserver: NodeServer, run: FakeRun
) -> None:
    await home.manager.change(nodeserver.worker, wire.Upstream(patchparams=wire.Patch(set={"user": "ann"})))
    await run.until(lambda frame: frame.get("config", {}).get("customParams") == {"user": "ann"})
    await home.manager.change(nodeserver.worker, wire.Upstream(polls=wire.Polls(shortPoll=5)))
    await run.until(lambda frame: frame.get("polls", {}).get("shortPoll") == 5)
    await home.manager.stop(nodeserver.worker)
    await home.manager.start(nodeserver.worker)
    assert home.run_of(nodeserver).init["customParams"] == {"user": "ann"}


async def test_a_value_alone_sends_no_config(home: Home, run: FakeRun, add_node: AddNode) -> None:
    await add_node("a")
    await run.until(lambda frame: "a" in frame.get("config", {}).get("nodes", {}))
    run.frames.clear()
    await run.send({"status": {"address": "a", "driver": "ST", "value": 7, "uom": 56}})
    await home.holds("a", "ST", "7")
    await run.save({"command": {"address": "a", "command": "DON"}})
    assert run.all("config") == []


# --- profile ---


async def test_a_profile_is_installed_once_its_last_file_is_there(
    home: Home, nodeserver: NodeServer, run: FakeRun
) -> None:
    assert run.init["firstRun"]
    await run.save(upload("nodedef", "nodedefs.xml", NODEDEFS), "isy")
    assert not nodeserver.record.profile_done
    await run.save(upload("editor", "editors.xml", EDITORS, last=True), "isy")
    assert await run.result("installprofile") == {"success": True}
    assert home.simulator.state.profiles[3].files[ProfileKind.EDITOR]["editors.xml"] == EDITORS
    await run.until(lambda frame: frame.get("config", {}).get("firstRun") is False)
    (stored,) = await home.storage.nodeservers.all()
    assert stored.profile_done


async def test_a_wrong_profile_file_is_told_twice_and_the_rest_is_not_installed(
    home: Home, nodeserver: NodeServer, run: FakeRun
) -> None:
    answer = await run.save(upload("nodedef", "nodedefs.xml", b"<html/>"), "isy")
    assert "an ISY wants <nodeDefs>" in answer["error"]
    result = await run.result("installprofile")
    assert (result["success"], result["reason"]) == (False, answer["error"])
    assert (await run.save(upload("editor", "editors.xml", EDITORS, last=True), "isy"))["upTo"] == 2
    await run.save({"customparamsdoc": "after them"})
    assert run.results("installprofile") == [result]
    assert not nodeserver.record.profile_done
    assert home.asked("/upload/") == 0
    await run.save(upload("nodedef", "nodedefs.xml", NODEDEFS), "isy")
    await run.save(upload("editor", "editors.xml", EDITORS, last=True), "isy")
    await run.until(lambda frame: frame.get("result", {}).get("installprofile") == {"success": True})


async def test_a_wrong_last_file_does_not_spoil_the_next_profile(run: FakeRun) -> None:
    await run.save(upload("editor", "editors.xml", b"oops", last=True), "isy")
    assert not (await run.result("installprofile"))["success"]
    await run.save(upload("editor", "editors.xml", EDITORS, last=True), "isy")
    await run.until(lambda frame: frame.get("result", {}).get("installprofile") == {"success": True})


async def test_a_client_that_numbers_nothing_gets_its_profile_installed(home: Home, run: FakeRun) -> None:
    for name in ("one.xml", "two.xml", "three.xml"):
        await run.send(upload("editor", name, EDITORS), "isy")
    await home.simulator.until(lambda state: len(state.profiles[3].files.get(ProfileKind.EDITOR, {})) == 3, SOON)


async def test_a_profile_that_was_never_sent_cannot_be_installed(nodeserver: NodeServer, run: FakeRun) -> None:
    await run.save({"installprofile": {}})
    assert await run.result("installprofile") == {"success": False, "reason": "no profile file was sent"}
    assert not nodeserver.record.profile_done


async def test_profile_files_are_bounded(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    async with home.storage.database.saving() as tx:
        for number in range(50):
            await home.storage.profiles.put(tx, nodeserver.worker, "nls", f"{number}.txt", b"A=b")
    assert "at most 50 files" in (await run.save(upload("nls", "more.txt", b"A=b"), "isy"))["error"]
    assert (await run.save(upload("nls", "7.txt", b"A=c"), "isy"))["upTo"] == 2


async def test_an_isy_that_refuses_the_profile_is_told(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    home.simulator.faults.fail_next(400)
    await run.save(upload("editor", "editors.xml", EDITORS, last=True), "isy")
    result = await run.result("installprofile")
    assert not result["success"]
    assert "editors.xml" in result["reason"]
    assert not nodeserver.record.profile_done


# --- wishes ---


async def test_a_nodeserver_that_asks_for_a_restart_gets_one(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    run.obeys = False
    for _ in range(20):
        await run.send({"restart": {}})
    await run.until(lambda frame: "stop" in frame)
    run.process.exit(Exit(code=0))
    await home.runtime.assigned(2)
    assert run.process.ended
    second = home.run_of(nodeserver)
    await second.connect()
    await home.until(nodeserver, State.RUNNING)
    assert len(home.runtime.processes) == 2


async def test_a_nodeserver_that_asks_to_be_stopped_is(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    await run.send({"stop": {}})
    await home.until(nodeserver, State.STOPPED)
    assert run.process.ended


async def test_a_wish_to_restart_does_not_outlive_the_owners_stop(
    home: Home, nodeserver: NodeServer, run: FakeRun
) -> None:
    run.obeys = False
    stopping = asyncio.create_task(home.manager.stop(nodeserver.worker))
    await run.until(lambda frame: "stop" in frame)
    await run.send({"restart": {}})
    run.process.exit(Exit(code=0))
    await stopping
    second = await home.add(slot=4)
    await home.start(second)
    assert (nodeserver.state, nodeserver.run) == (State.STOPPED, None)


async def test_a_profile_that_meets_an_isy_in_trouble_is_installed_later(home: Home, run: FakeRun) -> None:
    home.simulator.faults.fail_next(503)
    await run.save(upload("editor", "editors.xml", EDITORS, last=True), "isy")
    assert await run.result("installprofile") == {"success": True}
    assert home.asked("/upload/") == 2
