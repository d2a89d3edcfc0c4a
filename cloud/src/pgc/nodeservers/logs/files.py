"""The log of one NodeServer on disk: JSON lines in a few files, of which the oldest goes when the next is begun."""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from pgc.workers.logs import LogEntry

FILES = 4
"""As many share the cap."""
_ENDING = ".jsonl"
_DIGITS = 18
_LINE_BREAK = b"\n"
_APPENDING = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(LogEntry)


class LogFiles:
    """Each file is named after its first entry's number. One thread may write, any may read meanwhile."""

    def __init__(self, folder: Path, cap: int) -> None:
        self._folder = folder
        self._share = cap // FILES
        self._newest: Path | None = None
        self._size = 0
        self._written = 0

    def append(self, entries: Iterable[LogEntry]) -> None:
        """Entries that it has already are left out, so that a part that failed is simply written again.

        Raises:
            OSError: the disk is full, or broken; whole lines are there or are not.
        """
        if self._newest is None:
            self._resume()
        lines, last = bytearray(), self._written
        for entry in entries:
            if entry.number <= last:
                continue
            line = _encoder.encode(entry) + _LINE_BREAK
            if self._size + len(lines) + len(line) > self._share:
                self._write(lines, last)
                lines.clear()
                self._begin(entry.number)
            lines += line
            last = entry.number
        self._write(lines, last)

    def newest_first(self, before: int | None = None) -> Iterator[LogEntry]:
        """Those that are older than entry number `before`."""
        for path in reversed(self.paths()):
            if before is None or _first(path) < before:
                found = self.read(path)
                yield from (entry for entry in reversed(found) if before is None or entry.number < before)

    def paths(self) -> list[Path]:
        """The files, the oldest first."""
        with suppress(OSError):
            return sorted(path for path in self._folder.iterdir() if _is_ours(path))
        return []

    def read(self, path: Path) -> list[LogEntry]:
        """The entries of one file; none if it has gone meanwhile."""
        with suppress(OSError):
            return _decoded(path.read_bytes())
        return []

    def tail(self, count: int, size: int) -> list[LogEntry]:
        """The last `count` entries, as far as they lie in the last `size` bytes of the last two files."""
        found: list[LogEntry] = []
        for path in reversed(self.paths()[-2:]):
            with suppress(OSError):
                content = _last_bytes(path, size)
                found = [*_decoded(content), *found]
                size -= len(content)
        return found[-count:]

    def remove(self) -> None:
        """
        Raises:
            OSError: something of it stays.
        """
        self._newest = None
        with suppress(FileNotFoundError):
            shutil.rmtree(self._folder)

    def _resume(self) -> None:
        """Goes on with the file that was the newest; what was cut off there, by the end of the platform, goes."""
        for folder in (self._folder.parent, self._folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        newest = next(reversed(self.paths()), None)
        if newest is None:
            self._size = self._share
            return
        content = newest.read_bytes()
        whole = content.rfind(_LINE_BREAK) + 1
        if whole < len(content):
            os.truncate(newest, whole)
        self._newest, self._size = newest, whole
        self._written = max((entry.number for entry in _decoded(content[:whole])), default=self._written)

    def _begin(self, number: int) -> None:
        for old in self.paths()[: -(FILES - 1)]:
            old.unlink(missing_ok=True)
        self._newest = self._folder / f"{number:0{_DIGITS}}{_ENDING}"
        self._size = 0

    def _write(self, lines: bytearray, last: int) -> None:
        if not lines or self._newest is None:
            return
        try:
            file = os.open(self._newest, _APPENDING, 0o600)
            try:
                _write_whole(file, lines, self._size)
            finally:
                os.close(file)
        except OSError:
            self._newest = None
            raise
        self._size += len(lines)
        self._written = last


def _write_whole(file: int, lines: bytearray, size: int) -> None:
    """Writes all, or takes back what was written."""
    rest = bytes(lines)
    try:
        while rest:
            rest = rest[os.write(file, rest) :]
    except OSError:
        with suppress(OSError):
            os.ftruncate(file, size)
        raise


def _last_bytes(path: Path, size: int) -> bytes:
    """From a line's beginning on."""
    with path.open("rb") as file:
        start = max(0, file.seek(0, os.SEEK_END) - max(0, size))
        file.seek(max(0, start - 1))
        content = file.read()
    return content if start == 0 else content[content.find(_LINE_BREAK) + 1 :]


def _decoded(content: bytes) -> list[LogEntry]:
    """Lines that were cut off are left out."""
    found = []
    for line in content.split(_LINE_BREAK):
        with suppress(msgspec.DecodeError, UnicodeDecodeError):
            found.append(_decoder.decode(line))
    return found


def _first(path: Path) -> int:
    return int(path.stem)


def _is_ours(path: Path) -> bool:
    return path.suffix == _ENDING and len(path.stem) == _DIGITS and path.stem.isdecimal() and path.stem.isascii()
