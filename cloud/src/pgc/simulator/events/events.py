"""The ISY's event stream without a transport: hears every change, remembers, and hands events to the subscribers."""

import logging
import time
from collections.abc import Iterator
from itertools import count

from pgc.simulator.changes import Change, DriverReported, NodeRemoved
from pgc.simulator.events.event import Event
from pgc.simulator.events.memory import Memory
from pgc.simulator.events.narrator import Narrator, busy, heartbeat
from pgc.simulator.events.subscription import Subscription
from pgc.simulator.state import IsyState

logger = logging.getLogger(__name__)

MAX_SUBSCRIBERS = 10
"""A real ISY refuses more with its error 817; how many it takes, no page says."""
HEARTBEAT = 30.0
"""Seconds between the heartbeats that each subscriber gets."""


class Events:
    def __init__(self, state: IsyState, beat: float = HEARTBEAT) -> None:
        self._state = state
        self._beat = beat
        self._narrator = Narrator(state)
        self._memory = Memory()
        self._memory.keep(busy(time.time(), False))
        self._subscriptions: set[Subscription] = set()
        self._numbers = count(1)
        state.observe(self._hear)

    @property
    def subscribers(self) -> int:
        return len(self._subscriptions)

    def subscribe(self) -> Subscription | None:
        """Replay and everything from now on; None if there are too many subscribers. To be given to `leave`."""
        if len(self._subscriptions) >= MAX_SUBSCRIBERS:
            return None
        subscription = Subscription(next(self._numbers), self._replay(time.time()), self._beat)
        self._subscriptions.add(subscription)
        return subscription

    def leave(self, subscription: Subscription) -> None:
        subscription.end()
        self._subscriptions.discard(subscription)

    def end_all(self) -> None:
        """As when the ISY goes down. New subscribers may come at once."""
        for subscription in tuple(self._subscriptions):
            self.leave(subscription)

    def _hear(self, change: Change) -> None:
        if isinstance(change, DriverReported):
            self._hear_driver(change)
            return
        for event in self._narrator.tell(change):
            self._memory.keep(event)
            self._publish(event)
        if isinstance(change, NodeRemoved):
            self._memory.forget(change.address)

    def _hear_driver(self, change: DriverReported) -> None:
        """The hot path. A value that means what was there before is no event: so it is in captures."""
        if not change.changed:
            return
        self._memory.keep_driver(change.address, change.driver)
        event = self._reading(change.address, change.driver) if self._subscriptions else None
        if event is not None:
            self._publish(event)

    def _publish(self, event: Event) -> None:
        for subscription in tuple(self._subscriptions):
            subscription.offer(event)
            if subscription.dropped:
                self.leave(subscription)
                logger.warning("A subscriber (%s) read too slowly and was dropped.", subscription.sid)

    def _replay(self, now: float) -> Iterator[Event]:
        """Node by node as it is read: what happens meanwhile waits behind it, and may repeat what it said."""
        yield from self._memory.affairs()
        yield heartbeat(now)
        for address, heard in self._memory.nodes():
            for control, event in heard:
                told = event or self._reading(address, control)
                if told is not None:
                    yield told

    def _reading(self, address: str, driver: str) -> Event | None:
        node, reading = self._state.nodes.get(address), self._state.reading(address, driver)
        return self._narrator.reading(node, driver, reading) if node and reading else None
