"""The page of a log that someone wants, out of memory and files."""

from dataclasses import replace
from pathlib import Path

import pytest

from pgc.nodeservers.logs.files import LogFiles
from pgc.nodeservers.logs.page import Pages, Wanted
from pgc.workers.logs import LogEntry

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
ALL = [LogEntry(1000.0 + number, LEVELS[number % 5], "ns", "", f"Line {number}", number) for number in range(1, 101)]
IN_MEMORY = ALL[80:]
EVERYTHING = Wanted(limit=1000)


@pytest.fixture
def files(tmp_path: Path) -> LogFiles:
    """They hold all but the last five."""
    files = LogFiles(tmp_path / "w", 20_000)
    files.append(ALL[:95])
    return files


async def numbers(wanted: Wanted, files: LogFiles | None) -> list[int]:
    return [entry.number for entry in await Pages().of(wanted, IN_MEMORY, files)]


async def test_memory_and_files_are_one_log_without_doubles(files: LogFiles) -> None:
    assert await numbers(EVERYTHING, files) == list(range(1, 101))
    assert await numbers(EVERYTHING, None) == list(range(81, 101))


async def test_the_newest_come_first_where_there_are_too_many(files: LogFiles) -> None:
    assert await numbers(Wanted(limit=3), files) == [98, 99, 100]
    assert await numbers(Wanted(limit=0), files) == []


async def test_pages_go_back_by_number(files: LogFiles) -> None:
    page = Wanted(limit=30)
    seen: list[int] = []
    while found := await numbers(page, files):
        seen = [*found, *seen]
        page = replace(page, before=found[0])
    assert seen == list(range(1, 101))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(limit=9, level="CRITICAL"), [*range(59, 101, 5)]),
        (Wanted(limit=3, level="ERROR", before=20), [14, 18, 19]),
        (Wanted(limit=100, text="LINE 9"), [9, *range(90, 100)]),
        (Wanted(limit=100, since=1098.0), [98, 99, 100]),
        (Wanted(limit=100, since=1010.0, until=1012.0), [10, 11]),
        (Wanted(limit=100, after=97), [98, 99, 100]),
        (Wanted(limit=100, after=70), [*range(71, 101)]),
        (Wanted(limit=5, after=100), []),
    ],
)
async def test_only_what_is_wanted_is_found(wanted: Wanted, found: list[int], files: LogFiles) -> None:
    assert await numbers(wanted, files) == found


async def test_a_file_that_went_meanwhile_is_no_fault(files: LogFiles) -> None:
    paths = files.paths()
    reading = files.newest_first()
    assert next(reading).number == 95
    for path in paths[:-1]:
        path.unlink()
    assert all(entry.number < 95 for entry in reading)
