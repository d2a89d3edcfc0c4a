"""The profile files of each slot, byte for byte as they were uploaded, and what they define."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from pgc.simulator.addresses import SLOTS
from pgc.simulator.definitions import Definitions, read_definitions
from pgc.simulator.outcomes import ACCEPTED, BAD_REQUEST, FULL, NOT_FOUND, Outcome

MAX_FILE = 1024 * 1024
"""Bytes in one upload."""
MAX_FILES = 50
"""Files in one slot; a further one is answered 507 (ours: a real ISY has a disk to fill)."""

_FILE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}")


class Kind(StrEnum):
    """The folders of a profile, in the order the ISY lists them."""

    EDITOR = "editor"
    NODEDEF = "nodedef"
    NLS = "nls"
    LINKDEF = "linkdef"


_KINDS = frozenset(kind.value for kind in Kind)


@dataclass(frozen=True, slots=True)
class Profile:
    """One slot's files by kind and name. Of several languages the ISY speaks English."""

    files: Mapping[Kind, Mapping[str, bytes]] = field(default_factory=lambda: MappingProxyType({}))
    definitions: Definitions = field(default_factory=Definitions)

    def with_file(self, kind: Kind, name: str, body: bytes) -> "Profile":
        files = {**self.files, kind: {**self.files.get(kind, {}), name: body}}
        nls = files.get(Kind.NLS, {})
        english_last = sorted(nls, key=lambda each: each.lower().startswith("en_us"))
        return Profile(
            files,
            read_definitions(
                files.get(Kind.NODEDEF, {}).values(),
                files.get(Kind.EDITOR, {}).values(),
                [nls[each] for each in english_last],
            ),
        )


_EMPTY = Profile()


class Profiles:
    """Every slot has one, empty until something is uploaded."""

    def __init__(self) -> None:
        self._profiles: dict[int, Profile] = {}

    def __getitem__(self, slot: int) -> Profile:
        return self._profiles.get(slot, _EMPTY)

    def slots(self) -> list[int]:
        """Those that hold files."""
        return sorted(self._profiles)

    def upload(self, slot: int, kind: str, name: str, body: bytes) -> Outcome:
        """A file of the same kind and name is replaced."""
        if slot not in SLOTS:
            return NOT_FOUND
        if kind not in _KINDS or _FILE_NAME.fullmatch(name) is None:
            return BAD_REQUEST
        profile, folder = self[slot], Kind(kind)
        if name not in profile.files.get(folder, {}) and sum(map(len, profile.files.values())) >= MAX_FILES:
            return FULL
        self._profiles[slot] = profile.with_file(folder, name, body)
        return ACCEPTED

    def remove(self, slot: int) -> Outcome:
        if slot not in SLOTS:
            return NOT_FOUND
        self._profiles.pop(slot, None)
        return ACCEPTED

    def download(self, slot: int, kind: str, name: str) -> bytes | None:
        return self[slot].files.get(Kind(kind), {}).get(name) if kind in _KINDS else None

    def has_driver(self, slot: int, nodedefid: str, driver: str) -> bool:
        """Whether a node of this nodedef may report this driver.

        An ISY answers 404 for a driver that is not there; where "there" is written, no page says. Ours: if the
        slot's uploaded profile defines the nodedef, it is the list in its <sts>; if not, any driver is taken.
        """
        nodedef = self[slot].definitions.nodedefs.get(nodedefid)
        return nodedef is None or driver in nodedef.editors
