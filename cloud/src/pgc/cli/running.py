"""Runs a command's coroutine: in uvloop, with Ctrl-C and SIGTERM as an orderly end."""

import asyncio
import resource
import signal
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import uvloop

from pgc.cli.errors import Interrupted
from pgc.cli.output import say

T = TypeVar("T")
_OPEN_FILES = 8192


class Interrupts:
    """The first signal asks for the end; later ones find the command already stopping."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._ask)

    async def wait(self, timeout: float | None = None) -> bool:
        """Until a signal comes (True), or the time is over (False)."""
        try:
            async with asyncio.timeout(timeout):
                await self._asked.wait()
        except TimeoutError:
            return False
        return True

    async def unless(self, work: Awaitable[T]) -> T:
        """The result of `work`.

        Raises:
            Interrupted: a signal came first; `work` was cancelled.
        """
        working = asyncio.ensure_future(work)
        asked = asyncio.ensure_future(self._asked.wait())
        try:
            await asyncio.wait({working, asked}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise Interrupted("interrupted")
            return working.result()
        finally:
            for task in (working, asked):
                task.cancel()
            await asyncio.gather(working, asked, return_exceptions=True)

    def _ask(self) -> None:
        say("Stopping…" if not self._asked.is_set() else "Still stopping…")
        self._asked.set()


def run_command(command: Callable[[Interrupts], Coroutine[Any, Any, T]]) -> T:
    """Runs `command` to its end."""

    async def main() -> T:
        return await command(Interrupts())

    _raise_file_limit()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main())


def _raise_file_limit() -> None:
    """Every connection is an open file; the usual soft limit of 1024 is soon reached."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
