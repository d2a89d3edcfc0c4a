"""The Python files of a NodeServer, parsed and never run: bounded in number and size."""

import ast
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from pgc.profiles.findings import Findings, shown

MOST_FILES = 200
LARGEST = 160 * 1024
LARGEST_SUM = 1536 * 1024
"""Bytes; the parser holds the interpreter while it reads a file, so a platform cannot give it more."""
_NO_CODE = frozenset({"__pycache__", "venv", "env", "site-packages", "node_modules", "test", "tests", "docs"})
_DEEPEST = 10
_PARSING = Lock()
"""What silences the parser's warnings counts for the whole process, so one thread at a time."""


@dataclass(frozen=True, slots=True)
class Source:
    """`file` is relative to the NodeServer's folder."""

    file: str
    tree: ast.Module


def read_sources(folder: Path, findings: Findings) -> list[Source]:
    """Those of the files that can be read; what cannot is told.

    Raises:
        OSError: a file cannot be opened.
    """
    sources, left = [], LARGEST_SUM
    for number, path in enumerate(_files(folder)):
        name = path.relative_to(folder).as_posix()
        size = path.stat().st_size
        if number >= MOST_FILES or size > min(LARGEST, left):
            findings.warn(name, 0, "its code is too much to be looked at", "Keep what is not code out of the folder.")
            break
        left -= size
        if tree := _parsed(name, path.read_bytes()[:LARGEST], findings):
            sources.append(Source(name, tree))
    return sources


def _files(folder: Path, depth: int = 0) -> Iterator[Path]:
    """A folder's own files before those of the folders in it; links are left alone."""
    with os.scandir(folder) as listing:
        entries = sorted(listing, key=lambda entry: entry.name)
    for entry in entries:
        if entry.name.endswith(".py") and entry.is_file(follow_symlinks=False):
            yield Path(entry.path)
    for entry in entries:
        hidden = entry.name.startswith(".") or entry.name in _NO_CODE
        if not hidden and depth < _DEEPEST and entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path), depth + 1)


def _parsed(name: str, content: bytes, findings: Findings) -> ast.Module | None:
    try:
        with _PARSING, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(content)
    except SyntaxError as error:
        findings.warn(name, error.lineno or 0, f"it is not Python as of today: {error.msg}", "Is it Python 2?")
    except (ValueError, RecursionError, MemoryError) as error:
        findings.warn(name, 0, f"its code cannot be read: {shown(str(error))}")
    return None
