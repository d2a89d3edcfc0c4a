"""The QoS 1 messages a client has been sent and not acknowledged, by packet id."""

import asyncio
import itertools
import time

_IDS = 65535


class Backlog:
    """Counts what is under way to one client. Sessions end with their connection, so nothing is ever sent twice."""

    def __init__(self) -> None:
        self.acknowledged_at = time.monotonic()
        self._unacknowledged: set[int] = set()
        self._ids = itertools.cycle(range(1, _IDS + 1))
        self._moved = asyncio.Event()

    def __len__(self) -> int:
        return len(self._unacknowledged)

    def issue(self) -> int:
        """A free packet id, taken until it is acknowledged. The caller keeps the count far below 65,535."""
        packet_id = next(candidate for candidate in self._ids if candidate not in self._unacknowledged)
        self._unacknowledged.add(packet_id)
        return packet_id

    def acknowledge(self, packet_id: int) -> None:
        self.acknowledged_at = time.monotonic()
        self._unacknowledged.discard(packet_id)
        self._moved.set()

    def clear(self) -> None:
        """The connection is gone: nobody needs to wait any longer."""
        self._unacknowledged.clear()
        self._moved.set()

    async def wait_below(self, count: int) -> None:
        while len(self._unacknowledged) >= count:
            await self._wait()

    async def wait_for_present(self) -> None:
        """Waits until all that is under way now has been acknowledged, whatever is sent meanwhile."""
        present = set(self._unacknowledged)
        while present & self._unacknowledged:
            await self._wait()

    async def _wait(self) -> None:
        self._moved.clear()
        await self._moved.wait()
