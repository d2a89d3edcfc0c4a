"""A log as server-sent events: what is kept, then what comes, to any number of readers as fast as each reads.

id: <number>:<run>:<line>      where to go on, in the header Last-Event-ID
data: {…}                      an entry, as in pages
event: gap                     data: {"missed": 12}: so many were left out, since the reader is too slow
event: end                     the NodeServer is gone
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Self

import msgspec

from pgc.errors import PgcError
from pgc.nodeservers.journal import KEPT, Journal
from pgc.nodeservers.logs.page import Pages, Wanted
from pgc.workers.logs import LogEntry
from pgc.workers.ring import Missed

EVENT_STREAM = "text/event-stream"
HEARTBEAT = 15.0
"""Seconds of silence after which a comment is sent, so that nobody on the way takes the connection for dead."""
MOST_FOLLOWERS = 100
_AT_ONCE = 100
_RETRY = b"retry: 2000\n\n"
_END = b"event: end\ndata: {}\n\n"
_encoder = msgspec.json.Encoder()


class TooManyFollowers(PgcError):
    status = HTTPStatus.SERVICE_UNAVAILABLE


@dataclass(frozen=True, slots=True)
class Mark:
    """How far someone has read: up to entry `number`, and up to `line` of `run`, should that be taken anew by a
    platform that was killed before it had written it."""

    number: int
    run: str = ""
    line: int = 0

    @classmethod
    def read(cls, event_id: str) -> Self | None:
        """None for what is no id of ours."""
        number, _, place = event_id.partition(":")
        run, _, line = place.partition(":")
        if not (number.isdecimal() and number.isascii()):
            return None
        return cls(int(number), run, int(line) if line.isdecimal() and line.isascii() else 0)

    def has(self, entry: LogEntry) -> bool:
        again = entry.is_output and entry.run == self.run and entry.line <= self.line
        return again or entry.number <= self.number


class Followers:
    """All there are; more than that many are refused, so that they leave the API's connections to others.

    Raises:
        TooManyFollowers: by `seat`.
    """

    def __init__(self) -> None:
        self._seated = 0

    def seat(self, follower: "Follower") -> AsyncIterator[bytes]:
        if self._seated >= MOST_FOLLOWERS:
            raise TooManyFollowers(f"{MOST_FOLLOWERS} readers follow logs already", hint="close one of them")
        return self._seat(follower)

    async def _seat(self, follower: "Follower") -> AsyncIterator[bytes]:
        self._seated += 1
        try:
            async for chunk in follower.events():
                yield chunk
        finally:
            self._seated -= 1


class Follower:
    """`gone` says, once the journal has ended, whether there is anything to come back for."""

    def __init__(
        self, journal: Journal, pages: Pages, wanted: Wanted, mark: Mark | None, gone: Callable[[], bool]
    ) -> None:
        self._journal = journal
        self._pages = pages
        self._wanted = wanted
        self._mark = mark
        self._gone = gone
        self._id = b""

    async def events(self) -> AsyncIterator[bytes]:
        reader = self._journal.reader()
        newest = self._journal.entries()
        yield _RETRY
        async for chunk in self._kept(newest):
            yield chunk
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT):
                    taken = await reader.more(_AT_ONCE)
            except TimeoutError:
                yield self._id + b": nothing new\n\n"
                continue
            if not taken:
                break
            if events := self._events(taken):
                yield events
        if self._gone():
            yield _END

    async def _kept(self, newest: list[LogEntry]) -> AsyncIterator[bytes]:
        """What was written before it came."""
        wanted, mark = self._wanted, self._mark
        if mark is not None:
            wanted = replace(wanted, limit=KEPT, after=mark.number, since=None)
        entries = await self._pages.of(wanted, newest, self._journal.files)
        if mark is not None and len(entries) == wanted.limit:
            yield _gap(None)
        for start in range(0, len(entries), _AT_ONCE):
            if events := self._events(entries[start : start + _AT_ONCE]):
                yield events

    def _events(self, taken: "list[LogEntry | Missed] | list[LogEntry]") -> bytes:
        return b"".join(_gap(item.count) if isinstance(item, Missed) else self._event(item) for item in taken)

    def _event(self, entry: LogEntry) -> bytes:
        self._id = f"id: {entry.number}:{entry.run}:{entry.line}\n".encode()
        if not self._wanted.takes(entry) or (self._mark is not None and self._mark.has(entry)):
            return b""
        return self._id + b"data: " + _encoder.encode(entry) + b"\n\n"


def _gap(missed: int | None) -> bytes:
    """`missed` is None where nobody counted."""
    return b"event: gap\ndata: " + _encoder.encode({"missed": missed}) + b"\n\n"
