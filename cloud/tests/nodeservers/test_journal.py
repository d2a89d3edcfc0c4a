"""What a NodeServer's log keeps, says, and leaves out."""

import time

import pytest

from pgc.events import Events
from pgc.nodeservers.events import LogWritten
from pgc.nodeservers.journal import KEPT, Journal
from pgc.secrets.masking import Masks
from pgc.workers.logs import LogEntry
from pgc.workers.runtime import LogLine, Stream


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


def line(number: int, text: str = "", missed: int = 0) -> LogLine:
    return LogLine(number=number, time=1.0, stream=Stream.STDOUT, text=text or f"line {number}", missed=missed)


def texts(journal: Journal) -> list[str]:
    return [kept.text for kept in journal.entries()]


def test_lines_of_a_run_that_is_found_again_are_taken_once(journal: Journal) -> None:
    for number in (1, 2, 1, 2, 3):
        journal.take("run1", line(number))
    journal.take("run2", line(1))
    assert texts(journal) == ["line 1", "line 2", "line 3", "line 1"]
    assert [(kept.run, kept.line) for kept in journal.entries()][2:] == [("run1", 3), ("run2", 1)]


def test_of_a_gap_only_what_is_new_is_told(journal: Journal) -> None:
    """The keeper had to drop lines that the platform had taken before it was started anew."""
    for number in (1, 2, 3):
        journal.take("run", line(number))
    journal.take("run", line(3, "3 lines are left out here: too many", missed=3))
    journal.take("run", line(10, "10 lines are left out here: too many", missed=10))
    journal.take("run", line(11))
    journal.take("run", line(15, "2 lines are left out here: too many", missed=2))
    assert texts(journal)[3:] == [
        "7 lines are left out here: too many",
        "line 11",
        "2 lines are left out here: too many",
    ]


def test_it_goes_on_where_the_platform_before_had_written_to(journal: Journal, events: Events) -> None:
    for number in (1, 2):
        journal.take("run", line(number))
    journal.remark("the platform's own")
    again = Journal("w1", events)
    again.restore(journal.entries())
    for number in (1, 2, 3):
        again.take("run", line(number))
    assert texts(again) == ["line 1", "line 2", "the platform's own", "line 3"]
    numbers = [kept.number for kept in again.entries()]
    assert numbers == sorted(set(numbers))


def test_numbers_grow_even_where_the_clock_went_back(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    journal.remark("before")
    monkeypatch.setattr(time, "time_ns", lambda: 1_000_000)
    again = Journal("w1", Events())
    again.restore(journal.entries())
    again.remark("after")
    assert again.entries()[1].number > again.entries()[0].number


def test_whoever_says_a_secret_nobody_reads_it(events: Events) -> None:
    journal = Journal("w1", events, Masks(["known-to-all"]))
    journal.hide("hunter22")
    with events.subscribe(LogWritten) as told:
        journal.take("run", line(1, "hunter22 and known-to-all"))
        journal.remark("hunter22", "ERROR")
        journal.installing("https://me:pass@index.example/simple hunter22")
        journal.write(LogEntry(1.0, "INFO", "log.hunter22", "Thread-hunter22", "x"))
    assert texts(journal)[:3] == ["*** and ***", "***", "https://***@index.example/simple ***"]
    assert (journal.entries()[3].logger, journal.entries()[3].thread) == ("log.***", "Thread-***")
    assert all("hunter22" not in str(event) for event in told.pending())


def test_a_remark_is_masked_before_it_is_cut(events: Events) -> None:
    journal = Journal("w1", events, Masks(["hunter22"]))
    journal.remark("x" * 996 + "hunter22")
    assert journal.entries()[0].text == "x" * 996 + "***"
