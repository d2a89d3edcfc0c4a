"""Files with a cap, that hold what was written once and in order, whatever happened to the platform or the disk."""

import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path

import pytest

from pgc.nodeservers.logs.files import FILES, LogFiles
from pgc.workers.logs import LogEntry

CAP = 40_000


def entries(numbers: Iterable[int], text: str = "x" * 50) -> list[LogEntry]:
    return [LogEntry(float(number), "INFO", "ns", "Main", text, number, "run", number) for number in numbers]


def numbers(files: LogFiles) -> list[int]:
    return [entry.number for path in files.paths() for entry in files.read(path)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "worker"


@pytest.fixture
def files(folder: Path) -> LogFiles:
    return LogFiles(folder, CAP)


def test_what_is_written_is_read_again_as_it_was(files: LogFiles) -> None:
    written = entries([1, 2], "two\nlines, \t and “signs” 👩\u200d🔧")
    files.append(written)
    assert files.read(files.paths()[0]) == written
    assert list(files.newest_first()) == written[::-1]
    assert [entry.number for entry in files.newest_first(before=2)] == [1]


def test_nobody_else_can_read_them(files: LogFiles, folder: Path) -> None:
    files.append(entries([1]))
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (folder.parent, folder, *files.paths())]
    assert modes == [0o700, 0o700, 0o600]


def test_they_never_take_more_than_the_cap_and_the_oldest_go(files: LogFiles, folder: Path) -> None:
    for start in range(0, 3000, 30):
        files.append(entries(range(start + 1, start + 31)))
        assert sum(path.stat().st_size for path in folder.iterdir()) <= CAP
        assert len(files.paths()) <= FILES
    kept = numbers(files)
    assert kept == list(range(kept[0], 3001))
    assert len(kept) > 100


def test_a_batch_larger_than_all_files_leaves_its_end(files: LogFiles, folder: Path) -> None:
    files.append(entries(range(1, 3000)))
    assert sum(path.stat().st_size for path in folder.iterdir()) <= CAP
    assert numbers(files)[-1] == 2999


def test_a_platform_that_starts_goes_on_with_them(files: LogFiles, folder: Path) -> None:
    files.append(entries([1, 2]))
    again = LogFiles(folder, CAP)
    again.append(entries([3]))
    assert numbers(again) == [1, 2, 3]
    assert len(again.paths()) == 1
    assert [entry.number for entry in again.tail(2, 10_000)] == [2, 3]


def test_a_line_that_was_cut_off_by_the_end_of_the_platform_spoils_no_other(files: LogFiles, folder: Path) -> None:
    files.append(entries([1, 2]))
    (path,) = files.paths()
    with path.open("ab") as file:
        file.write(b'{"time":3.0,"level":"INF')
    assert numbers(files) == [1, 2]
    LogFiles(folder, CAP).append(entries([3]))
    assert numbers(files) == [1, 2, 3]


def test_the_tail_reads_whole_lines_only(files: LogFiles) -> None:
    files.append(entries(range(10, 50)))
    (path,) = files.paths()
    line = path.stat().st_size // 40
    assert [entry.number for entry in files.tail(1000, 3 * line + line // 2)] == [47, 48, 49]
    assert [entry.number for entry in files.tail(1000, 3 * line)] == [47, 48, 49]
    assert len(files.tail(1000, 100 * line)) == 40


def test_the_tail_reaches_into_the_file_before(files: LogFiles) -> None:
    files.append(entries(range(1, 120)))
    assert len(files.paths()) > 1
    assert [entry.number for entry in files.tail(110, CAP)] == list(range(10, 120))


def test_a_full_disk_leaves_whole_lines_and_nothing_is_written_twice(
    files: LogFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.append(entries([1]))
    real_write, room = os.write, 100

    def full_disk(file: int, content: bytes) -> int:
        nonlocal room
        if room == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = real_write(file, content[:room])
        room -= written
        return written

    monkeypatch.setattr(os, "write", full_disk)
    with pytest.raises(OSError, match="No space left"):
        files.append(entries([2, 3]))
    assert files.paths()[-1].read_bytes().endswith(b"\n")
    room = 1_000_000
    files.append(entries([2, 3]))
    assert numbers(files) == [1, 2, 3]


def test_what_was_written_before_the_disk_was_full_is_not_written_again(
    files: LogFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch fills one file; the next one cannot be made."""
    real_open = os.open

    def no_more_files(path: Path, flags: int, mode: int = 0o777) -> int:
        if not Path(path).exists():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real_open(path, flags, mode)

    files.append(entries([1]))
    monkeypatch.setattr(os, "open", no_more_files)
    with pytest.raises(OSError, match="No space left"):
        files.append(entries(range(2, 120)))
    assert len(numbers(files)) > 50
    monkeypatch.setattr(os, "open", real_open)
    files.append(entries(range(2, 120)))
    assert numbers(files) == list(range(1, 120))


def test_they_are_removed_and_can_be_begun_again(files: LogFiles, folder: Path) -> None:
    files.append(entries([1]))
    files.remove()
    assert not folder.exists()
    files.remove()
    files.append(entries([2]))
    assert numbers(files) == [2]


def test_a_folder_that_vanished_is_made_again(files: LogFiles, folder: Path) -> None:
    files.append(entries([1]))
    files.paths()[0].unlink()
    folder.rmdir()
    with pytest.raises(FileNotFoundError):
        files.append(entries([2]))
    files.append(entries([2]))
    assert numbers(files) == [2]


def test_files_of_others_are_left_alone(files: LogFiles, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "notes.jsonl").write_text("hello\n")
    files.append(entries([1]))
    assert numbers(files) == [1]
    assert (folder / "notes.jsonl").exists()
