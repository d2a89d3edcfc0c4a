"""What a bundle was when it was made, file by file, so that damage to it is seen before it runs.

Against who can write the platform's data folder it is no protection: they could write a manifest as well.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote

import msgspec

from pgc.bundles.identity import content_of, kind_of

NAME = "manifest.json"
SMALL = 16 * 1024 * 1024
"""Bytes that are read again in some 20 ms."""


class Entry(msgspec.Struct, frozen=True, array_like=True):
    kind: str
    size: int
    modified: int
    """Nanoseconds."""
    content: str
    """Of a file the hash, of a link where it leads; in hexadecimal."""


class Manifest(msgspec.Struct, frozen=True):
    """Paths are those inside the bundle."""

    entries: dict[str, Entry]

    @property
    def size(self) -> int:
        return sum(entry.size for entry in self.entries.values())


def survey(folder: Path) -> Manifest:
    """What lies there now. Blocks, and reads all of it."""
    return Manifest({name: _read(path) for name, path in _walk(folder)})


def write(folder: Path, manifest: Manifest) -> None:
    """Beside its place and then moved there, so that a half-written one is never read."""
    draft = folder / f".{NAME}"
    draft.write_bytes(msgspec.json.encode(manifest))
    draft.replace(folder / NAME)


def read(folder: Path) -> Manifest | None:
    """None where there is none, or none that can be read."""
    try:
        return msgspec.json.decode((folder / NAME).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError):
        return None


def fault(folder: Path, manifest: Manifest, *, whole: bool) -> str:
    """What is not as it was, for people; empty where all is.

    Contents are compared of all files (`whole`), else of those only whose size or time is another. Blocks.
    """
    left = dict(manifest.entries)
    for name, path in _walk(folder):
        expected = left.pop(name, None)
        if expected is None:
            return f"{_shown(name)} was not there when it was installed"
        if _is_other(path, expected, whole=whole):
            return f"{_shown(name)} is not what was installed"
    return f"{_shown(next(iter(left)))} is gone" if left else ""


def _is_other(path: Path, expected: Entry, *, whole: bool) -> bool:
    status = path.lstat()
    if _kind(path) != expected.kind or _size(status) != expected.size:
        return True
    if status.st_mtime_ns == expected.modified and not whole:
        return False
    return _content(path) != expected.content


def _walk(folder: Path) -> Iterator[tuple[str, Path]]:
    """All but folders and the manifest itself; not every name of a file is a text, so they are quoted."""
    for parent, folders, files in os.walk(folder):
        links = [name for name in folders if os.path.islink(os.path.join(parent, name))]
        for name in (*files, *links):
            path = Path(parent, name)
            inside = os.path.relpath(path, folder)
            if inside.lstrip(".") != NAME:
                yield quote_from_bytes(os.fsencode(inside)), path


def _read(path: Path) -> Entry:
    status = path.lstat()
    return Entry(_kind(path), _size(status), status.st_mtime_ns, _content(path))


def _kind(path: Path) -> str:
    return kind_of(path).decode()


def _size(status: os.stat_result) -> int:
    return status.st_size if stat.S_ISREG(status.st_mode) else 0


def _content(path: Path) -> str:
    """Pipes and the like hold none, and reading one would last for ever."""
    mode = path.lstat().st_mode
    return content_of(path).hex() if stat.S_ISREG(mode) or stat.S_ISLNK(mode) else ""


def _shown(name: str) -> str:
    return unquote(name)[:200]
