"""What an operator can do to the ISY: make it slow, failing, absent, or deaf after it has acted."""

import asyncio
from collections import deque

from pgc.simulator.listener import Listener


class Faults:
    """Switches; the door asks them about each request."""

    def __init__(self, listener: Listener) -> None:
        self.latency = 0.0
        """Seconds before each request is looked at."""
        self._listener = listener
        self._failures: deque[int] = deque()
        self._drops = 0

    def fail_next(self, status: int, count: int = 1) -> None:
        """The next requests are answered with this status and change nothing. Adds to what was asked before."""
        self._failures.extend([status] * count)

    def drop_next(self, count: int = 1) -> None:
        """The next requests are carried out, then their connection is closed without an answer."""
        self._drops += count

    async def offline(self) -> None:
        """Refuse connections and break the open ones, as when the plug is pulled. State stays."""
        await self._listener.suspend()

    async def online(self) -> None:
        """Listen again at the same port."""
        await self._listener.resume()

    async def delay(self) -> None:
        if self.latency > 0:
            await asyncio.sleep(self.latency)

    def take_failure(self) -> int | None:
        return self._failures.popleft() if self._failures else None

    def take_drop(self) -> bool:
        if not self._drops:
            return False
        self._drops -= 1
        return True
