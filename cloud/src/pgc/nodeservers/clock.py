"""The time as the protocol and the database say it, and the clock that the supervisor waits by."""

import asyncio
import time
from typing import Protocol


def now_ms() -> int:
    """Unix milliseconds."""
    return time.time_ns() // 1_000_000


class Clock(Protocol):
    """Tests move their own."""

    def monotonic(self) -> float:
        """Seconds; only differences count, and it never goes back."""

    async def sleep(self, seconds: float) -> None: ...


class MachineClock:
    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
