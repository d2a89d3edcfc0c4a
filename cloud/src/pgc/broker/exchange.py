"""Hands each message to those who subscribed to it, in the order it was published.

amqtt puts messages into an unbounded queue and starts one task for each message and subscriber, which waits for
PUBACK; so memory has no bound and order is left to the scheduler. Here a message is written to its subscribers
before the next packet of its publisher is read: there is no queue but each client's own, and that is bounded.
"""

from typing import Protocol

from pgc.broker.access import Login
from pgc.broker.subscriptions import Subscriptions


class Subscriber(Protocol):
    """A connection, as the exchange sees it."""

    @property
    def login(self) -> Login: ...

    def deliver(self, topic: str, payload: bytes, qos: int) -> bool:
        """Writes a message without waiting; true if its publisher should wait for :meth:`room`."""

    async def room(self) -> None:
        """Waits until the subscriber has caught up or is gone. Bounded."""


class Exchange:
    """The subscriptions of all connections, and the way of a message to them."""

    def __init__(self) -> None:
        self.subscriptions: Subscriptions[Subscriber] = Subscriptions()

    def deliver(self, topic: str, payload: bytes, qos: int) -> list[Subscriber]:
        """Writes to every subscriber; returns those that have fallen behind."""
        matching = self.subscriptions.match(topic).items()
        return [subscriber for subscriber, granted in matching if subscriber.deliver(topic, payload, min(qos, granted))]

    async def publish(self, sender: Login, topic: str, payload: bytes, qos: int) -> None:
        """Delivers, then slows the sender to the pace of the platform.

        Only trusted subscribers are ever waited for, and only by logins that are not: so no run can hold up
        another, and the platform, which subscribes to its own prefix, never waits for itself.
        """
        behind = self.deliver(topic, payload, qos)
        if not sender.trusted:
            for subscriber in behind:
                await subscriber.room()
