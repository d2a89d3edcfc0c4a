import asyncio

import pytest

from pgc.simulator import CannotListen, SimulatedIsy


async def test_until_returns_what_the_predicate_gave_as_soon_as_it_holds(client, isy: SimulatedIsy) -> None:
    waiting = asyncio.create_task(isy.until(lambda state: state.reading("n001_ctl", "ST")))
    await client.add("n001_ctl")
    assert not waiting.done()
    await client.get("/rest/ns/1/nodes/n001_ctl/report/status/ST/1/2")
    assert (await waiting).value == "1"


async def test_until_looks_before_it_waits(client, isy: SimulatedIsy) -> None:
    await client.add("n001_ctl")
    assert await isy.until(lambda state: "n001_ctl" in state.nodes, timeout=0.5)


async def test_until_gives_up(isy: SimulatedIsy) -> None:
    with pytest.raises(TimeoutError):
        await isy.until(lambda state: state.nodes, timeout=0.01)


async def test_a_taken_port_is_said_and_leaves_nothing_open(isy: SimulatedIsy) -> None:
    port = int(isy.url.rpartition(":")[2])
    with pytest.raises(CannotListen, match=str(port)) as raised:
        await SimulatedIsy(port=port).start()
    assert "port" in raised.value.hint


async def test_a_host_that_is_not_there_is_said() -> None:
    with pytest.raises(CannotListen, match="no such host"):
        await SimulatedIsy(host="no such host").start()


async def test_another_login_and_limit() -> None:
    async with SimulatedIsy(username="me", password="pä:ss", node_limit=2) as isy:
        assert isy.state.nodes.limit == 2
        assert (isy.username, isy.password) == ("me", "pä:ss")
