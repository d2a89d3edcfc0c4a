"""PyISY, which Home Assistant uses, unmodified, at a simulated ISY; and what it hears of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import aiohttp
from pyisy import ISY

from pgc.simulator import SimulatedIsy

PATIENCE = 15.0
OUTDATED = "ignore::DeprecationWarning:aiohttp.client"
"""PyISY opens its websocket as aiohttp wanted it before 3.11."""


class Watch:
    """Hears one of PyISY's emitters, and waits for what it is to hear."""

    def __init__(self, emitter) -> None:
        self.heard: list[object] = []
        self._changed = asyncio.Event()
        emitter.subscribe(self._hear)

    def _hear(self, event: object) -> None:
        self.heard.append(event)
        self._changed.set()

    async def until(self, wanted: Callable[[object], bool]) -> object:
        async with asyncio.timeout(PATIENCE):
            while not any(wanted(event) for event in self.heard):
                self._changed.clear()
                await self._changed.wait()
        return next(event for event in self.heard if wanted(event))


@asynccontextmanager
async def pyisy(sim: SimulatedIsy, password: str | None = None) -> AsyncIterator[ISY]:
    place = urlsplit(sim.url)
    async with aiohttp.ClientSession() as session:
        login = sim.username, password or sim.password
        isy = ISY(place.hostname, place.port, *login, websession=session, use_websocket=True)
        try:
            yield isy
        finally:
            await isy.shutdown()
