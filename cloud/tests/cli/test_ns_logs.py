"""`pgc ns logs` and `pgc ns log-level`, as a user runs them beside a platform."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from pgc.nodeservers.nodeserver import NodeServer
from pgc.platform import Platform
from pgc.sandbox.unconfined import Unconfined
from pgc.settings import Settings
from pgc.simulator.server import SimulatedIsy
from pgc.workers.runtime import LogLine, Stream

PGC = Path(sys.executable).parent / "pgc"
PATIENCE = 60.0


class Said(NamedTuple):
    out: str
    progress: str
    code: int


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path / "data", warm_runs=0, broker="embedded")


@pytest.fixture
async def platform(settings: Settings) -> AsyncIterator[Platform]:
    async with Platform(settings, Unconfined("nothing is run here")) as platform:
        yield platform


@pytest.fixture
async def nodeserver(platform: Platform, simulator: SimulatedIsy, tmp_path: Path) -> NodeServer:
    """Installed and never started: a test says what its runs say."""
    folder = tmp_path / "ns"
    folder.mkdir()
    (folder / "server.json").write_text(json.dumps({"name": "Lamp", "type": "python3", "executable": "ns.py"}))
    (folder / "ns.py").write_text("import pgc_interface\n")
    isy = await platform.isys.add(name="Home", url=simulator.url, username="admin", password="admin")
    return await platform.manager.add(isy, folder, trusted=True, say=lambda text: None)


Start = Callable[..., Awaitable[Process]]


@pytest.fixture
async def start(settings: Settings) -> AsyncIterator[Start]:
    """Starts `pgc ns …`; what still runs at the end is killed."""
    started: list[Process] = []

    async def start(*arguments: str) -> Process:
        environment = {"PGC_DATA_FOLDER": str(settings.data_folder), "COLUMNS": "200", "TZ": "UTC", "PATH": "/usr/bin"}
        process = await asyncio.create_subprocess_exec(PGC, "ns", *arguments, env=environment, stdout=PIPE, stderr=PIPE)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def run(start: Start, *arguments: str) -> Said:
    process = await start(*arguments)
    async with asyncio.timeout(PATIENCE):
        out, progress = await process.communicate()
    return Said(out.decode(), progress.decode(), process.returncode or 0)


async def next_line(stream: asyncio.StreamReader | None) -> str:
    assert stream is not None
    async with asyncio.timeout(PATIENCE):
        return (await stream.readline()).decode().rstrip("\n")


def says(nodeserver: NodeServer, text: str, number: int, time: float = 1e9) -> None:
    nodeserver.journal.take("run", LogLine(number=number, time=time, stream=Stream.STDOUT, text=text))


async def test_the_log_is_shown_as_a_terminal_can_bear_it(start: Start, nodeserver: NodeServer) -> None:
    says(nodeserver, "long ago", 1)
    says(nodeserver, "[bold]not bold[/] \x1b]0;title\x07", 2)
    nodeserver.journal.remark("first\nsecond", "ERROR")
    said = await run(start, "logs", "lamp", "-n", "2")
    assert said.code == 0, said.progress
    first, *second = said.out.splitlines()
    assert first == "2001-09-09 01:46:40 INFO     stdout: [bold]not bold[/] \\x1b]0;title\\x07"
    assert second[0].endswith("ERROR    platform: first")
    assert second[1:] == ["    second"]


async def test_only_what_is_asked_for_is_shown(start: Start, nodeserver: NodeServer) -> None:
    says(nodeserver, "long ago", 1)
    nodeserver.journal.remark("It broke", "ERROR")
    nodeserver.journal.remark("fine")
    said = await run(start, "logs", "1", "--since", "5m", "--level", "warning", "--grep", "BROKE", "--json")
    (entry,) = (json.loads(line) for line in said.out.splitlines())
    assert (entry["type"], entry["text"], entry["level"], entry["logger"]) == ("log", "It broke", "ERROR", "platform")


@pytest.mark.parametrize("since", ["soon", "10", "99999-01-01"])
async def test_what_is_no_time_is_told(start: Start, nodeserver: NodeServer, since: str) -> None:
    said = await run(start, "logs", "Lamp", "--since", since)
    assert said.code == 1
    assert f"{since!r} is no time" in said.progress


async def test_a_log_is_followed_over_a_restart_of_the_platform(
    start: Start, platform: Platform, nodeserver: NodeServer
) -> None:
    says(nodeserver, "one", 1)
    tail = await start("logs", "Lamp", "-f", "-n", "1", "--json")
    assert json.loads(await next_line(tail.stdout))["text"] == "one"
    says(nodeserver, "two", 2)
    assert json.loads(await next_line(tail.stdout))["text"] == "two"

    await platform.__aexit__()
    assert "goes on here" in await next_line(tail.stderr)
    async with Platform(platform.settings, platform.sandbox) as again:
        found = again.manager.get(nodeserver.worker)
        for number, text in enumerate(("one", "two", "three"), 1):
            says(found, text, number)
        while (text := json.loads(await next_line(tail.stdout))["text"]) != "three":
            assert text not in ("one", "two")
        await again.manager.remove(nodeserver.worker)
        assert "was removed" in await next_line(tail.stderr)
        async with asyncio.timeout(PATIENCE):
            assert await tail.wait() == 0


async def test_the_level_is_set_and_told(start: Start, nodeserver: NodeServer) -> None:
    assert "Lamp logs DEBUG and worse" in (await run(start, "log-level", "Lamp")).progress
    assert "Lamp logs ERROR and worse" in (await run(start, "log-level", "Lamp", "error")).progress
    assert nodeserver.saved.log_level == "ERROR"
    assert (await run(start, "log-level", "Lamp", "loud")).code != 0
