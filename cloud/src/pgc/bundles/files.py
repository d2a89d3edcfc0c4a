"""Files, off the loop and whatever state strangers' code left them in."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

from pgc.sandbox import remove
from pgc.waiting import until_done

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(function: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
    """Run a blocking function in a thread. If cancelled, wait for it all the same: it may still be writing."""
    work = asyncio.ensure_future(asyncio.to_thread(function, *arguments, **options))
    work.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody else may look
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await until_done(work)
        raise


def remove_tree(path: Path) -> None:
    """Remove a file, a link or a folder with all that is in it, however an install left it."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
    else:
        remove.remove_tree(str(path))
