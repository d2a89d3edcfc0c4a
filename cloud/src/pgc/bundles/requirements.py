"""Which requirement file of a NodeServer is installed, and what of it remains after the overrides.

uv reads the file itself; here it is only looked at, to say what is left out, and not to start uv for nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from pgc.bundles.errors import RequirementsError
from pgc.bundles.overrides import is_overridden
from pgc_interface.dialects import Dialect

FILES = {
    Dialect.PGC: ("requirements_cloud.txt", "requirements.txt"),
    Dialect.POLYINTERFACE: ("requirements.txt", "requirements_cloud.txt"),
    Dialect.ORIGINAL: ("requirements_cloud.txt", "requirements.txt"),
}
"""The first that exists is taken, even if it is empty."""
LARGEST = 1024 * 1024
MOST_FILES = 50
_COMMENT = re.compile(r"(^|\s)#.*$")
_NESTED = re.compile(r"(-r|--requirement)[\s=]*(?P<file>.+)")
_EDITABLE = re.compile(r"(-e|--editable)[\s=]*(?P<what>.+)")
_EGG = re.compile(r"[#&]egg=(?P<name>[A-Za-z0-9._-]+)")
_OPTION_OF_A_LINE = re.compile(r"\s--?[a-z].*$")


@dataclass(frozen=True, slots=True)
class Requirements:
    """A requirement file, and what is asked for in it and in the files that it names."""

    file: str
    wanted: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    """Names, as the author spelled them."""


def read_requirements(source: Path, dialect: Dialect = Dialect.PGC) -> Requirements | None:
    """The NodeServer's requirements; None where it has no such file."""
    file = next((name for name in FILES[dialect] if (source / name).is_file()), None)
    if file is None:
        return None
    wanted, left_out = [], []
    for entry in _Reader(source).entries(source / file):
        name = _name(entry)
        if name and is_overridden(name, dialect):
            left_out.append(name)
        else:
            wanted.append(entry)
    return Requirements(file, tuple(wanted), tuple(dict.fromkeys(left_out)))


class _Reader:
    """Follows files that name files, each once."""

    def __init__(self, source: Path) -> None:
        self._source = source.resolve()
        self._seen: set[Path] = set()

    def entries(self, file: Path) -> Iterator[str]:
        path = self._inside(file)
        if path in self._seen:
            return
        self._seen.add(path)
        if len(self._seen) > MOST_FILES:
            raise RequirementsError(f"more than {MOST_FILES} requirement files name each other")
        for line in _lines(path):
            nested = _NESTED.fullmatch(line)
            if nested and "://" not in nested["file"]:
                yield from self.entries(path.parent / nested["file"])
            elif nested or _is_entry(line):
                yield line

    def _inside(self, file: Path) -> Path:
        try:
            path = file.resolve()
        except (OSError, RuntimeError, ValueError):
            path = self._source.parent
        if not path.is_relative_to(self._source):
            raise RequirementsError(f"the requirement file {file.name} leads out of the NodeServer's folder")
        return path


def _lines(path: Path) -> Iterator[str]:
    text = _read(path).replace("\\\r\n", "").replace("\\\n", "")
    for line in text.splitlines():
        if bare := _COMMENT.sub("", line).strip():
            yield bare


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise RequirementsError(f"the requirement file {path.name} cannot be read: {error.strerror}") from None
    if len(content) > LARGEST:
        raise RequirementsError(f"the requirement file {path.name} is larger than {LARGEST // 1024} KiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        hint = "Save it as UTF-8; the Windows PowerShell's > writes UTF-16."
        raise RequirementsError(f"the requirement file {path.name} is not UTF-8 text", hint=hint) from None


def _is_entry(line: str) -> bool:
    return not line.startswith("-") or _EDITABLE.fullmatch(line) is not None


def _name(entry: str) -> str | None:
    """The package's name, as far as the line tells it: that of a plain URL shows only when it is built."""
    editable = _EDITABLE.fullmatch(entry)
    asked = _OPTION_OF_A_LINE.sub("", editable["what"] if editable else entry)
    try:
        return Requirement(asked).name
    except InvalidRequirement:
        pass
    if egg := _EGG.search(asked):
        return egg["name"]
    try:
        return parse_wheel_filename(asked.split("#")[0].rsplit("/", 1)[-1])[0]
    except InvalidWheelFilename:
        return None
