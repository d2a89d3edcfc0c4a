"""A runtime whose runs are no processes but connections of one process, so that a thousand fit on a small machine.

They say on the wire what a NodeServer with one node says; what is left out is the NodeServer's own process.
"""

import asyncio
import secrets
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator

import msgspec

from pgc.sandbox.contract import Sandbox
from pgc.sandbox.pythons import AUTO
from pgc.workers.runtime import Assignment, Contents, Exit, LogLine, Original, Outside


class CrowdRun:
    """Implements :class:`pgc.workers.runtime.Run`."""

    pid = None
    door = None

    def __init__(self, crowd: Process) -> None:
        self.id = secrets.token_hex(8)
        self._crowd = crowd
        self._exit: asyncio.Future[Exit] = asyncio.get_running_loop().create_future()

    async def assign(self, contents: Contents, assignment: Assignment, outside: Outside | None = None) -> None:
        await self._tell("connect", assignment.environment)

    async def lines(self) -> AsyncIterator[LogLine]:
        """None: it says nothing."""
        await asyncio.wait({self._exit})
        nothing: tuple[LogLine, ...] = ()
        for line in nothing:
            yield line

    async def exited(self) -> Exit:
        return await asyncio.shield(self._exit)

    async def end(self, grace: float) -> Exit:
        if not self._exit.done():
            await self._tell("leave", {})
            self._exit.set_result(Exit(0))
        return self._exit.result()

    async def detach(self) -> None:
        """Its process ends with the platform."""

    async def _tell(self, word: str, environment: dict[str, str]) -> None:
        if self._crowd.stdin is not None:
            self._crowd.stdin.write(msgspec.json.encode([word, self.id, environment]) + b"\n")
            await self._crowd.stdin.drain()


class CrowdRuntime:
    """Implements :class:`pgc.workers.runtime.Runtime`."""

    def __init__(self, sandbox: Sandbox, crowd: Process) -> None:
        self.sandbox = sandbox
        self._crowd = crowd

    async def prepare(self, python: str) -> None:
        """Whatever Python."""

    async def spawn(self, original: Original | None = None, *, python: str = AUTO) -> CrowdRun:
        return CrowdRun(self._crowd)

    async def attach(self, run_id: str) -> None:
        return None

    def known(self) -> list[str]:
        return []

    async def remove_leftovers(self, keep: set[str]) -> None:
        """There are none."""


async def start_crowd() -> Process:
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.crowd_process", stdin=PIPE)
