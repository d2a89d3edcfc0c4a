"""Control groups: where this machine lets the platform make them, and what they bound for one confined program.

Version 1 hierarchies are used where they can be written. Of version 2, a subtree that was handed to the platform
(systemd: ``Delegate=yes``): the platform's own processes move into a group below it, since only then may the groups
beside that one be bounded.
"""

import asyncio
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pgc.sandbox.contract import Limits
from pgc.sandbox.nest import groups

OWN = Path("/proc/self/cgroup")
MOUNTED = Path("/proc/self/mountinfo")
PREFIX = "pgc-"
OURS = "pgc-platform"
CONTROLLERS = ("memory", "pids", "cpu")
_LOOKS, _PAUSE = 100, 0.02
_OLD = 600.0
"""Seconds. A new group has no process in it yet."""
_SHARE = 4
"""The platform weighs as much as this many runs, when all want the processor."""


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """`folder` is the group below which new ones are made, for these `controllers`."""

    folder: Path
    controllers: Sequence[str]
    version: int

    def bounds(self, limits: Limits) -> Iterator[tuple[str, str]]:
        """Files of a group, and what is written to them."""
        for controller in self.controllers:
            yield from _bounds(self.version, limits)[controller]


@dataclass(frozen=True, slots=True)
class Cgroups:
    """What there is to bound programs by; nothing, where no hierarchy can be used."""

    hierarchies: Sequence[Hierarchy] = ()

    @property
    def controllers(self) -> set[str]:
        return {controller for hierarchy in self.hierarchies for controller in hierarchy.controllers}

    def folders(self, name: str) -> list[str]:
        """The groups of the program with this name; they are made by itself, and removed by whoever saw it end."""
        return [str(hierarchy.folder / f"{PREFIX}{name}") for hierarchy in self.hierarchies] if name else []

    def words(self, name: str, limits: Limits) -> Iterator[str]:
        """As the nest understands them."""
        for folder, hierarchy in zip(self.folders(name), self.hierarchies, strict=False):
            yield f"group={folder}"
            yield from (f"bound={file}={value}" for file, value in hierarchy.bounds(limits))


async def remove_groups(folders: Sequence[str]) -> None:
    """Once all that was killed in them has gone."""
    left = list(folders)
    for _ in range(_LOOKS):
        left = groups.remove(left)
        if not left:
            return
        await asyncio.sleep(_PAUSE)


def find_cgroups() -> Cgroups:
    """Those that this process may make groups in; what earlier ones left there goes."""
    own = dict(_own())
    found = [_first_version(controller, own) for controller in CONTROLLERS]
    usable = [hierarchy for hierarchy in found if hierarchy is not None and _can_make(hierarchy.folder)]
    missing = [name for name in CONTROLLERS if not any(name in hierarchy.controllers for hierarchy in usable)]
    second = _second_version(own, missing)
    hierarchies = (*usable, second) if second else tuple(usable)
    for hierarchy in hierarchies:
        _sweep(hierarchy.folder)
    return Cgroups(hierarchies)


def _bounds(version: int, limits: Limits) -> Mapping[str, Sequence[tuple[str, str]]]:
    memory, processes = str(limits.memory), str(limits.processes)
    if version == 1:
        return {
            "memory": (("memory.limit_in_bytes", memory), ("memory.memsw.limit_in_bytes", memory)),
            "pids": (("pids.max", processes),),
            "cpu": (("cpu.shares", str(1024 // _SHARE)),),
        }
    return {
        "memory": (("memory.max", memory), ("memory.swap.max", "0"), ("memory.oom.group", "1")),
        "pids": (("pids.max", processes),),
        "cpu": (("cpu.weight", str(100 // _SHARE)),),
    }


def _own() -> Iterator[tuple[str, str]]:
    """Each controller, and "" for version 2, with this process's group in its hierarchy."""
    with suppress(OSError):
        for line in OWN.read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            yield from ((controller, path) for controller in controllers.split(","))


def _mounts(kind: str) -> Iterator[tuple[str, str, list[str]]]:
    """Where hierarchies of this kind are mounted: the group at the root of the mount, its folder, its options."""
    with suppress(OSError):
        for line in MOUNTED.read_text().splitlines():
            before, _, after = line.partition(" - ")
            file_system, _, options = after.split(" ", 2)
            if file_system == kind:
                root, folder = before.split(" ")[3:5]
                yield root, folder, options.split(",")


def _first_version(controller: str, own: Mapping[str, str]) -> Hierarchy | None:
    for root, folder, options in _mounts("cgroup"):
        if controller in options and controller in own:
            return Hierarchy(_below(folder, root, own[controller]), (controller,), 1)
    return None


def _second_version(own: Mapping[str, str], wanted: Sequence[str]) -> Hierarchy | None:
    for root, folder, _ in _mounts("cgroup2"):
        group = _below(folder, root, own.get("", "/"))
        if group.name == OURS:  # the platform was here before
            group = group.parent
        controllers = [name for name in wanted if name in _text(group / "cgroup.controllers").split()]
        if controllers and _enable(group, controllers):
            return Hierarchy(group, controllers, 2)
    return None


def _enable(group: Path, controllers: Sequence[str]) -> bool:
    """Only a group without processes of its own hands its controllers on."""
    try:
        ours = group / OURS
        ours.mkdir(exist_ok=True)
        for pid in _text(group / "cgroup.procs").split():
            (ours / "cgroup.procs").write_text(pid)
        (group / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in controllers))
    except OSError:
        return False
    return _can_make(group)


def _can_make(group: Path) -> bool:
    trial = group / f"{PREFIX}trial-{os.getpid()}"
    try:
        trial.mkdir()
        trial.rmdir()
    except OSError:
        return False
    return True


def _sweep(group: Path) -> None:
    """Removes what was left behind where a run's keeper was killed, and its platform too. What is in use stays."""
    for left in group.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if left.name != OURS and time.time() - left.stat().st_mtime > _OLD:
                left.rmdir()


def _below(folder: str, root: str, group: str) -> Path:
    """A group's folder: in containers the mount shows a part of the hierarchy only."""
    inside = group.removeprefix(root) if root != "/" else group
    return Path(folder) / inside.lstrip("/")


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""
