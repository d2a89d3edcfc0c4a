"""Killed with -9 right before and right after the commit of a save that is waited for: the platform, and the run.

What was confirmed to the NodeServer is on the disk, and no save is applied twice: each counts up a number, and the
platform's own count of saves stays equal to it.
"""

import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.states import State
from pgc.settings import Settings
from pgc.simulator import SimulatedIsy
from pgc.storage.database import Database
from pgc.storage.runs import Runs

from .home import PATIENCE, Home
from .programs import program, write_nodeserver
from .served import Served, on_disk

WHEN = pytest.mark.parametrize("when", ["before", "after"])
MARK = 20
"""The frame of the durable lane at whose commit something dies."""
WAITS = program("""
    class Mine(Controller):
        drivers = [{"driver": "ST", "value": 1, "uom": 2}, {"driver": "GV1", "value": 0, "uom": 56}]

        def start(self):
            n = self.polyConfig["customData"].get("n", 0)
            print("begins at", n, flush=True)
            while True:
                n += 1
                self.saveCustomData({"n": n}, wait=True, timeout=60)
                print("saved", n, flush=True)
                self.setDriver("GV1", n)
                time.sleep(0.01)
""")
DIES = """
import os, signal
from contextlib import asynccontextmanager
from pgc.storage.database import Database
from pgc.storage.runs import Runs

reached = False
advance, saving = Runs.advance, Database.saving

async def noting(self, tx, run, mark, refusals):
    global reached
    await advance(self, tx, run, mark, refusals)
    reached = mark == {mark}

def die_if(when):
    if reached and when == {when!r}:
        os.kill(os.getpid(), signal.SIGKILL)

@asynccontextmanager
async def dying(self):
    async with saving(self) as tx:
        yield tx
        die_if("before")
    die_if("after")

Runs.advance, Database.saving = noting, dying
from pgc.cli.entry import main
main()
"""


@WHEN
@pytest.mark.timeout(90)
async def test_the_platform_dies_at_a_commit(
    serving: Served, settings: Settings, sim: SimulatedIsy, tmp_path: Path, when: str
) -> None:
    await serving.start(DIES.format(mark=MARK, when=when))
    folder = write_nodeserver(tmp_path / "waits", WAITS)
    isy = await serving.ask(
        "POST", "/isys", {"name": "home", "url": sim.url, "username": sim.username, "password": sim.password}
    )
    added = await serving.ask("POST", "/nodeservers", {"isy": isy["id"], "folder": str(folder), "slot": 3})
    path = f"/nodeservers/{added['worker']}"
    await serving.ask("POST", f"{path}/start")
    assert await serving.died() == -signal.SIGKILL
    died = time.time()
    at_death = (await on_disk(settings)).saved

    await serving.start()
    await sim.until(lambda _state: held(sim) > at_death.data["n"] + 5, PATIENCE)
    log = await serving.ask("GET", f"{path}/log")
    await serving.ask("POST", f"{path}/stop")
    told = [(entry["time"], int(entry["text"].split()[1])) for entry in log if entry["text"].startswith("saved ")]
    assert [n for _, n in told] == list(range(1, len(told) + 1)), "each was confirmed, once and in order"
    confirmed = max(n for when_told, n in told if when_told <= died)
    assert at_death.data["n"] == confirmed + (when == "after"), "it died where it was to die"
    assert at_death.data_revision == at_death.data["n"]
    assert [entry["text"] for entry in log if entry["text"].startswith("begins at")] == ["begins at 0"]
    at_end = (await on_disk(settings)).saved
    assert at_end.data_revision == at_end.data["n"] >= told[-1][1]


@WHEN
@pytest.mark.timeout(60)
async def test_the_run_dies_at_a_commit(home: Home, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    nodeserver = await home.add(home.write("waits", WAITS), slot=3)
    at_the_commit(monkeypatch, when, lambda: kill_run(home, nodeserver))
    await home.platform.manager.start(nodeserver.worker)
    await home.until(nodeserver, State.CRASHED)
    confirmed = int(numbers(nodeserver, "saved")[-1])
    assert nodeserver.saved.data == {"n": confirmed + 1}, "what had come was saved, though nobody could be told"
    assert nodeserver.saved.data_revision == confirmed + 1

    await home.start(nodeserver)
    await home.said(nodeserver, f"saved {confirmed + 6}")
    await home.platform.manager.stop(nodeserver.worker)
    assert numbers(nodeserver, "begins at") == [0, confirmed + 1]
    saved = numbers(nodeserver, "saved")
    assert saved == [n for n in range(1, saved[-1] + 1) if n != confirmed + 1]
    assert nodeserver.saved.data_revision == nodeserver.saved.data["n"]


def at_the_commit(monkeypatch: pytest.MonkeyPatch, when: str, do: Callable[[], None]) -> None:
    """Does this once, right before or right after the commit of the frame."""
    reached: list[int] = []
    advance, saving = Runs.advance, Database.saving

    async def noting(self: Runs, tx: AsyncConnection, run: str, mark: int, refusals: Mapping[str, str]) -> None:
        await advance(self, tx, run, mark, refusals)
        if mark == MARK:
            reached.append(mark)

    def do_if(now: str) -> None:
        if reached == [MARK] and now == when:
            reached.append(0)
            do()

    @asynccontextmanager
    async def watched(self: Database) -> AsyncIterator[AsyncConnection]:
        async with saving(self) as tx:
            yield tx
            do_if("before")
        do_if("after")

    monkeypatch.setattr(Runs, "advance", noting)
    monkeypatch.setattr(Database, "saving", watched)


def kill_run(home: Home, nodeserver: NodeServer) -> None:
    assert nodeserver.run is not None
    assert nodeserver.run.process.pid is not None
    os.kill(nodeserver.run.process.pid, signal.SIGKILL)


def numbers(nodeserver: NodeServer, words: str) -> list[int]:
    """What followed these words in the lines of its log, in order."""
    lines = [entry.text for entry in nodeserver.journal.entries()]
    return [int(line.removeprefix(words)) for line in lines if line.startswith(f"{words} ")]


def held(sim: SimulatedIsy) -> int:
    reading = sim.state.reading("n003_controller", "GV1")
    return int(reading.value) if reading else 0
