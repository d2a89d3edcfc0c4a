"""The bus: what happened, told to whoever listens. A contract with one implementation, in this process.

Publishing never waits. Each subscriber has its own bounded queue; when it is full the oldest event is dropped
and counted, so that a slow listener loses history and never holds up the platform.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The base of all events. `time` is Unix seconds; `nodeserver` the worker address it concerns."""

    nodeserver: str
    time: float = field(default_factory=time.time)


class Subscription:
    """What one listener has not read yet; iterate it. `dropped` counts what it was too slow for."""

    def __init__(self, kinds: tuple[type[Event], ...], limit: int) -> None:
        self.dropped = 0
        self._kinds = kinds
        self._waiting: deque[Event] = deque(maxlen=limit)
        self._arrived = asyncio.Event()

    def offer(self, event: Event) -> None:
        if self._kinds and not isinstance(event, self._kinds):
            return
        if len(self._waiting) == self._waiting.maxlen:
            self.dropped += 1
        self._waiting.append(event)
        self._arrived.set()

    def pending(self) -> list[Event]:
        """What has arrived and was not read, taken at once."""
        waiting = list(self._waiting)
        self._waiting.clear()
        return waiting

    def __aiter__(self) -> AsyncIterator[Event]:
        return self

    async def __anext__(self) -> Event:
        while not self._waiting:
            self._arrived.clear()
            await self._arrived.wait()
        return self._waiting.popleft()


class Events:
    """The bus itself."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription] = []

    def publish(self, event: Event) -> None:
        for subscription in self._subscriptions:
            subscription.offer(event)

    @contextmanager
    def subscribe(self, *kinds: type[Event], limit: int = 1000) -> Iterator[Subscription]:
        """Events of these kinds (all, if none is named) from now on, until the block ends."""
        subscription = Subscription(kinds, limit)
        self._subscriptions.append(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.remove(subscription)
