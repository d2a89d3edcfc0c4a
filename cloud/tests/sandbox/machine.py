"""A sandbox on a machine of the test's own: see `world`."""

import asyncio
import shutil
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

import pgc
from pgc.sandbox.contract import Confined, Fact, Sandbox

from . import world

SOON = 60.0


@dataclass(frozen=True, slots=True)
class Machine:
    """It has a sandbox, which starts programs there, and tells what datagrams have come out of it."""

    process: Process
    within: Sandbox
    isolated: bool = True
    networked: bool = True

    @property
    def reason(self) -> str:
        return self.within.reason

    @property
    def facts(self) -> Sequence[Fact]:
        return self.within.facts

    def sharing(self, reason: str) -> Sandbox:
        return self.within.sharing(reason)

    def groups(self, name: str) -> list[str]:
        return self.within.groups(name)

    def wrap(self, confined: Confined) -> list[str]:
        where = [f"--{name}=/proc/{self.process.pid}/ns/{file}" for name, file in (("user", "user"), ("net", "net"))]
        enter = shutil.which("nsenter") or "nsenter"
        return [enter, "--preserve-credentials", *where, *self.within.wrap(confined)]

    async def heard(self) -> str:
        """The next datagram."""
        assert self.process.stdout is not None
        async with asyncio.timeout(SOON):
            return (await self.process.stdout.readline()).decode().strip()


@asynccontextmanager
async def machine(sandbox: Sandbox) -> AsyncIterator[Machine]:
    if not sandbox.networked:
        pytest.skip(sandbox.reason)
    if shutil.which("nsenter") is None:
        pytest.skip("nsenter is not installed")
    source = Path(pgc.__file__).parents[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", world.__file__, str(source), stdin=PIPE, stdout=PIPE
    )
    try:
        made = Machine(process, sandbox)
        assert await made.heard() == "ready"
        yield made
    finally:
        assert process.stdin is not None
        process.stdin.close()
        async with asyncio.timeout(SOON):
            await process.wait()
