"""The newest of what comes, kept for readers that come late and readers that are slow."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Missed:
    """Stands for so many that a reader was too slow for."""

    count: int


class Ring(Generic[T]):
    """Bounded in number, and in the sum of what `size` says of each.

    The overflow strategy is *drop oldest, tell the gap*. Readers hold a position, never a queue: any number of them
    costs nothing while they wait, and none holds up who writes.
    """

    def __init__(self, size: Callable[[T], int], *, most: int, most_size: int) -> None:
        self._items: deque[T] = deque()
        self._size = size
        self._most = most
        self._most_size = most_size
        self._held = 0
        self.first = 0
        """The position of the oldest that is kept."""
        self.ended = False
        self._more: asyncio.Event | None = None

    def __len__(self) -> int:
        return len(self._items)

    @property
    def end(self) -> int:
        """The position of the next to come."""
        return self.first + len(self._items)

    def items(self) -> list[T]:
        return list(self._items)

    def tail(self, count: int) -> list[T]:
        return [self._items[at] for at in range(max(0, len(self._items) - count), len(self._items))]

    def add(self, item: T) -> None:
        self._items.append(item)
        self._held += self._size(item)
        while len(self._items) > self._most or (self._held > self._most_size and len(self._items) > 1):
            self._held -= self._size(self._items.popleft())
            self.first += 1
        self._wake()

    def close(self) -> None:
        """Nothing more will come."""
        self.ended = True
        self._wake()

    def reader(self, position: int) -> "Reader[T]":
        return Reader(self, position)

    async def changed(self) -> None:
        """Waits for the next item, or the end."""
        if self._more is None:
            self._more = asyncio.Event()
        await self._more.wait()

    def at(self, position: int) -> T:
        return self._items[position - self.first]

    def _wake(self) -> None:
        """Wakes those who wait now; who comes later waits for what comes later."""
        if self._more is not None:
            self._more.set()
            self._more = None


class Reader(Generic[T]):
    """`position` is that of the next to be read; it may be set back to one that was."""

    def __init__(self, ring: Ring[T], position: int) -> None:
        self._ring = ring
        self.position = position

    def take(self, most: int = _AT_ONCE) -> list[T | Missed]:
        """What is there and was not read, the gap before it included."""
        ring, taken = self._ring, list[T | Missed]()
        if self.position < ring.first:
            taken.append(Missed(ring.first - self.position))
            self.position = ring.first
        end = min(ring.end, self.position + most)
        taken += [ring.at(position) for position in range(self.position, end)]
        self.position = end
        return taken

    async def more(self, most: int = _AT_ONCE) -> list[T | Missed]:
        """The same, as soon as there is something; nothing means the end."""
        while not (taken := self.take(most)) and not self._ring.ended:
            await self._ring.changed()
        return taken
