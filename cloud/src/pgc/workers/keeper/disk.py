"""How much a run keeps on the disk. Counted now and then, and only when so much more of the disk is in use that it may
matter: there is one of these for each run."""

from __future__ import annotations

import errno
import os
import stat
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing would cost every keeper half a megabyte
    from collections.abc import Iterator

_PAUSE = 5.0
"""Seconds between two looks at the disk as a whole."""
_AT_LEAST = 60.0
"""Seconds after which it is counted all the same: others may have freed what this run took."""
_EFFORT = 50
"""Counting takes at most one part of the time in so many."""
_SHARE = 8
"""Counting is worth it when this part of the bound was taken since the last time."""
_UNCOUNTABLE = 1 << 62
_SMALLEST = 4096
"""Bytes that any entry counts for: a million of empty files is something, too."""


class Disk:
    """`folder` is the run's, and holds all that it may write; `most` bytes may be in it, any number if that is 0. Its
    `groups` tell the processes that may hold files which are in no folder any more."""

    def __init__(self, folder: str = "", most: int = 0, groups: list[str] | None = None) -> None:
        self._folder = folder
        self._groups = groups or []
        self.most = most
        self._free = 0
        self._count_by = 0.0
        self.next_look: float | None = time.monotonic() + _PAUSE if most else None

    def overflows(self, now: float) -> bool:
        """Looks if it is time to; to be called whenever `next_look` has come."""
        if self.next_look is None or now < self.next_look:
            return False
        self.next_look = now + _PAUSE
        free = _free(self._folder)
        if now < self._count_by and self._free - free < self.most // _SHARE:
            return False
        began = time.monotonic()
        over = self._is_more(_sizes(self._folder), _unnamed(self._folder, self._groups))
        took = time.monotonic() - began
        self.next_look = now + max(_PAUSE, took * _EFFORT)
        self._free, self._count_by = free, now + _AT_LEAST
        return over

    def _is_more(self, *counts: Iterator[int]) -> bool:
        """Ends as soon as it is known: what is counted may grow as fast."""
        taken = 0
        for sizes in counts:
            for size in sizes:
                taken += size
                if taken > self.most:
                    return True
        return False


def _free(folder: str) -> int:
    status = os.statvfs(folder)
    return status.f_bfree * status.f_frsize


def _sizes(root: str) -> Iterator[int]:
    """Of all that is in it, while the run goes on changing that. What was made so that it cannot be counted is more
    than any bound."""
    waiting = [root]
    opened: set[str] = set()
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    yield max(_SMALLEST, entry.stat(follow_symlinks=False).st_blocks * 512)
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except FileNotFoundError:
            continue  # it is being worked on
        except PermissionError:
            if folder in opened or not _open_up(folder):
                yield _UNCOUNTABLE
            opened.add(folder)
            waiting.append(folder)
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                yield _UNCOUNTABLE


def _open_up(folder: str) -> bool:
    """It is ours, whatever was done to it; but not what a link leads to that has come in its place."""
    if sys.platform != "linux":
        return False
    try:
        handle = os.open(folder, os.O_PATH | os.O_NOFOLLOW | os.O_DIRECTORY)
    except OSError:
        return False
    try:
        os.chmod(f"/proc/self/fd/{handle}", 0o700)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def _unnamed(folder: str, groups: list[str]) -> Iterator[int]:
    """Of files that were removed while they are open."""
    device = os.stat(folder).st_dev
    for process in _processes(groups):
        for status in _open_files(process):
            if stat.S_ISREG(status.st_mode) and not status.st_nlink and status.st_dev == device:
                yield status.st_blocks * 512


def _processes(groups: list[str]) -> list[str]:
    for group in groups[:1]:  # they are in all of them
        try:
            with open(os.path.join(group, "cgroup.procs")) as file:
                return file.read().split()
        except OSError:
            continue
    return []


def _open_files(process: str) -> Iterator[os.stat_result]:
    folder = f"/proc/{process}/fd"
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        try:
            yield os.stat(os.path.join(folder, name))
        except OSError:
            continue
