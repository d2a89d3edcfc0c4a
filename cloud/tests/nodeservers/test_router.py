"""What the ISY asks, by its own HTTP call, and what the run hears of it."""

import asyncio

from pgc.nodeservers.events import CalledByIsy, CommandPassed, Way
from pgc.nodeservers.nodeserver import NodeServer

from .conftest import AddNode, Home, line
from .fake_run import SOON, FakeRun


async def test_a_command_reaches_the_run_as_the_isy_said_it(home: Home, run: FakeRun, add_node: AddNode) -> None:
    await add_node("a")
    with home.events.subscribe(CalledByIsy, CommandPassed) as told:
        assert await home.simulator.send_command("n003_a", "CLISPH", 21.5, 4) == 200
        frame = await run.until(lambda frame: "command" in frame)
        async with asyncio.timeout(SOON):
            called, passed = await anext(told), await anext(told)
    assert frame["command"] == {"address": "a", "cmd": "CLISPH", "value": "21.5", "uom": "4"}
    assert frame["mid"]
    assert isinstance(called, CalledByIsy)
    assert isinstance(passed, CommandPassed)
    assert (passed.way, passed.command, passed.value) == (Way.TO_NODESERVER, "CLISPH", "21.5")


async def test_commands_arrive_in_the_isys_order(home: Home, run: FakeRun, add_node: AddNode) -> None:
    await add_node("a")
    for number in range(20):
        await home.simulator.send_command("n003_a", f"C{number}")
    await run.until(lambda _: len(run.all("command")) == 20)
    assert [command["cmd"] for command in run.all("command")] == [f"C{number}" for number in range(20)]


async def test_a_query_ends_with_what_the_run_found(home: Home, run: FakeRun, add_node: AddNode) -> None:
    await add_node("a")
    for question, ask, found in [("query", home.simulator.query, True), ("status", home.simulator.query_status, False)]:
        asking = asyncio.create_task(ask("n003_a", SOON))
        asked = (await run.until(lambda frame, key=question: key in frame))[question]
        assert asked["address"] == "a"
        await run.save({"report": {"requestId": asked["requestId"], "success": found}}, "isy")
        assert await asking is found


async def test_a_stopped_nodeserver_fails_a_query_at_once(
    home: Home, nodeserver: NodeServer, run: FakeRun, add_node: AddNode
) -> None:
    await add_node("a")
    await home.manager.stop(nodeserver.worker)
    assert await home.simulator.query("n003_a", SOON) is False
    assert line(nodeserver, "the ISY's query could not be passed on: stopped")


async def test_a_command_to_a_stopped_nodeserver_is_named_and_not_kept(
    home: Home, nodeserver: NodeServer, run: FakeRun, add_node: AddNode
) -> None:
    await add_node("a")
    await home.manager.stop(nodeserver.worker)
    assert await home.simulator.send_command("n003_a", "DON") == 200
    await home.said(nodeserver, "the ISY's command DON to a could not be passed on: stopped")
    second = await home.start(nodeserver)
    await second.save({"customparamsdoc": "x"})
    assert second.all("command") == []


async def test_a_slot_of_nobody_has_no_login(home: Home, nodeserver: NodeServer) -> None:
    assert home.router.slot_login(nodeserver.isy.id, 4) is None
    assert home.router.slot_login("other", 3) is None
    await home.router.query(nodeserver.isy.id, 4, "a", "1")
    assert home.router.slot_login(nodeserver.isy.id, 3) == nodeserver.slot_login
