"""The control API: everything an operator can set, by whoever has the token and by nobody else."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from pgc.simulator import SimulatedIsy
from pgc.simulator.control import Control

from .conftest import Client


@pytest.fixture
async def control(isy: SimulatedIsy) -> AsyncIterator[Control]:
    control = Control(isy)
    await control.start()
    yield control
    await control.stop()


@pytest.fixture
async def operator(control: Control) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(control.url, headers={"Authorization": f"Bearer {control.token}"}) as session:
        yield session


async def asked(session: aiohttp.ClientSession, method: str, path: str, body: object = None) -> dict[str, object]:
    async with session.request(method, path, json=body) as answer:
        assert answer.status == 200, await answer.text()
        found: dict[str, object] = await answer.json()
        return found


async def test_it_shows_and_changes_all_conditions(operator: aiohttp.ClientSession, isy: SimulatedIsy) -> None:
    before = await asked(operator, "GET", "/")
    wanted = {
        "latency": 0.01,
        "error_rate": 1.0,
        "error_status": 503,
        "offline_every": 3600.0,
        "offline_for": 5.0,
        "model": "eisy",
        "firmware": "5.8.4",
        "node_limit": 7,
    }
    assert set(before["conditions"]) == set(wanted)  # type: ignore[call-overload]
    after = await asked(operator, "PATCH", "/", wanted)
    assert after == {"online": True, "nodes": 0, "conditions": wanted}
    assert await asked(operator, "PATCH", "/", {"latency": 0}) == {**after, "conditions": {**wanted, "latency": 0}}
    assert (isy.faults.latency, isy.faults.error_rate, isy.state.nodes.limit) == (0, 1.0, 7)


async def test_the_isy_tells_the_model_and_firmware_that_were_set(
    operator: aiohttp.ClientSession, client: Client
) -> None:
    await asked(operator, "PATCH", "/", {"model": "eisy", "firmware": "5.8.4"})
    config = (await client.get("/rest/config")).body
    assert "<app_full_version>5.8.4<" in config
    assert "<desc>eisy<" in config


async def test_errors_come_at_the_rate_that_was_set(operator: aiohttp.ClientSession, client: Client) -> None:
    await asked(operator, "PATCH", "/", {"error_rate": 0.5, "error_status": 502})
    statuses = {(await client.get("/rest/config")).status for _ in range(40)}
    assert statuses == {200, 502}


async def test_off_and_on(operator: aiohttp.ClientSession, isy: SimulatedIsy, client: Client) -> None:
    assert (await asked(operator, "POST", "/offline"))["online"] is False
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.get("/rest/config")
    assert (await asked(operator, "POST", "/online"))["online"] is True
    assert (await client.get("/rest/config")).status == 200


async def test_a_reboot_drops_connections_and_loses_nothing(
    operator: aiohttp.ClientSession, isy: SimulatedIsy, client: Client
) -> None:
    await client.add("n001_ctl")
    assert (await asked(operator, "POST", "/reboot", {"seconds": 3600}))["online"] is False
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.get("/rest/config")
    await isy.faults.online()
    assert (await client.get("/rest/nodes/n001_ctl")).status == 200


async def test_a_node_is_deleted_as_in_the_isys_console(
    operator: aiohttp.ClientSession, isy: SimulatedIsy, client: Client
) -> None:
    await client.add("n001_ctl")
    await client.add("n001_kid", primary="n001_ctl")
    async with operator.delete("/nodes/n001_ctl") as answer:
        assert (answer.status, "primary of other nodes" in await answer.text()) == (409, True)
    assert (await asked(operator, "DELETE", "/nodes/n001_kid"))["nodes"] == 1
    async with operator.delete("/nodes/n001_kid") as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    "body",
    [
        '{"latency": -1}',
        '{"error_rate": 2}',
        '{"error_status": 200}',
        '{"firmware": "<x/>"}',
        '{"speed": 1}',
        "[]",
        "?",
    ],
)
async def test_what_cannot_be_set_is_told_and_changes_nothing(operator: aiohttp.ClientSession, body: str) -> None:
    before = await asked(operator, "GET", "/")
    async with operator.patch("/", data=body) as answer:
        assert answer.status == 400
        assert (await answer.json())["error"].startswith("that cannot be set")
    assert await asked(operator, "GET", "/") == before


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic YWRtaW46YWRtaW4="}])
async def test_without_the_token_nothing_is_shown_or_done(
    control: Control, isy: SimulatedIsy, header: dict[str, str]
) -> None:
    async with aiohttp.ClientSession(control.url, headers=header) as stranger:
        for method, path in (("GET", "/"), ("PATCH", "/"), ("POST", "/offline"), ("GET", "/nothing")):
            async with stranger.request(method, path, json={}) as answer:
                assert answer.status == 401
                assert control.token not in await answer.text()
    assert isy.faults.is_online


async def test_the_isy_itself_knows_nothing_of_it(client: Client) -> None:
    for path in ("/offline", "/reboot", "/control"):
        assert (await client.post(path, b"{}")).status == 404
