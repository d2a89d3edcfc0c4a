"""What a run reaches and is reached by, as its owner lets it; and that nothing of its network outlives it."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

from pgc.sandbox.contract import Sandbox
from pgc.workers.errors import PortNotForwarded
from pgc.workers.process import ProcessRuntime
from pgc.workers.process_run import ProcessRun
from pgc.workers.runtime import Assignment, Contents, Outside

from ..sandbox import world
from ..sandbox.machine import machine

Bundle = Callable[..., Contents]
Survivors = Callable[..., list[psutil.Process]]
SERVES = """
import socket
with socket.create_server(("", 3000)) as listener:
    print("listens")
    while True:
        with listener.accept()[0] as connection:
            connection.sendall(b"the NodeServer")
"""
VISITS = f"""
import socket, time
for host in ("{world.INTERNET}", "{world.HOME}", "{world.MACHINE}", "{world.LINK_LOCAL}"):
    try:
        with socket.create_connection((host, {world.PORT}), timeout=20) as connection:
            print(connection.recv(100).decode().strip())
    except OSError as error:
        print(error.strerror)
"""
NO_ROUTE = os.strerror(113)


@pytest.fixture
def networked(probed: Sandbox) -> Sandbox:
    if not probed.networked:
        pytest.skip(probed.reason)
    return probed


@pytest.fixture
async def runtime(networked: Sandbox, run_folder: Path, sdk: Path) -> AsyncIterator[ProcessRuntime]:
    """With networks of its runs' own."""
    runtime = ProcessRuntime(networked, run_folder, sdk)
    yield runtime
    await runtime.remove_leftovers(set())


async def start(runtime: ProcessRuntime, contents: Contents, outside: Outside | None = None) -> ProcessRun:
    run = await runtime.spawn()
    await run.assign(contents, Assignment("ns.py", {}), outside)
    return run


async def says(run: ProcessRun, text: str) -> None:
    async for line in run.lines():
        if text in line.text:
            return
    raise AssertionError(f"{text!r} was never said")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def ask(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        return connection.recv(100)


async def test_its_port_is_reached_where_it_is_published(runtime: ProcessRuntime, bundle: Bundle) -> None:
    port = free_port()
    run = await start(runtime, bundle(SERVES), Outside(port=port))
    await says(run, "listens")
    assert await asyncio.to_thread(ask, port) == b"the NodeServer"
    await run.end(5)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.to_thread(ask, port)


async def test_without_its_owners_word_its_port_is_reached_by_nobody(runtime: ProcessRuntime, bundle: Bundle) -> None:
    run = await start(runtime, bundle(SERVES))
    await says(run, "listens")
    with pytest.raises(ConnectionRefusedError):
        await asyncio.to_thread(ask, 3000)
    await run.end(5)


async def test_a_port_that_somebody_has_is_told(runtime: ProcessRuntime, bundle: Bundle) -> None:
    run = await runtime.spawn()
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortNotForwarded, match=f"port {port} cannot be led to the NodeServer"):
            await run.assign(bundle(SERVES), Assignment("ns.py", {}), Outside(port=port))
    await run.end(5)


@pytest.mark.parametrize("lan", [False, True])
async def test_the_home_is_reached_if_its_owner_wants_so(
    networked: Sandbox, run_folder: Path, sdk: Path, bundle: Bundle, *, lan: bool
) -> None:
    """The run was warm before anybody knew; never is the machine within reach."""
    async with machine(networked) as around:
        run = await start(ProcessRuntime(around, run_folder, sdk), bundle(VISITS), Outside(lan=lan))
        lines = [line.text async for line in run.lines()]
        assert lines == ["outside", "outside" if lan else NO_ROUTE, NO_ROUTE, NO_ROUTE]
        await run.end(5)


@pytest.mark.parametrize("killed", ["nobody", "the keeper", "the sandbox"])
async def test_nothing_of_its_network_outlives_it(
    runtime: ProcessRuntime, bundle: Bundle, survivors: Survivors, killed: str
) -> None:
    run = await start(runtime, bundle(SERVES))
    await says(run, "listens")
    assert run.pid is not None
    sandbox = outermost(psutil.Process(run.pid))
    everything = [sandbox, *sandbox.children(recursive=True)]
    assert [process.name() for process in everything].count("slirp4netns") == 1
    keeper = sandbox.parent()
    assert keeper is not None
    if killed != "nobody":
        os.kill((keeper if killed == "the keeper" else sandbox).pid, signal.SIGKILL)
        await run.exited()
    await run.end(5)
    assert survivors(*everything) == []
    assert [folder for folder in runtime.sandbox.groups(run.id) if os.path.exists(folder)] == []


def outermost(process: psutil.Process) -> psutil.Process:
    """Of a run's processes, the one that its keeper started."""
    while (parent := process.parent()) is not None and "keeper" not in " ".join(parent.cmdline()):
        process = parent
    return process
