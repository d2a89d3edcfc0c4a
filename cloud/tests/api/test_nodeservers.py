"""A NodeServer's whole life over HTTP, with a real run of a bundled example."""

from typing import Any

import aiohttp
import pytest

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
    await _call(owner, "DELETE", f"{path}/notices/location")
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
    added = await _call(owner, "POST", "/api/nodeservers", new)
    assert (added["slot"], added["state"], added["name"]) == (2, "stopped", "Thermostat")


async def _call(owner: aiohttp.ClientSession, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    async with owner.request(method, path, json=body) as answer:
        assert answer.status < 300, await answer.text()
        return await answer.json() if answer.status != 204 else None
