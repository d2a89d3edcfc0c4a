"""The lines of one run, kept for readers that come late and readers that are slow."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from pgc.workers.runtime import LogLine, Stream

MOST_LINES = 2000
MOST_CHARACTERS = 1024 * 1024


class Journal:
    """Bounded; the overflow strategy is *drop oldest, tell the gap*. Readers hold a position, never a queue."""

    def __init__(self, most_lines: int = MOST_LINES, most_characters: int = MOST_CHARACTERS) -> None:
        self._lines: deque[LogLine] = deque()
        self._most_lines = most_lines
        self._most_characters = most_characters
        self._characters = 0
        self._first = 0
        self._ended = False
        self._more = asyncio.Event()

    def add(self, line: LogLine) -> None:
        self._lines.append(line)
        self._characters += len(line.text)
        while len(self._lines) > self._most_lines or self._characters > self._most_characters:
            self._characters -= len(self._lines.popleft().text)
            self._first += 1
        self._wake()

    def end(self) -> None:
        self._ended = True
        self._wake()

    def tail(self, count: int) -> list[str]:
        return [line.text for line in self._lines][-count:]

    async def follow(self) -> AsyncIterator[LogLine]:
        position = 0
        while True:
            more = self._more
            if position < self._first:
                yield self._gap(self._first - position)
                position = self._first
            elif position < self._first + len(self._lines):
                yield self._lines[position - self._first]
                position += 1
            elif self._ended:
                return
            else:
                await more.wait()

    def _gap(self, missed: int) -> LogLine:
        oldest = self._lines[0]
        return gap(oldest.number - 1, oldest.time, missed)

    def _wake(self) -> None:
        """Wakes those who wait now; who comes later waits for the next event."""
        self._more.set()
        self._more = asyncio.Event()


def gap(number: int, time: float, missed: int) -> LogLine:
    """The line that stands for `missed` lines, the last of which had `number`."""
    return LogLine(number=number, time=time, stream=Stream.KEEPER, text=f"{missed} lines are left out here: too many")
