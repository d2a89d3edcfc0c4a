"""A clock that a test moves."""

import asyncio

from .fake_run import SOON


class FakeClock:
    """A `pgc.nodeservers.clock.Clock`. `pauses` holds how long each sleep was to be, in order."""

    def __init__(self) -> None:
        self.pauses: list[float] = []
        self._now = 1000.0
        self._sleeping: list[tuple[float, asyncio.Event]] = []
        self._slept = asyncio.Event()

    def monotonic(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        over = asyncio.Event()
        sleeper = (self._now + seconds, over)
        self._sleeping.append(sleeper)
        self.pauses.append(seconds)
        self._slept.set()
        try:
            await over.wait()
        finally:
            self._sleeping.remove(sleeper)

    def pass_(self, seconds: float) -> None:
        self._now += seconds
        for until, over in self._sleeping:
            if until <= self._now:
                over.set()

    async def asleep(self, count: int) -> None:
        """Waits until so many sleeps have begun in all."""
        async with asyncio.timeout(SOON):
            while len(self.pauses) < count:
                self._slept.clear()
                await self._slept.wait()
