import asyncio
import socket

import aiohttp
import pytest
import uvloop

from pgc.simulator import SimulatedIsy
from pgc.simulator.absence import Spells

NODE = "/rest/ns/1/nodes/n001_ctl"


async def test_the_next_requests_fail_and_change_nothing(client, isy: SimulatedIsy) -> None:
    isy.faults.fail_next(500, 2)
    isy.faults.fail_next(503)
    assert [(await client.add("n001_ctl")).status for _ in range(4)] == [500, 500, 503, 200]
    assert [record.status for record in isy.requests] == [500, 500, 503, 200]


async def test_a_dropped_request_was_carried_out(client, isy: SimulatedIsy) -> None:
    isy.faults.drop_next()
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.post("/rest/ns/profile/1/upload/nls/en_us.txt", b"A = B")
    assert isy.state.profiles.download(1, "nls", "en_us.txt") == b"A = B"
    assert isy.requests[-1].status == 0
    assert (await client.add("n001_ctl")).status == 200


async def test_latency_holds_a_request_back(client, isy: SimulatedIsy) -> None:
    isy.faults.latency = 60
    with pytest.raises(TimeoutError):
        await client.get(f"{NODE}/remove", timeout=aiohttp.ClientTimeout(total=0.05))
    isy.faults.latency = 0
    assert (await client.get("/rest/config")).status == 200


async def test_offline_refuses_breaks_and_comes_back(client, isy: SimulatedIsy) -> None:
    await client.add("n001_ctl")
    url = isy.url
    await isy.faults.offline()
    await isy.faults.offline()
    for _ in range(2):
        with pytest.raises(aiohttp.ClientConnectionError):
            await client.get("/rest/config")
    await isy.faults.online()
    await isy.faults.online()
    assert isy.url == url
    assert (await client.get("/rest/nodes/n001_ctl")).status == 200


async def test_its_port_stays_its_own_while_it_is_offline() -> None:
    async with SimulatedIsy() as isy:
        await isy.faults.offline()
        with socket.socket() as thief, pytest.raises(OSError, match="in use"):
            thief.bind(("127.0.0.1", int(isy.url.rpartition(":")[2])))


async def test_offline_breaks_a_request_under_way(client, isy: SimulatedIsy, node_server) -> None:
    node_server.may_answer.clear()
    request = asyncio.create_task(client.get("/rest/nodes/n001_ctl/cmd/DON"))
    await node_server.called()
    await isy.faults.offline()
    with pytest.raises(aiohttp.ClientConnectionError):
        await request


async def test_a_reboot_ends_by_itself_and_loses_nothing(client, isy: SimulatedIsy) -> None:
    await client.add("n001_ctl")
    await isy.faults.reboot(0.01)
    assert isy.faults.is_online
    assert (await client.get("/rest/nodes/n001_ctl")).status == 200


async def test_it_goes_off_and_on_by_itself_until_it_is_told_otherwise(isy: SimulatedIsy) -> None:
    await isy.faults.come_and_go(Spells(every=0.01, lasting=0.01))
    seen = set()
    async with asyncio.timeout(10), aiohttp.ClientSession() as session:
        while seen != {True, False}:
            seen.add(await _answers(session, isy.url))
    await isy.faults.online()
    assert isy.faults.spells == Spells()
    async with aiohttp.ClientSession() as session:
        assert await _answers(session, isy.url)


async def test_the_last_word_counts(isy: SimulatedIsy) -> None:
    """A spell that was to end soon does not end the one that lasts."""
    await isy.faults.offline(0.01)
    await isy.faults.offline()
    rebooting = asyncio.create_task(isy.faults.reboot(3600))
    await asyncio.wait([rebooting], timeout=0.05)
    assert not isy.faults.is_online
    await isy.faults.online()
    await asyncio.wait_for(rebooting, 10)
    assert isy.faults.is_online


async def test_of_words_spoken_at_once_one_counts(isy: SimulatedIsy) -> None:
    await asyncio.gather(*(isy.faults.come_and_go(Spells(every=3600)) for _ in range(3)))
    assert [task.get_name() for task in asyncio.all_tasks()].count("absence of the simulated ISY") == 1


async def test_the_same_seed_fails_the_same(isy: SimulatedIsy) -> None:
    assert await _failures(7) == await _failures(7) != await _failures(8)


async def test_it_can_be_stopped_while_offline() -> None:
    async with SimulatedIsy() as isy:
        await isy.faults.offline()


def test_offline_and_online_work_on_the_platforms_loop() -> None:
    async def spell() -> list[int]:
        async with SimulatedIsy() as isy, aiohttp.ClientSession() as session:
            statuses = []
            for _ in range(3):
                async with session.get(f"{isy.url}/desc") as response:
                    statuses.append(response.status)
                await isy.faults.offline()
                with pytest.raises(aiohttp.ClientConnectionError):
                    await session.get(f"{isy.url}/desc")
                await isy.faults.online()
            return statuses

    assert uvloop.run(spell()) == [200, 200, 200]


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(f"{url}/desc"):
            return True
    except aiohttp.ClientConnectionError:
        return False


async def _failures(seed: int) -> list[int]:
    async with SimulatedIsy(seed=seed) as isy, aiohttp.ClientSession() as session:
        isy.faults.error_rate = 0.5
        for _ in range(30):
            async with session.get(f"{isy.url}/desc"):
                pass
        return [record.status for record in isy.requests]
