"""A bundle's name: a hash of all that decides what is in it."""

import hashlib
import os
import re
import stat
from pathlib import Path

_SHAPE = re.compile("[0-9a-f]{64}")


def bundle_id(source: Path, *circumstances: str) -> str:
    """Name what this tree becomes under these circumstances. Blocks: to be called in a thread.

    Counted are paths, contents, the targets of links and the executable bit; times and owners are not.
    """
    digest = hashlib.sha256()
    for part in circumstances:
        _add(digest, b"circumstance", part.encode())
    for path in sorted(source.rglob("*"), key=os.fsencode):
        _add(digest, os.fsencode(path.relative_to(source)), kind_of(path), content_of(path))
    return digest.hexdigest()


def is_bundle_id(text: str) -> bool:
    return _SHAPE.fullmatch(text) is not None


def _add(digest: "hashlib._Hash", *parts: bytes) -> None:
    """Each part goes in with its length, so that no two different lists look alike."""
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)


def kind_of(path: Path) -> bytes:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return b"link"
    if stat.S_ISDIR(mode):
        return b"folder"
    return b"program" if mode & stat.S_IXUSR else b"file"


def content_of(path: Path) -> bytes:
    """A hash, the target of a link, or nothing for a folder."""
    if path.is_symlink():
        return os.fsencode(path.readlink())
    if path.is_dir():
        return b""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
