"""Starts that come together, as after a restart of the platform, are spread: some at once, the others in a queue."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain


class Turn:
    """One start: its `place` in the queue, counted from 1, and 0 once it has come."""

    def __init__(self) -> None:
        self.place = 0
        self._came = asyncio.Event()

    async def come(self) -> None:
        """Waits until it is its turn."""
        await self._came.wait()

    def call(self) -> None:
        self.place = 0
        self._came.set()


class Starts:
    """At most `most` at once. An owner's own come first; otherwise who came first goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._under_way: set[Turn] = set()
        self._owners: deque[Turn] = deque()
        self._others: deque[Turn] = deque()

    @contextmanager
    def turn(self, *, urgent: bool) -> Iterator[Turn]:
        """A place in the queue, kept until the block ends; `urgent`: the owner waits for it."""
        turn = Turn()
        queue = self._owners if urgent else self._others
        queue.append(turn)
        self._call()
        try:
            yield turn
        finally:
            if turn in self._under_way:
                self._under_way.remove(turn)
            else:
                queue.remove(turn)
            self._call()

    def _call(self) -> None:
        while len(self._under_way) < self._most and (queue := self._owners or self._others):
            turn = queue.popleft()
            self._under_way.add(turn)
            turn.call()
        for place, turn in enumerate(chain(self._owners, self._others), start=1):
            turn.place = place
