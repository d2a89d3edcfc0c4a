"""The connections that have not shown a secret yet: only so many of them, the oldest giving way.

Refusing the newest instead would let a few silent connections lock everybody out; an honest client sends its
CONNECT at once and is through long before it could be the oldest.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from pgc.broker.streams import PacketWriter


class Lobby:
    """Everybody who is connected, guests and known ones, so that a stop can wait for all of them."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._strangers: dict[PacketWriter, None] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    @contextmanager
    def visit(self, writer: PacketWriter) -> Iterator[None]:
        """From the TCP connection to its end; in the task that the server made for it."""
        task = cast(asyncio.Task[Any], asyncio.current_task())
        self._tasks.add(task)
        self._strangers[writer] = None
        self._make_room()
        try:
            yield
        finally:
            self.recognise(writer)
            self._tasks.discard(task)

    def recognise(self, writer: PacketWriter) -> None:
        """It has shown its secret, or is gone."""
        self._strangers.pop(writer, None)

    def shut(self) -> None:
        """Sends the strangers away and takes nobody in any more."""
        self._places = 0
        self._make_room()

    async def emptied(self, seconds: float) -> None:
        """Waits until everybody is gone, but not longer than `seconds`."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    def _make_room(self) -> None:
        for writer in list(self._strangers)[: max(0, len(self._strangers) - self._places)]:
            writer.abort()
