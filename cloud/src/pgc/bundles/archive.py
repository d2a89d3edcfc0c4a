"""A zip that somebody sends: unpacked without trusting a word of what it says of itself."""

import stat
import zipfile
import zlib
from itertools import takewhile
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from pgc.bundles.errors import SourceError
from pgc.bundles.server_file import NAME
from pgc.bundles.source import SourceLimits

LARGEST = 100 * 1024 * 1024
"""Bytes of a zip."""
_LONGEST_DIRECTORY = 4 * 1024 * 1024
"""Bytes of its list of files: some 40 a file and its name. All of it is read into memory."""
_END, _LOCATOR64 = b"PK\x05\x06", b"PK\x06\x07"
_END_SIZE, _LOCATOR64_SIZE, _LONGEST_COMMENT = 22, 20, 65535
_DEEPEST = 100
_CHUNK = 1024 * 1024
_ENCRYPTED = 1
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
"""The others are rare, and may ask for gigabytes of memory."""
_OF_MACS = "__MACOSX"


def unpack(archive: Path, target: Path, limits: SourceLimits | None = None) -> Path:
    """Unpack into `target`, which is made; the folder with the NodeServer, one below where all of it lies in one.

    Blocks: to be called in a thread. Files keep their executable bit and nothing else of their mode.

    Raises:
        SourceError: it is no zip, or one that nobody would make for a good reason.
    """
    try:
        with archive.open("rb") as file:
            _check_directory(file)
            with zipfile.ZipFile(file) as opened:
                _Unpacking(opened, target, limits or SourceLimits()).run()
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, RuntimeError) as error:
        raise SourceError(f"the zip is damaged: {error}") from error
    except OSError as error:
        raise SourceError(f"the zip cannot be unpacked: {error.strerror or error}") from error
    return _unwrapped(target)


class _Unpacking:
    """One zip on its way to the disk."""

    def __init__(self, opened: zipfile.ZipFile, target: Path, limits: SourceLimits) -> None:
        self._opened = opened
        self._target = target
        self._limits = limits
        self._bytes = 0
        self._folders = 0

    def run(self) -> None:
        entries = self._opened.infolist()
        if len(entries) > self._limits.entries:
            raise SourceError(f"the zip holds more than {self._limits.entries} files and folders")
        self._target.mkdir()
        for entry in entries:
            path = _inside(entry)
            if path.parts and path.parts[0] != _OF_MACS:
                self._unpack(entry, self._target / path)

    def _unpack(self, entry: zipfile.ZipInfo, target: Path) -> None:
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind == stat.S_IFLNK:
            raise SourceError(f"the zip holds a link, {_shown(entry)}", hint="Put the file itself into the zip.")
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise SourceError(f"{_shown(entry)} in the zip is neither a file nor a folder")
        if entry.filename.endswith(("/", "\\")):
            self._make(target)
            return
        self._make(target.parent)
        self._write(entry, target)
        target.chmod(0o755 if entry.external_attr >> 16 & stat.S_IXUSR else 0o644)

    def _make(self, folder: Path) -> None:
        """Counts as well: one name can ask for a hundred folders."""
        missing = takewhile(lambda path: not path.exists(), (folder, *folder.parents))
        self._folders += sum(1 for _ in missing)
        if self._folders > self._limits.entries:
            raise SourceError(f"the zip holds more than {self._limits.entries} folders")
        folder.mkdir(parents=True, exist_ok=True)

    def _write(self, entry: zipfile.ZipInfo, target: Path) -> None:
        """Counts what comes out: what the zip says of its size is no promise."""
        if entry.flag_bits & _ENCRYPTED:
            raise SourceError("the zip is encrypted", hint="Make one without a password.")
        if entry.compress_type not in _METHODS:
            raise SourceError(f"{_shown(entry)} is packed in a way that is not taken", hint="Use deflate, as zip does.")
        try:
            copy = target.open("xb")
        except FileExistsError:
            raise SourceError(f"the zip holds {_shown(entry)} twice") from None
        with copy, self._opened.open(entry) as source:
            while chunk := source.read(_CHUNK):
                self._bytes += len(chunk)
                if self._bytes > self._limits.bytes:
                    raise SourceError(f"the zip holds more than {self._limits.bytes / 1024 / 1024:g} MiB")
                copy.write(chunk)


def _inside(entry: zipfile.ZipInfo) -> PurePosixPath:
    """Where it belongs; backslashes are some Windows programs' way to write slashes."""
    name = entry.filename.replace("\\", "/")
    path = PurePosixPath(name)
    if name.startswith("/") or name[1:2] == ":" or ".." in path.parts or not name.isprintable():
        raise SourceError(f"{_shown(entry)} in the zip would be written outside of its folder, or has no usable name")
    if len(path.parts) > _DEEPEST:
        raise SourceError(f"{_shown(entry)} in the zip is nested deeper than {_DEEPEST} folders")
    return path


def _check_directory(file: BinaryIO) -> None:
    """Before zipfile reads all of the list of files; the end of the zip is found as zipfile finds it."""
    size = file.seek(0, 2)
    if size > LARGEST:
        raise SourceError(f"the zip is larger than {LARGEST // 1024 // 1024} MiB")
    file.seek(max(0, size - _LONGEST_COMMENT - _END_SIZE - _LOCATOR64_SIZE))
    tail = file.read()
    end = len(tail) - _END_SIZE
    if tail[end : end + 4] != _END or tail[-2:] != b"\0\0":
        end = tail.rfind(_END)
    if end < 0:
        raise SourceError("this is no zip")
    if _LOCATOR64 in tail[max(0, end - _LOCATOR64_SIZE) : end]:
        raise SourceError("the zip is of the kind for enormous files", hint="Make an ordinary one.")
    if int.from_bytes(tail[end + 12 : end + 16], "little") > _LONGEST_DIRECTORY:
        raise SourceError("the zip holds too many files")


def _unwrapped(folder: Path) -> Path:
    """Zips that are downloaded have all they hold in one folder."""
    if (folder / NAME).exists():
        return folder
    inside = list(folder.iterdir())
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else folder


def _shown(entry: zipfile.ZipInfo) -> str:
    return ascii(entry.filename[:100])
