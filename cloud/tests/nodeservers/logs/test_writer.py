"""Journals reach their files in batches; a disk that is full or slow is told and harms nobody."""

import asyncio
import errno
import logging
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from pgc.events import Events
from pgc.nodeservers.journal import KEPT, Journal
from pgc.nodeservers.logs import writer
from pgc.nodeservers.logs.files import LogFiles
from pgc.nodeservers.logs.writer import LogWriter

CAP = 4 * 1024 * 1024
PATIENCE = 15.0


class FlakyFiles(LogFiles):
    """On a disk that is full while `full`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, CAP)
        self.full = False
        self.attempts = 0

    def append(self, entries: object) -> None:
        self.attempts += 1
        if self.full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        super().append(entries)  # type: ignore[arg-type]


@pytest.fixture
async def log_writer() -> AsyncIterator[LogWriter]:
    log_writer = LogWriter()
    await log_writer.start()
    yield log_writer
    await log_writer.stop()


@pytest.fixture
def files(tmp_path: Path) -> FlakyFiles:
    return FlakyFiles(tmp_path / "w1")


@pytest.fixture
def journal(files: FlakyFiles, log_writer: LogWriter) -> Journal:
    journal = Journal("w1", Events())
    journal.copy_to(files, log_writer)
    return journal


def written(files: LogFiles) -> list[str]:
    return [entry.text for path in files.paths() for entry in files.read(path)]


async def until(condition: Callable[[], bool]) -> None:
    """Files are no source of events: they are looked at again and again."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_what_is_said_reaches_the_files_by_itself(journal: Journal, files: FlakyFiles) -> None:
    journal.remark("one")
    journal.remark("two")
    await until(lambda: len(written(files)) == 2)
    assert written(files) == ["one", "two"]
    journal.remark("three")
    await until(lambda: len(written(files)) == 3)


async def test_it_is_written_at_once_when_the_platform_stops(journal: Journal, log_writer: LogWriter) -> None:
    journal.remark("last words")
    await log_writer.stop()
    assert journal.files is not None
    assert written(journal.files) == ["last words"]


async def test_a_full_disk_is_told_once_and_nothing_is_lost_when_there_is_room_again(
    journal: Journal,
    files: FlakyFiles,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(writer, "PAUSE", 0.0)
    files.full = True
    with caplog.at_level(logging.WARNING):
        journal.remark("said meanwhile")
        await until(lambda: files.attempts >= 3)
        told = [entry.text for entry in journal.entries()]
        assert sum("cannot be written to disk: No space left" in text for text in told) == 1
        assert [record.levelname for record in caplog.records] == ["ERROR"]
        files.full = False
        await until(lambda: "its log is written to disk again" in written(files))
        assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert written(files) == [entry.text for entry in journal.entries()]


async def test_one_that_cannot_be_written_rests_and_holds_up_no_other(
    journal: Journal, files: FlakyFiles, log_writer: LogWriter, tmp_path: Path
) -> None:
    well = Journal("w2", Events())
    well.copy_to(LogFiles(tmp_path / "w2", CAP), log_writer)
    files.full = True
    for number in range(5):
        journal.remark(str(number))
        well.remark(str(number))
        await log_writer.flush()
    assert well.files is not None
    assert written(well.files) == ["0", "1", "2", "3", "4"]
    assert files.attempts == 1


async def test_what_comes_faster_than_it_can_be_written_is_a_gap_that_is_told(
    journal: Journal, files: FlakyFiles, log_writer: LogWriter
) -> None:
    for number in range(KEPT + 5):
        journal.installing(str(number))
    await log_writer.flush()
    assert written(files)[0] == "5 lines are left out here: they came faster than they could be written"
    assert written(files)[1:] == [str(number) for number in range(5, KEPT + 5)]


async def test_what_is_dropped_is_written_no_more(journal: Journal, files: FlakyFiles, log_writer: LogWriter) -> None:
    journal.remark("one")
    assert journal.copy is not None
    await log_writer.drop(journal.copy)
    await log_writer.flush()
    assert written(files) == []
