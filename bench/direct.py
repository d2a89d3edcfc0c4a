"""The limit of the way to an ISY: the same HTTP requests, straight from aiohttp to the simulator."""

import asyncio
import time
from base64 import b64encode
from collections.abc import Coroutine
from typing import Any

import aiohttp
import uvloop

from bench.clock import stamp
from bench.home import BY_HAND
from pgc.isy.transport import AT_ONCE


def send_paced(url: str, rate: float, seconds: float) -> int:
    """Sends the time as a value so many times a second, from now; returns how many were sent."""
    return _run(_paced(url, rate, seconds))


def send_flat_out(url: str, seconds: float) -> int:
    """Sends as fast as the answers come, over as many connections as the platform uses."""
    return _run(_flat_out(url, seconds))


def _run(work: Coroutine[Any, Any, int]) -> int:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def _session() -> aiohttp.ClientSession:
    headers = {"Authorization": f"Basic {b64encode(b'admin:admin').decode()}"}
    return aiohttp.ClientSession(headers=headers, connector=aiohttp.TCPConnector(limit=AT_ONCE))


async def _paced(url: str, rate: float, seconds: float) -> int:
    began = time.monotonic()
    total = max(1, int(rate * seconds))
    async with _session() as session, asyncio.TaskGroup() as group:
        for number in range(total):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            group.create_task(_send(session, url, number, stamp()))
    return total


async def _flat_out(url: str, seconds: float) -> int:
    ends = time.monotonic() + seconds
    async with _session() as session:
        return sum(await asyncio.gather(*(_lane(session, url, lane, ends) for lane in range(AT_ONCE))))


async def _lane(session: aiohttp.ClientSession, url: str, lane: int, ends: float) -> int:
    sent = 0
    while time.monotonic() < ends:
        await _send(session, url, lane + sent * AT_ONCE, stamp())
        sent += 1
    return sent


async def _send(session: aiohttp.ClientSession, url: str, number: int, value: int) -> None:
    path = f"{url}/rest/ns/{BY_HAND}/nodes/n{BY_HAND:03}_controller/report/status/GV{number % 25}/{value}/56"
    async with session.get(path) as response:
        await response.read()
