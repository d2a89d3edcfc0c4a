"""Whether the ISY is on the network: taken off and put back by hand, for a spell, or again and again by itself."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from pgc.simulator.listener import Listener


@dataclass(frozen=True, slots=True)
class Spells:
    """Seconds between two spells, and how many each lasts; with `every` 0 there are none."""

    every: float = 0.0
    lasting: float = 10.0


class Absence:
    """State is never lost; connections are. The last word counts: each call ends what was set before, and waits for
    one that is still being carried out."""

    def __init__(self, listener: Listener) -> None:
        self.spells = Spells()
        self._listener = listener
        self._turning = asyncio.Lock()
        self._speaking = asyncio.Lock()
        self._course: asyncio.Task[None] | None = None

    async def offline(self, lasting: float | None = None) -> None:
        """Refuse connections and break the open ones: for these seconds, else until :meth:`online`."""
        async with self._speaking:
            await self._end_course()
            await self._off()
            if lasting is not None:
                self._begin(self._return_after(lasting))

    async def online(self) -> None:
        """Listen again at the same port, for good."""
        async with self._speaking:
            await self._end_course()
            await self._on()

    async def reboot(self, lasting: float) -> None:
        """Off and on again; returns when it is back, or when another word ended it."""
        await self.offline(lasting)
        if self._course is not None:
            await asyncio.wait([self._course])

    async def come_and_go(self, spells: Spells) -> None:
        """Be off now and then."""
        async with self._speaking:
            await self._end_course()
            await self._on()
            self.spells = spells
            if spells.every > 0:
                self._begin(self._alternate(spells))

    async def stop(self) -> None:
        async with self._speaking:
            await self._end_course()

    def _begin(self, course: Coroutine[Any, Any, None]) -> None:
        self._course = asyncio.create_task(course, name="absence of the simulated ISY")

    async def _end_course(self) -> None:
        self.spells = Spells()
        course, self._course = self._course, None
        if course is not None:
            course.cancel()
            await asyncio.wait([course])

    async def _return_after(self, lasting: float) -> None:
        await asyncio.sleep(lasting)
        await self._on()

    async def _alternate(self, spells: Spells) -> None:
        while True:
            await asyncio.sleep(spells.every)
            await self._off()
            await asyncio.sleep(spells.lasting)
            await self._on()

    async def _off(self) -> None:
        await asyncio.shield(self._turn(self._listener.suspend))

    async def _on(self) -> None:
        await asyncio.shield(self._turn(self._listener.resume))

    async def _turn(self, turn: Callable[[], Awaitable[None]]) -> None:
        """One after the other, and never half: a course that is ended in the middle of its turn lets it happen."""
        async with self._turning:
            await turn()
