"""The lines of one run, kept for readers that come late and readers that are slow."""

from collections.abc import AsyncIterator

from pgc.workers.ring import Missed, Ring
from pgc.workers.runtime import LogLine, Stream

MOST_LINES = 2000
MOST_CHARACTERS = 1024 * 1024


class Journal:
    """Its overflow strategy is that of :class:`~pgc.workers.ring.Ring`."""

    def __init__(self, most_lines: int = MOST_LINES, most_characters: int = MOST_CHARACTERS) -> None:
        self._ring: Ring[LogLine] = Ring(lambda line: len(line.text), most=most_lines, most_size=most_characters)

    def add(self, line: LogLine) -> None:
        self._ring.add(line)

    def end(self) -> None:
        self._ring.close()

    def tail(self, count: int) -> list[str]:
        return [line.text for line in self._ring.tail(count)]

    async def follow(self) -> AsyncIterator[LogLine]:
        reader = self._ring.reader(0)
        while lines := await reader.more():
            for line, following in zip(lines, [*lines[1:], None], strict=True):
                if not isinstance(line, Missed):
                    yield line
                elif isinstance(following, LogLine):
                    yield gap(following.number - 1, following.time, line.count)


def gap(number: int, time: float, missed: int) -> LogLine:
    """The line that stands for `missed` lines, the last of which had `number`."""
    text = f"{missed} lines are left out here: too many"
    return LogLine(number=number, time=time, stream=Stream.KEEPER, text=text, missed=missed)
