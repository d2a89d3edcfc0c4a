"""What comes for the NodeServer, one thing after the other on one thread, and its polls in between."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from queue import Empty, SimpleQueue
from typing import Any, Callable, NamedTuple

from .polls import Polls

logger = logging.getLogger(__name__)

REMEMBERED = 1000
"""Messages whose `mid` is remembered, so that a repeated one does not run twice."""


class Item(NamedTuple):
    key: str
    body: Any
    mid: str | None = None


class Inbox:
    """`handle` deals with one item; it must not raise. `acknowledge` is called once a `mid` has been dealt with."""

    def __init__(self, polls: Polls, handle: Callable[[Item], None], acknowledge: Callable[[str], None]) -> None:
        self._polls = polls
        self._handle = handle
        self._acknowledge = acknowledge
        self._items: SimpleQueue[Item | None] = SimpleQueue()
        self._mids: OrderedDict[str, bool] = OrderedDict()
        self.thread = threading.Thread(target=self._run, name="Controller", daemon=True)

    def start(self) -> None:
        if self.thread.ident is None:
            self.thread.start()

    def put(self, item: Item) -> None:
        self._items.put(item)

    def close(self) -> None:
        self._items.put(None)

    def _run(self) -> None:
        going_on = True
        while going_on:
            try:
                going_on = self._turn()
            except Exception:  # noqa: PERF203 - what is wrong with one message must not end the thread
                logger.exception("A message was not dealt with.")

    def _turn(self) -> bool:
        """Wait for a message or a poll and deal with it; False when there will be none any more."""
        try:
            item = self._items.get(timeout=self._polls.pause())
        except Empty:
            pass
        else:
            if item is None:
                return False
            self._deal_with(item)
        for poll in self._polls.due():
            self._handle(Item(poll, {}))
        return True

    def _deal_with(self, item: Item) -> None:
        if item.key == "polls":
            self._polls.set(item.body)
        elif item.mid is None:
            self._handle(item)
        else:
            self._once(item, item.mid)

    def _once(self, item: Item, mid: str) -> None:
        if mid not in self._mids:
            self._mids[mid] = True
            if len(self._mids) > REMEMBERED:
                self._mids.popitem(last=False)
            self._handle(item)
        self._acknowledge(mid)
