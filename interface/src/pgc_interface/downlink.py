"""What the platform sends, sorted: done here at once, or put into the inbox for the NodeServer's own code.

All of it runs on the connection's thread, so nothing here may wait.
"""

from __future__ import annotations

from typing import Any, Callable

import msgspec

from .calls import attempt
from .inbox import Inbox, Item
from .wire import SeqResult

QUEUED = frozenset(
    {"command", "query", "status", "result", "shortPoll", "longPoll", "polls", "oauth", "delete", "webhook", "discover"}
)
"""What waits its turn in the inbox; every other key that is not named below is ignored."""


class Downlink:
    def __init__(
        self,
        inbox: Inbox,
        settle: Callable[[SeqResult], None],
        configured: Callable[[dict[str, Any]], None],
        log_at: Callable[[Any], None],
        request_stop: Callable[[str], None],
    ) -> None:
        self._inbox = inbox
        self._settle = settle
        self._now: dict[str, Callable[[Any], None]] = {
            "config": configured,
            "stop": lambda body: request_stop("the platform asked for it"),
            "logLevel": lambda body: log_at(body["level"]),
        }

    def take(self, payload: bytes) -> None:
        """Deal with one frame; what is wrong with it is logged."""
        attempt("A message of the platform", self._take, payload)

    def _take(self, payload: bytes) -> None:
        frame = msgspec.json.decode(payload)
        for key, body in frame.items():
            if key in self._now:
                attempt(f"The message {key}", self._now[key], body)
            elif key in QUEUED:
                self._queue(Item(key, body, frame.get("mid")))

    def _queue(self, item: Item) -> None:
        if item.key == "result" and item.body.get("seq"):
            self._settle(msgspec.convert(item.body["seq"], SeqResult))
        self._inbox.put(item)
