"""A log as events: nothing is missed untold, nothing told twice, and nobody is held up."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from pgc.api import log_stream
from pgc.api.log_stream import Follower, Mark
from pgc.events import Events
from pgc.nodeservers.journal import KEPT, Journal
from pgc.nodeservers.logs.page import Pages, Wanted
from pgc.workers.runtime import LogLine, Stream

PATIENCE = 15.0
NEW_ONLY = Wanted(limit=0)
EVERYTHING = Wanted(limit=KEPT)


@pytest.fixture
def journal() -> Journal:
    return Journal("w1", Events())


def says(journal: Journal, *texts: str, run: str = "run1", first: int = 1) -> None:
    for number, text in enumerate(texts, first):
        journal.take(run, LogLine(number=number, time=1e9 + number, stream=Stream.STDOUT, text=text))


class Tail:
    """Reads a follower's events."""

    def __init__(self, journal: Journal, wanted: Wanted = EVERYTHING, *, after: str = "", gone: bool = False) -> None:
        follower = Follower(journal, Pages(), wanted, Mark.read(after), lambda: gone)
        self._lines = self._split(follower.events())
        self.id = ""
        self.comments: asyncio.Queue[str] = asyncio.Queue()

    async def begun(self) -> "Tail":
        """From now on nothing that is written passes it by."""
        assert await self._line() == "retry: 2000"
        return self

    async def next(self) -> tuple[str, Any] | None:
        """The next event's name and data; None at the end."""
        fields: dict[str, str] = {}
        while (line := await self._line()) is not None:
            if line.startswith(":"):
                self.comments.put_nowait(line)
            elif line:
                name, _, value = line.partition(": ")
                fields[name] = value
            else:
                self.id = fields.get("id", self.id)
                if "data" in fields:
                    return fields.get("event", ""), json.loads(fields["data"])
                fields = {}
        return None

    async def texts(self, count: int) -> list[str]:
        found = [await self.next() for _ in range(count)]
        assert all(event is not None and event[0] == "" for event in found), found
        return [event[1]["text"] for event in found if event]

    async def _line(self) -> str | None:
        async with asyncio.timeout(PATIENCE):
            return await anext(self._lines, None)

    async def _split(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[str]:
        async for chunk in chunks:
            for line in chunk.decode().removesuffix("\n").split("\n"):
                yield line


async def test_it_begins_with_what_is_kept_and_goes_on_with_what_comes(journal: Journal) -> None:
    says(journal, "one", "two", "three")
    last_two, new = await Tail(journal, Wanted(limit=2)).begun(), await Tail(journal, NEW_ONLY).begun()
    assert await last_two.texts(2) == ["two", "three"]
    says(journal, "four", first=4)
    assert await last_two.texts(1) == await new.texts(1) == ["four"]


async def test_only_what_is_wanted_is_told(journal: Journal) -> None:
    errors = await Tail(journal, Wanted(limit=0, level="ERROR", text="broke")).begun()
    for text, level in (("fine", "INFO"), ("it broke", "WARNING"), ("nothing", "ERROR"), ("it Broke", "ERROR")):
        journal.remark(text, level)
    assert await errors.texts(1) == ["it Broke"]


async def test_it_goes_on_where_it_was_broken_off(journal: Journal) -> None:
    says(journal, "one", "two")
    broken = Tail(journal)
    assert await broken.texts(2) == ["one", "two"]
    says(journal, "three", "four", first=3)
    again = Tail(journal, Wanted(limit=1), after=broken.id)
    assert await again.texts(2) == ["three", "four"]
    says(journal, "five", first=5)
    assert await again.texts(1) == ["five"]


async def test_lines_that_a_killed_platform_had_not_written_are_not_told_twice(journal: Journal) -> None:
    """The keeper tells them again to the platform that comes after, and they get new numbers there."""
    says(journal, "one", "two")
    seen = Tail(journal)
    await seen.texts(2)
    after = Journal("w1", Events())
    says(after, "one", "two", "three")
    after.remark("a word of the platform")
    again = Tail(after, after=seen.id)
    assert await again.texts(2) == ["three", "a word of the platform"]
    says(after, "another run", run="run2")
    assert await again.texts(1) == ["another run"]


@pytest.mark.parametrize("event_id", ["nonsense", "1e9", "-5", "²", "1:run", "1:run:x", "1:run:²", ":::"])
async def test_an_id_that_is_none_of_ours_does_no_harm(journal: Journal, event_id: str) -> None:
    says(journal, "one")
    assert await Tail(journal, after=event_id).texts(1) == ["one"]


async def test_who_reads_too_slowly_is_told_how_much_it_missed(journal: Journal) -> None:
    slow = await Tail(journal, NEW_ONLY).begun()
    says(journal, *(f"{number}" for number in range(KEPT + 500)))
    assert await slow.next() == ("gap", {"missed": 500})
    assert await slow.texts(2) == ["500", "501"]


async def test_after_a_long_absence_the_gap_is_told(journal: Journal) -> None:
    says(journal, *(f"{number}" for number in range(KEPT + 10)))
    late = Tail(journal, after="1")
    assert await late.next() == ("gap", {"missed": None})
    assert await late.texts(1) == ["10"]


async def test_silence_is_broken_by_comments_that_say_how_far_it_is(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_stream, "HEARTBEAT", 0.01)
    quiet = await Tail(journal, Wanted(limit=0, level="ERROR")).begun()
    says(journal, "not wanted")
    listening = asyncio.create_task(quiet.next())
    async with asyncio.timeout(PATIENCE):
        for _ in range(3):
            await quiet.comments.get()
    assert quiet.id.endswith(":run1:1")
    journal.remark("at last", "ERROR")
    event = await listening
    assert event is not None
    assert event[1]["text"] == "at last"


@pytest.mark.parametrize("gone", [True, False])
async def test_the_end_is_told_only_where_there_is_nothing_to_come_back_for(journal: Journal, gone: bool) -> None:
    says(journal, "one")
    last = Tail(journal, gone=gone)
    assert await last.texts(1) == ["one"]
    journal.close()
    assert await last.next() == (("end", {}) if gone else None)
    assert await last.next() is None
