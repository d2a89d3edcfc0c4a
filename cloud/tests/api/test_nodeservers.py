"""A NodeServer's whole life over HTTP, with a real run of a bundled example."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from pgc.nodeservers.events import LogWritten
from pgc.nodeservers.states import State
from pgc.platform import Platform
from pgc.simulator.server import SimulatedIsy

from .conftest import EXAMPLES


@pytest.fixture
async def weather(owner: aiohttp.ClientSession, isy: str, platform: Platform) -> str:
    """The worker address of the weather example, trusted because it is ours."""
    added = await platform.manager.add(
        platform.isys.get(isy), EXAMPLES / "weather", trusted=True, say=lambda text: None
    )
    return added.worker


async def test_from_start_to_removed(
    owner: aiohttp.ClientSession, platform: Platform, simulated: SimulatedIsy, weather: str
) -> None:
    path = f"/api/nodeservers/{weather}"
    assert (await _call(owner, "POST", f"{path}/start"))["state"] in {State.STARTING, State.RUNNING}
    await simulated.until(lambda state: len(state.nodes) == 4)
    await platform.manager.get(weather).until(State.RUNNING)

    shown = await _call(owner, "GET", path)
    assert (shown["state"], shown["connected"], shown["slot"]) == ("running", True, 1)
    nodes = {node["address"]: node for node in await _call(owner, "GET", f"{path}/nodes")}
    assert set(nodes) == {"controller", "air", "wind", "rain"}
    assert nodes["air"]["drivers"]["ST"]["uom"] == "4"
    assert any("Weather station starts" in entry["text"] for entry in await _call(owner, "GET", f"{path}/log"))

    await _call(owner, "DELETE", path)
    assert not simulated.state.nodes
    assert await _call(owner, "GET", "/api/nodeservers") == []
    await _call(owner, "DELETE", f"/api/isys/{shown['isy']}")
    assert await _call(owner, "GET", "/api/isys") == []


async def test_the_owner_chooses_what_becomes_of_nodes_deleted_on_the_isy(
    owner: aiohttp.ClientSession, platform: Platform, simulated: SimulatedIsy, weather: str
) -> None:
    path = f"/api/nodeservers/{weather}"
    assert (await _call(owner, "GET", path))["on_deletion"] == "add"
    await _call(owner, "PUT", f"{path}/on-deletion", {"on_deletion": "mark"})
    assert (await _call(owner, "GET", path))["on_deletion"] == "mark"
    await _call(owner, "POST", f"{path}/start")
    await simulated.until(lambda state: len(state.nodes) == 4)
    await platform.manager.get(weather).until(State.RUNNING)
    await simulated.until(lambda state: state.reading("n001_wind", "ST"))
    with platform.events.subscribe(LogWritten) as log:
        simulated.state.remove_node(1, "n001_wind")
        platform.isys.all()[0].reporter.review()
        async with asyncio.timeout(15):
            await anext(each async for each in log if "deleted on the ISY; stays away" in each.entry.text)
    nodes = {node["address"]: node for node in await _call(owner, "GET", f"{path}/nodes")}
    assert [address for address, node in nodes.items() if node["deleted"]] == ["wind"]
    await _call(owner, "POST", f"{path}/nodes/wind/add")
    await simulated.until(lambda state: state.reading("n001_wind", "ST"))
    async with owner.post(f"{path}/nodes/air/add") as answer:
        assert answer.status == 409
    async with owner.put(f"{path}/on-deletion", json={"on_deletion": "never"}) as answer:
        assert answer.status == 422
    await _call(owner, "POST", f"{path}/stop")


async def test_params_are_patched_and_reach_the_nodeserver(
    owner: aiohttp.ClientSession, simulated: SimulatedIsy, weather: str
) -> None:
    path = f"/api/nodeservers/{weather}"
    assert await _call(owner, "PATCH", f"{path}/params", {"set": {"units": "imperial", "odd": "1"}}) == {
        "units": "imperial",
        "odd": "1",
    }
    assert await _call(owner, "PATCH", f"{path}/params", {"unset": ["odd"]}) == {"units": "imperial"}
    await _call(owner, "POST", f"{path}/start")
    await simulated.until(lambda state: (reading := state.reading("n001_air", "ST")) and reading.uom == 17)
    await _call(owner, "PATCH", f"{path}/params", {"set": {"units": "metric"}})
    await simulated.until(lambda state: (reading := state.reading("n001_air", "ST")) and reading.uom == 4)
    await _call(owner, "POST", f"{path}/stop")


async def test_notices_are_shown_and_dismissed(
    owner: aiohttp.ClientSession, simulated: SimulatedIsy, weather: str
) -> None:
    path = f"/api/nodeservers/{weather}"
    await _call(owner, "POST", f"{path}/start")
    await simulated.until(lambda state: len(state.nodes) == 4)
    assert "location" in await _call(owner, "GET", f"{path}/notices")
    await _call(owner, "DELETE", f"{path}/notices?key=location")
    assert await _call(owner, "GET", f"{path}/notices") == {}
    await _call(owner, "POST", f"{path}/stop")


async def test_restart_is_a_new_run(owner: aiohttp.ClientSession, platform: Platform, weather: str) -> None:
    path = f"/api/nodeservers/{weather}"
    await _call(owner, "POST", f"{path}/start")
    nodeserver = platform.manager.get(weather)
    await nodeserver.until(State.RUNNING)
    assert nodeserver.run is not None
    first = nodeserver.run.record.id
    await _call(owner, "POST", f"{path}/restart")
    await nodeserver.until(State.RUNNING)
    assert nodeserver.run is not None
    assert nodeserver.run.record.id != first
    assert (await _call(owner, "POST", f"{path}/stop"))["state"] == "stopped"


async def test_what_the_supervisor_does_is_shown(
    owner: aiohttp.ClientSession, platform: Platform, isy: str, tmp_path: Path
) -> None:
    (tmp_path / "server.json").write_text('{"name": "Odd", "type": "python3", "executable": "odd.py"}')
    (tmp_path / "odd.py").write_text("import pgc_interface\nimport nobody_has_this\n")
    added = await platform.manager.add(platform.isys.get(isy), tmp_path, trusted=True, say=lambda text: None)
    path = f"/api/nodeservers/{added.worker}"
    shown = await _call(owner, "GET", path)
    assert (shown["last_exit"], shown["restarts"], shown["place"], shown["starts_again"]) == (None, 0, None, None)
    await _call(owner, "POST", f"{path}/start")
    async with asyncio.timeout(60):
        await added.until(State.CRASHED)
    shown = await _call(owner, "GET", path)
    assert "No module named 'nobody_has_this', in odd.py:2" in shown["reason"]
    assert "requirements.txt" in shown["hint"]
    assert shown["last_exit"] == {"text": "exit code 1", "code": 1, "signal": None}
    stopped = await _call(owner, "POST", f"{path}/stop")
    assert (stopped["state"], stopped["starts_again"]) == ("stopped", None)


async def test_the_owner_chooses_that_a_stuck_one_is_restarted(owner: aiohttp.ClientSession, weather: str) -> None:
    path = f"/api/nodeservers/{weather}"
    assert (await _call(owner, "GET", path))["restart_stuck"] is False
    chosen = {"restart_stuck": True}
    assert await _call(owner, "PUT", f"{path}/restart-stuck", chosen) == chosen
    assert (await _call(owner, "GET", path))["restart_stuck"] is True


async def test_a_slot_that_does_not_exist_or_is_taken_is_refused(
    owner: aiohttp.ClientSession, isy: str, weather: str, platform: Platform
) -> None:
    if not platform.sandbox.isolated:
        pytest.skip(f"the API adds nothing here: {platform.sandbox.reason}")
    new = {"isy": isy, "folder": str(EXAMPLES / "thermostat")}
    for slot, status in ((26, 400), (1, 409)):
        async with owner.post("/api/nodeservers", json={**new, "slot": slot}) as answer:
            assert answer.status == status
            assert f"slot {slot}" in (await answer.json())["error"]
    added = await _installed(owner, new)
    assert (added["slot"], added["state"], added["name"]) == (2, "stopped", "Thermostat")


async def test_the_dialect_is_shown_with_its_reason_and_can_be_chosen(
    owner: aiohttp.ClientSession, platform: Platform, isy: str, tmp_path: Path
) -> None:
    (tmp_path / "server.json").write_text('{"name": "Odd", "type": "python3", "executable": "odd.py"}')
    (tmp_path / "odd.py").write_text("import polyinterface")
    added = await platform.manager.add(platform.isys.get(isy), tmp_path, trusted=True, say=lambda text: None)
    path = f"/api/nodeservers/{added.worker}"
    shown = await _call(owner, "GET", path)
    assert (shown["api"], shown["dialect"]) == ("auto", "polyinterface")
    assert shown["dialect_reason"].startswith("odd.py:1 imports polyinterface")
    chosen = await _call(owner, "PUT", f"{path}/api", {"api": "pgc"})
    assert (chosen["api"], chosen["dialect"], chosen["dialect_reason"]) == ("pgc", "pgc", "its owner chose so")
    async with owner.put(f"{path}/api", json={"api": "udi_interface"}) as answer:
        assert answer.status == 422
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert (await _call(owner, "PUT", f"{path}/python", {"python": own}))["python"] == own
    for wrong in ("2.7", "3", "", "3.7"):
        async with owner.put(f"{path}/python", json={"python": wrong}) as answer:
            assert answer.status == 422
    assert (await _call(owner, "GET", path))["python"] == own
    if platform.sandbox.isolated:
        new = {"isy": isy, "folder": str(tmp_path), "api": "pgc"}
        assert (await _installed(owner, new))["dialect"] == "pgc"


async def _installed(owner: aiohttp.ClientSession, new: dict[str, Any]) -> Any:
    added = await _call(owner, "POST", "/api/nodeservers", new)
    return await _call(owner, "GET", f"/api/nodeservers/{added['worker']}/installed")


async def _call(owner: aiohttp.ClientSession, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    async with owner.request(method, path, json=body) as answer:
        assert answer.status < 300, await answer.text()
        return await answer.json() if answer.status != 204 else None
