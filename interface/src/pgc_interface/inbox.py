"""What comes for the NodeServer, one thing after the other on one thread, and its polls in between."""

from __future__ import annotations

import threading
from collections import OrderedDict
from queue import Empty, SimpleQueue
from typing import Any, Callable, NamedTuple

from .polls import Polls

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
        self._thread = threading.Thread(target=self._run, name="Controller", daemon=True)

    def start(self) -> None:
        if self._thread.ident is None:
            self._thread.start()

    def put(self, item: Item) -> None:
        self._items.put(item)

    def close(self) -> None:
        self._items.put(None)

    def _run(self) -> None:
        while True:
            try:
                item = self._items.get(timeout=self._polls.pause())
            except Empty:
                pass
            else:
                if item is None:
                    return
                self._deal_with(item)
            for poll in self._polls.due():
                self._handle(Item(poll, {}))

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
