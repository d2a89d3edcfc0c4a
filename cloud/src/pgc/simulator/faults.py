"""What an operator can do to the ISY: make it slow, failing, absent, rebooting, or deaf after it has acted."""

import asyncio
import random
from collections import deque

from pgc.simulator.absence import Absence, Spells
from pgc.simulator.listener import Listener


class Faults:
    """Switches; the door asks them about each request. `seed` makes the errors of two ISYs the same."""

    def __init__(self, listener: Listener, seed: int | None = None) -> None:
        self.latency = 0.0
        """Seconds before each request is looked at."""
        self.error_rate = 0.0
        """The share of all requests, 0 to 1, that are answered with `error_status` and change nothing."""
        self.error_status = 500
        self._listener = listener
        self._absence = Absence(listener)
        self._dice = random.Random(seed)  # noqa: S311 - chance, no secret
        self._failures: deque[int] = deque()
        self._drops = 0

    @property
    def is_online(self) -> bool:
        return self._listener.is_open

    @property
    def spells(self) -> Spells:
        """How it is off now and then, by itself."""
        return self._absence.spells

    def fail_next(self, status: int, count: int = 1) -> None:
        """The next requests are answered with this status and change nothing. Adds to what was asked before."""
        self._failures.extend([status] * count)

    def drop_next(self, count: int = 1) -> None:
        """The next requests are carried out, then their connection is closed without an answer."""
        self._drops += count

    async def offline(self, lasting: float | None = None) -> None:
        """Refuse connections and break the open ones, as when the plug is pulled: for these seconds, else until
        `online`. State stays."""
        await self._absence.offline(lasting)

    async def online(self) -> None:
        """Listen again at the same port; spells are over."""
        await self._absence.online()

    async def reboot(self, lasting: float = 0.0) -> None:
        """Off for these seconds and on again; returns when it is back. It loses nothing but its connections."""
        await self._absence.reboot(lasting)

    async def come_and_go(self, spells: Spells) -> None:
        """Be offline now and then; with `every` 0 no more."""
        await self._absence.come_and_go(spells)

    async def stop(self) -> None:
        """End what was to happen by itself."""
        await self._absence.stop()

    async def delay(self) -> None:
        if self.latency > 0:
            await asyncio.sleep(self.latency)

    def take_failure(self) -> int | None:
        if self._failures:
            return self._failures.popleft()
        return self.error_status if self._dice.random() < self.error_rate else None

    def take_drop(self) -> bool:
        if not self._drops:
            return False
        self._drops -= 1
        return True
