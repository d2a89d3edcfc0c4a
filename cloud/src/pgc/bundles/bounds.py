"""What one install may use, beyond the limits of each of its processes; it is ended when it has used more."""

import asyncio
import errno
import os
import shutil
import sys
import time
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pgc.bundles.errors import InstallError
from pgc.bundles.files import in_thread
from pgc.bundles.heard import MOST_LINES, Heard
from pgc.sandbox.contract import MIB
from pgc.waiting import until_done

_PAUSE = 0.5
_REST = 5
"""Measuring takes one part of the time in so many: a large tree is not walked without end."""
_SMALLEST = 4096
"""Bytes that any file or folder counts for."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Packages that must be compiled take minutes, and some hundreds of MiB."""

    seconds: float = 15 * 60.0
    bytes: int = 4096 * MIB
    left_free: int = 256 * MIB
    """Of the disk, for the platform itself."""
    lines: int = MOST_LINES


async def keep_within(bounds: Bounds, folders: Sequence[Path], heard: Heard, work: Coroutine[Any, Any, int]) -> int:
    """What `work`, which is heard and writes into these folders, comes to.

    Raises:
        InstallError: it was ended, because it used too much; the text says of what.
    """
    working = asyncio.create_task(work, name="an install")
    watching = asyncio.create_task(_watch(bounds, folders, heard), name="watch over an install")
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        watching.cancel()
        working.cancel()
        await until_done(working, watching)
    excess = await _excess(bounds, folders, heard) if watching.cancelled() else watching.result()
    if excess:
        raise InstallError(f"it was ended: {excess}", hint="An install is bounded, so that none takes all there is.")
    return working.result()


async def _watch(bounds: Bounds, folders: Sequence[Path], heard: Heard) -> str:
    """Ends when there is too much, and says of what."""
    while True:
        began = time.monotonic()
        if excess := await _excess(bounds, folders, heard):
            return excess
        took = time.monotonic() - began
        with suppress(TimeoutError):
            async with asyncio.timeout(max(_PAUSE, took * _REST)):
                await heard.flooded.wait()


async def _excess(bounds: Bounds, folders: Sequence[Path], heard: Heard) -> str:
    if heard.flooded.is_set():
        return f"it wrote more than {heard.most_lines} lines of output"
    if await in_thread(_exceed, folders, bounds.bytes):
        return f"it put more on the disk than {bounds.bytes // MIB} MiB, or than can be measured"
    if await in_thread(_free, folders[0]) < bounds.left_free:
        return f"less than {bounds.left_free // MIB} MiB of the disk are free"
    return ""


def _exceed(folders: Sequence[Path], most: int) -> bool:
    total = 0
    for folder in folders:
        for size in _sizes(folder):
            total += size
            if total > most:
                return True
    return False


def _sizes(root: Path) -> Iterator[int]:
    """Of all that is in it; by name or by content, whichever is more: holes would be filled by a copy."""
    waiting = [os.fspath(root)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    status = entry.stat(follow_symlinks=False)
                    yield max(_SMALLEST, status.st_size, status.st_blocks * 512)
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except FileNotFoundError:
            continue  # it is being worked on
        except OSError as error:
            if error.errno in (errno.ENAMETOOLONG, errno.EACCES):
                yield sys.maxsize  # hidden from us


def size_of(root: Path) -> int:
    return sum(_sizes(root))


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free
