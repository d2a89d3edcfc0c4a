"""A local folder, copied into the store: bounded, without what tools leave behind, without ways out of itself."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pgc.bundles.errors import SourceError

LEFT_OUT = frozenset({".git", ".hg", ".svn", "__pycache__", ".venv", ".mypy_cache", ".pytest_cache", ".ruff_cache"})
"""Names of folders (and of `.git` files) that are no part of a NodeServer."""
_DEEPEST = 100
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class SourceLimits:
    """What one NodeServer's source may have."""

    entries: int = 10_000
    bytes: int = 200 * 1024 * 1024


def copy_source(folder: Path, target: Path, limits: SourceLimits | None = None) -> None:
    """Copy the folder's tree to `target`, which is made. Blocks: to be called in a thread.

    Files keep their executable bit and nothing else of their mode; links inside the tree stay links.
    """
    try:
        home = folder.resolve(strict=True)
        _Copy(home, target, limits or SourceLimits()).run()
    except OSError as error:
        path = f": {_shown(error.filename)}" if error.filename else ""
        raise SourceError(f"{folder} cannot be copied: {error.strerror}{path}") from error


class _Copy:
    """One copy under way."""

    def __init__(self, home: Path, target: Path, limits: SourceLimits) -> None:
        self._home = home
        self._target = target
        self._limits = limits
        self._bytes = 0

    def run(self) -> None:
        entries = self._survey()  # first, because the target may lie inside the folder
        self._target.mkdir()
        for entry in entries:
            self._copy(entry)

    def _survey(self) -> list[Path]:
        entries: list[Path] = []
        for entry in _walk(self._home):
            entries.append(entry)
            if len(entries) > self._limits.entries:
                hint = "Is it the right folder? Keep data and environments out of a NodeServer's folder."
                raise SourceError(f"{self._home} holds more than {self._limits.entries} files and folders", hint=hint)
        return entries

    def _copy(self, entry: Path) -> None:
        target = self._target / entry.relative_to(self._home)
        mode = entry.lstat().st_mode
        if stat.S_ISLNK(mode):
            target.symlink_to(self._inner_link(entry))
        elif stat.S_ISDIR(mode):
            target.mkdir()
        elif stat.S_ISREG(mode):
            self._copy_file(entry, target, executable=bool(mode & stat.S_IXUSR))
        else:
            raise SourceError(f"{_shown(entry)} is neither a file nor a folder", hint="Remove it from the folder.")

    def _inner_link(self, entry: Path) -> str:
        """The link's target, relative to it, so that it holds in the copy."""
        try:
            goal = entry.resolve()
        except (OSError, RuntimeError):
            raise SourceError(f"the link {_shown(entry)} leads nowhere: it is part of a loop") from None
        if not goal.is_relative_to(self._home):
            hint = "Put the file itself into the folder."
            raise SourceError(f"the link {_shown(entry)} leads out of the folder, to {_shown(goal)}", hint=hint)
        return os.path.relpath(goal, entry.parent)

    def _copy_file(self, entry: Path, target: Path, *, executable: bool) -> None:
        descriptor = os.open(entry, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as source, target.open("xb") as copy:
            while chunk := source.read(_CHUNK):
                self._count(len(chunk))
                copy.write(chunk)
        target.chmod(0o755 if executable else 0o644)

    def _count(self, length: int) -> None:
        self._bytes += length
        if self._bytes > self._limits.bytes:
            most = self._limits.bytes / 1024 / 1024
            hint = "Is it the right folder? Keep data and environments out of a NodeServer's folder."
            raise SourceError(f"{self._home} holds more than {most:g} MiB", hint=hint)


def _walk(folder: Path, depth: int = 0) -> Iterator[Path]:
    """Everything under the folder, a folder before what is in it; links are not followed."""
    if depth > _DEEPEST:
        raise SourceError(f"{_shown(folder)[:200]}… is nested deeper than {_DEEPEST} folders")
    with os.scandir(folder) as listing:
        entries = sorted((entry for entry in listing if entry.name not in LEFT_OUT), key=lambda entry: entry.name)
    for entry in entries:
        yield Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), depth + 1)


def _shown(path: str | bytes | Path) -> str:
    return os.fsencode(path).decode("utf-8", "replace")
