"""The way up to the platform: one door in front of the connection and what sends over it."""

from __future__ import annotations

import logging
import os
import time
from typing import Any, Dict

from .drivers import Outbox
from .durable import Answer, DurableLane
from .environment import Environment
from .link import OnMessage, Receipt
from .surroundings import Surroundings
from .watch import Watch
from .wire import SeqResult, WireError, encode, is_durable

logger = logging.getLogger(__name__)

Message = Dict[str, Any]
AFTER_VALUES = frozenset({"command", "report"})
"""Messages that must not overtake the values set before them."""


class Uplink:
    def __init__(self, environment: Environment, on_message: OnMessage, surroundings: Surroundings) -> None:
        self._topics = environment.topics
        self._envelope = environment.envelope
        self._link = surroundings.connect(environment, on_message)
        self._durable = DurableLane(self._link.publish, self._envelope, self._topics.up, surroundings.clock)
        self.outbox = Outbox(self._send_hot)
        self.watch = Watch(self._send_hot, home=os.getcwd())
        self._link.attach(self._durable, self.outbox, self.watch)

    @property
    def connected(self) -> bool:
        return self._link.connected

    @property
    def settled(self) -> int:
        return self._durable.settled

    def open(self) -> None:
        self.outbox.start()
        self._link.open()

    def send(self, message: Message, service: str | None = None, answer: Answer | None = None) -> int:
        """Send any message on the lane that is its own; its `seq`, or 0 if the lane has none.

        `answer` is given once the platform has answered a message of the durable lane.

        Raises:
            WireError: it cannot be sent; the text says why.
        """
        if not is_durable(message):
            self._send_unkept(message)
            return 0
        if not AFTER_VALUES.isdisjoint(message):
            self.outbox.flush()
        return self._durable.send(f"{self._topics.prefix}/{service}" if service else self._topics.up, message, answer)

    def add_node(self, node: Message) -> None:
        """Send one ``addnode``; raises WireError as :meth:`send` does."""
        self._durable.add_node(node)

    def settle(self, result: SeqResult) -> None:
        self._durable.settle(result)

    def close(self, timeout: float) -> None:
        """Send what waits, wait for the platform's answers at most `timeout` seconds, and leave."""
        deadline = time.monotonic() + timeout
        self.outbox.close()
        self.outbox.flush()
        if not self._durable.drain(timeout * 0.75):
            logger.warning("The platform has not confirmed everything that was sent before the stop.")
        self._durable.close()
        self._link.close(max(0.1, deadline - time.monotonic()))

    def _send_hot(self, message: Message) -> Receipt | None:
        return self._link.publish(self._topics.up, encode({**message, **self._envelope}))

    def _send_unkept(self, message: Message) -> None:
        rest = dict(message)
        batch = rest.pop("batch", {})
        if not isinstance(batch, dict):
            raise WireError("has a batch that is no map")
        statuses = [*batch.get("status", []), rest.pop("status", None)]
        for status in filter(None, statuses):
            self._put(status)
        if rest:
            self._send_hot(rest)

    def _put(self, status: Message) -> None:
        try:
            address, driver, value, uom = (str(status[key]) for key in ("address", "driver", "value", "uom"))
        except (KeyError, TypeError) as error:
            raise WireError(f"has a status without {error}") from error
        self.outbox.put(address, driver, value, uom, force=True)
