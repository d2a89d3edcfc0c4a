"""What a NodeServer's log keeps, says, and leaves out."""

import time

import pytest

from pgc.events import Events
from pgc.nodeservers.events import LogWritten
from pgc.nodeservers.journal import KEPT, Journal
from pgc.workers.logs import LogEntry
from pgc.workers.runtime import Stream


def entry(text: str, level: str = "INFO", logger: str = "platform") -> LogEntry:
    return LogEntry(time=1.0, level=level, logger=logger, thread="", text=text)


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def journal(events: Events) -> Journal:
    return Journal("w1", events)


def test_the_newest_lines_are_kept(journal: Journal) -> None:
    for number in range(KEPT + 5):
        journal.write(entry(str(number)))
    assert [kept.text for kept in journal.entries()] == [str(number) for number in range(5, KEPT + 5)]


def test_long_lines_push_out_more_than_one(journal: Journal) -> None:
    for number in range(KEPT):
        journal.write(entry(str(number % 10) * 20_000))
    assert sum(len(kept.text) for kept in journal.entries()) <= 2 * 1024 * 1024
    assert journal.entries()[-1].text[0] == str((KEPT - 1) % 10)


def test_each_line_is_told_to_the_bus(journal: Journal, events: Events) -> None:
    with events.subscribe(LogWritten) as told:
        journal.remark("hello", "WARNING")
    assert [(event.nodeserver, event.entry.text, event.entry.level) for event in told.pending()] == [
        ("w1", "hello", "WARNING")
    ]


def test_errors_are_counted_whoever_says_them(journal: Journal) -> None:
    journal.remark("one", "ERROR")
    journal.write(entry("two", "CRITICAL", "SDK"))
    journal.remark("fine")
    assert journal.errors == 2


def test_garbage_cannot_flood_the_log(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(500):
        journal.remark("garbage")
    assert len(journal.entries()) == 50
    later = time.monotonic() + 11
    monkeypatch.setattr(time, "monotonic", lambda: later)
    journal.remark("later")
    assert [kept.text for kept in journal.entries()[50:]] == ["450 more remarks were left out", "later"]


def test_a_remark_is_cut(journal: Journal) -> None:
    journal.remark("x" * 100_000)
    assert journal.entries()[0].text == "x" * 1000 + "…"


def test_last_words_are_the_last_raw_line_of_stderr(journal: Journal) -> None:
    assert journal.last_words() == ""
    for text, logger in [("Trace", "stderr"), ("KeyError: 'x'", "stderr"), ("", "stderr"), ("bye", "platform")]:
        journal.write(entry(text, logger=Stream(logger) if logger == "stderr" else logger))
    assert journal.last_words() == "KeyError: 'x'"
