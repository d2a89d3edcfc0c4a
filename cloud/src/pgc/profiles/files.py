"""The files of a profile: from a NodeServer's folder, or as it uploads them."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from pgc.profiles.findings import Findings
from pgc_interface.wire import MAX_PROFILE_FILE

FOLDER = "profile"
MOST_FILES = 50
LARGEST_SUM = 4 * 1024 * 1024
"""Bytes of all files together; real profiles have some ten thousand."""


class ProfileKind(StrEnum):
    """In the order in which an ISY wants them."""

    NODEDEF = "nodedef"
    EDITOR = "editor"
    NLS = "nls"


_SUFFIXES = {ProfileKind.NODEDEF: ".xml", ProfileKind.EDITOR: ".xml", ProfileKind.NLS: ".txt"}
"""What the SDK uploads; other files of these folders stay where they are."""


@dataclass(frozen=True, slots=True)
class ProfileFile:
    kind: ProfileKind
    name: str
    content: bytes = field(repr=False)

    @property
    def path(self) -> str:
        """Where it lies in a NodeServer's folder."""
        return f"{FOLDER}/{self.kind}/{self.name}"


def read_files(folder: Path, findings: Findings) -> list[ProfileFile]:
    """What `installprofile()` of the NodeServer in this folder would upload; empty if it has no profile yet.

    Raises:
        OSError: a file cannot be read.
    """
    paths = list(_paths(folder))
    if len(paths) > MOST_FILES:
        findings.error(FOLDER, 0, f"the profile has {len(paths)} files; at most {MOST_FILES} are taken")
    files, left = [], LARGEST_SUM
    for kind, path in paths[:MOST_FILES]:
        name = f"{FOLDER}/{kind}/{path.name}"
        if not path.resolve().is_relative_to(folder.resolve()):
            findings.warn(name, 0, "the link leads out of the folder", "Put the file itself there.")
            continue
        files.append(ProfileFile(kind, path.name, _read(path)))
        left -= len(files[-1].content)
        if left < 0:
            findings.error(name, 0, f"with it, the profile has more than {LARGEST_SUM} bytes")
            return files[:-1]
    return files


def _paths(folder: Path) -> Iterator[tuple[ProfileKind, Path]]:
    for kind in ProfileKind:
        inside = folder / FOLDER / kind
        for name in sorted(os.listdir(inside)) if inside.is_dir() else ():
            path = inside / name
            if path.suffix.lower() == _SUFFIXES[kind] and path.is_file():
                yield kind, path


def _read(path: Path) -> bytes:
    """One byte more than is taken shows that it is too large."""
    with path.open("rb") as file:
        return file.read(MAX_PROFILE_FILE + 1)
