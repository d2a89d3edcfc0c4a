"""What a `pgc run` or `pgc demo` that was killed has left among the temporary files: the next one removes it."""

import asyncio
import fcntl
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pgc.cli.output import say
from pgc.platform import LOCK
from pgc.sandbox.contract import Sandbox
from pgc.sandbox.remove import remove_tree
from pgc.settings import Settings
from pgc.workers.errors import WorkerError
from pgc.workers.process import ProcessRuntime

PREFIX = "pgc-home-"
_YOUNG = 10.0
"""Seconds in which a command may not have locked its folder yet."""


async def remove_leftovers(sandbox: Sandbox) -> None:
    """Ends what still runs of commands that are dead, and removes their folders; those that live keep theirs."""
    for folder in await asyncio.to_thread(_folders):
        with _locked(folder) as dead:
            if dead:
                await _remove(folder, sandbox)


def _folders() -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob(f"{PREFIX}*"))


async def _remove(folder: Path, sandbox: Sandbox) -> None:
    settings = Settings(data_folder=folder)
    try:
        runtime = ProcessRuntime(sandbox, settings.run_folder, folder / "sdk")
        await runtime.remove_leftovers(set())
        for place in (settings.run_folder, settings.broker_socket.parent, folder):
            await asyncio.to_thread(remove_tree, str(place))
    except (OSError, WorkerError) as error:
        say(f"What is left of a command that was killed, {folder}, cannot be removed: {error}")


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Whether the command that made this folder is dead; no other removes it meanwhile."""
    lock = _open_lock(folder)
    if lock is None:
        yield False
        return
    try:
        yield _lock(lock)
    finally:
        os.close(lock)


def _lock(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _open_lock(folder: Path) -> int | None:
    """None if the folder is not ours, or so new that it may not be locked yet."""
    with suppress(OSError):
        status = folder.lstat()
        if stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid():
            lock = os.open(folder / LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
            if time.time() - os.fstat(lock).st_mtime > _YOUNG:
                return lock
            os.close(lock)
    return None
