"""One subscriber: what is waiting for it, numbered. Whoever reads too slowly is dropped, so that nobody else waits."""

import asyncio
import time
from collections.abc import AsyncGenerator, Iterable
from itertools import count

from pgc.simulator.events.event import Event
from pgc.simulator.events.narrator import heartbeat

MAX_BACKLOG = 5000
"""Events that may wait for one subscriber."""


class Subscription:
    """Made by `Events.subscribe`; over when `ended` is set, by `end` or because the subscriber was too slow."""

    def __init__(self, number: int, replay: Iterable[Event], beat: float) -> None:
        self.sid = f"uuid:{number}"
        self.ended = asyncio.Event()
        self.dropped = False
        """Whether it was too slow."""
        self._replay = replay
        self._beat = beat
        self._waiting: asyncio.Queue[Event] = asyncio.Queue(MAX_BACKLOG)
        self._timer = asyncio.get_running_loop().call_later(beat, self._beats)

    async def frames(self) -> AsyncGenerator[str]:
        """The replay, then what happens from the subscription on, without an end."""
        numbers = count()
        for event in self._replay:
            yield event.frame(next(numbers), self.sid)
            await asyncio.sleep(0)  # a long replay is not allowed to hold everybody up
        while True:
            event = await self._waiting.get()
            yield event.frame(next(numbers), self.sid)

    def offer(self, event: Event) -> None:
        try:
            self._waiting.put_nowait(event)
        except asyncio.QueueFull:
            self.dropped = True
            self.end()

    def end(self) -> None:
        self._timer.cancel()
        self.ended.set()

    def _beats(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._beat, self._beats)
        self.offer(heartbeat(time.time()))
