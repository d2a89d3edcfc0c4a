"""Runs one confined command to its end, its output told line by line: what installs use."""

import asyncio
import os
import secrets
import signal
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from pgc.sandbox.cgroups import remove_groups
from pgc.sandbox.contract import MIB, Confined, Sandbox
from pgc.sandbox.errors import SandboxError
from pgc.sandbox.lines import LineSplitter
from pgc.sandbox.nest import groups

CHUNK = 64 * 1024
LINGER = 1.0
"""Seconds that output may follow the command's end, from children that it left behind."""


async def execute(sandbox: Sandbox, confined: Confined, *, timeout: float, on_line: Callable[[str], None]) -> int:
    """The command's exit code; killed by a signal, it is minus the signal, or 128 more where the sandbox tells it so.

    Raises:
        SandboxError: it could not be started, ran out of the memory that it may use, or ran longer than `timeout`
            seconds and was killed with all it started.
    """
    confined = replace(confined, name=confined.name or f"once-{secrets.token_hex(8)}")
    folders = sandbox.groups(confined.name)
    try:
        code = await _execute(sandbox, confined, timeout=timeout, on_line=on_line)
        if code != 0 and groups.ran_out_of_memory(folders):
            most = confined.limits.memory // MIB
            raise SandboxError(f"{confined.argv[0]} was ended: it took more than {most} MiB of memory")
        return code
    finally:
        await remove_groups(folders)


async def _execute(sandbox: Sandbox, confined: Confined, *, timeout: float, on_line: Callable[[str], None]) -> int:
    async with _output(on_line) as (write_end, reading):
        process = await _start(sandbox, confined, write_end)
        os.close(write_end)
        try:
            async with asyncio.timeout(timeout):
                code = await process.wait()
        except TimeoutError:
            raise SandboxError(
                f"{confined.argv[0]} did not end within {timeout:g} s and was killed",
                hint="Its output above tells how far it came.",
            ) from None
        finally:
            if process.returncode is None:
                await _kill(process)
        if not await _ends(reading):
            _kill_group(process.pid)
        return code


async def _start(sandbox: Sandbox, confined: Confined, write_end: int) -> Process:
    try:
        return await asyncio.create_subprocess_exec(
            *sandbox.wrap(confined),
            cwd="/",
            env=dict(confined.environment),
            stdin=DEVNULL,
            stdout=write_end,
            stderr=write_end,
            start_new_session=True,
        )
    except OSError as error:
        os.close(write_end)
        raise SandboxError(f"{confined.argv[0]} cannot be started: {error.strerror}") from error


@asynccontextmanager
async def _output(on_line: Callable[[str], None]) -> AsyncIterator[tuple[int, "asyncio.Task[None]"]]:
    """A pipe of our own, so that waiting for the command does not wait for whoever else holds its output."""
    read_end, write_end = os.pipe()
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_end, "rb", buffering=0)
    )
    reading = asyncio.create_task(_read(reader, on_line), name="output of a confined command")
    try:
        yield write_end, reading
        await _ends(reading)
    finally:
        reading.cancel()
        await asyncio.wait({reading})
        transport.close()


async def _read(reader: asyncio.StreamReader, on_line: Callable[[str], None]) -> None:
    splitter = LineSplitter()
    while chunk := await reader.read(CHUNK):
        for line in splitter.feed(chunk):
            on_line(line)
    for line in splitter.rest():
        on_line(line)


async def _ends(reading: "asyncio.Task[None]") -> bool:
    done, _ = await asyncio.wait({reading}, timeout=LINGER)
    return bool(done)


async def _kill(process: Process) -> None:
    _kill_group(process.pid)
    await process.wait()


def _kill_group(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
