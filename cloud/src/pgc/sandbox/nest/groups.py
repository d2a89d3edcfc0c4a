"""Control groups of one confined program: joined by it, asked and removed by whoever watches it."""

from __future__ import annotations

import os

_OUT_OF_MEMORY = ("memory.oom_control", "memory.events")
"""Of version 1 and 2; both count what was killed."""


def enter(folder: str, bounds: list[tuple[str, str]]) -> None:
    """Makes the group with these bounds, and joins it.

    Raises:
        OSError: it cannot be had.
    """
    os.mkdir(folder)
    for name, value in bounds:
        if os.path.exists(os.path.join(folder, name)):  # that of swap is not, where the kernel does not count it
            _write(folder, name, value)
    _write(folder, "cgroup.procs", "0")


def ran_out_of_memory(folders: list[str]) -> bool:
    """Whether something in these groups was killed for the memory that it took."""
    return any(_killed(os.path.join(folder, name)) for folder in folders for name in _OUT_OF_MEMORY)


def remove(folders: list[str]) -> list[str]:
    """Removes them; those that are left still have processes in them, which have to go first."""
    for folder in folders:
        try:
            os.rmdir(folder)
        except OSError:
            continue
    return [folder for folder in folders if os.path.isdir(folder)]


def _killed(file: str) -> bool:
    try:
        with open(file) as lines:
            return any(line.startswith("oom_kill ") and int(line.split()[1]) > 0 for line in lines)
    except (OSError, ValueError, IndexError):
        return False


def _write(folder: str, name: str, value: str) -> None:
    # Never created: what is no file of the kernel's would bound nothing.
    file = os.open(os.path.join(folder, name), os.O_WRONLY)
    try:
        os.write(file, value.encode())
    finally:
        os.close(file)
