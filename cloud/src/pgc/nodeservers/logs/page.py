"""Which entries of a log someone wants, and the page of them: out of memory, and out of files for what is older."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from pgc.nodeservers.logs.files import LogFiles
from pgc.workers.logs import LEVELS, LogEntry

_AT_ONCE = 2
"""Pages that are read out of files at a time, for all owners together: each is some megabytes of JSON."""
_RANK = {level: rank for rank, level in enumerate(LEVELS)}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The newest `limit` entries for which all holds that is said: at least of this `level`, with this `text` in them,
    of a time (Unix seconds) from `since` on and before `until`, with a number above `after` and below `before`."""

    limit: int
    level: str = LEVELS[0]
    text: str = ""
    since: float | None = None
    until: float | None = None
    after: int | None = None
    before: int | None = None

    def takes(self, entry: LogEntry) -> bool:
        return (
            _RANK.get(entry.level, 0) >= _RANK[self.level]
            and (self.since is None or entry.time >= self.since)
            and (self.until is None or entry.time < self.until)
            and (self.before is None or entry.number < self.before)
            and self.text.casefold() in entry.text.casefold()
        )


class Pages:
    def __init__(self) -> None:
        self._reading = asyncio.Semaphore(_AT_ONCE)

    async def of(self, wanted: Wanted, newest: list[LogEntry], files: LogFiles | None) -> list[LogEntry]:
        """The oldest first. `newest` is what a journal has in memory, `files` what it has written."""
        found = _found(wanted, reversed(newest))
        reaches_back = wanted.after is not None and newest and newest[0].number <= wanted.after
        if len(found) < wanted.limit and files is not None and not reaches_back:
            oldest = newest[0].number if newest else None
            everything = chain(reversed(newest), files.newest_first(before=oldest))
            async with self._reading:
                found = await asyncio.to_thread(_found, wanted, everything)
        return found[::-1]


def _found(wanted: Wanted, newest_first: Iterable[LogEntry]) -> list[LogEntry]:
    return list(islice(filter(wanted.takes, _until(wanted.after, newest_first)), wanted.limit))


def _until(after: int | None, newest_first: Iterable[LogEntry]) -> Iterator[LogEntry]:
    for entry in newest_first:
        if after is not None and entry.number <= after:
            return
        yield entry
