"""Files, off the loop and whatever state strangers' code left them in."""

import asyncio
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(function: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
    """Run a blocking function in a thread. If cancelled, wait for it all the same: it may still be writing."""
    work = asyncio.ensure_future(asyncio.to_thread(function, *arguments, **options))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.gather(work, return_exceptions=True)
        raise


def remove_tree(path: Path) -> None:
    """Remove a file, a link or a folder with all that is in it, also where an install left folders unwritable."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    with suppress(FileNotFoundError):
        try:
            shutil.rmtree(path)
        except PermissionError:
            _open_folders(path)
            shutil.rmtree(path)


def _open_folders(path: Path) -> None:
    """Each folder before what is in it, since one that is closed cannot be looked into; links are left alone."""
    os.chmod(path, 0o700)
    for folder, inner, _ in os.walk(path):
        for inside in (os.path.join(folder, name) for name in inner):
            if not os.path.islink(inside):
                os.chmod(inside, 0o700)
