"""The platform killed with -9 while saves are in flight: nothing acknowledged is lost, and the run is found again."""

import signal
import time
from pathlib import Path
from typing import Any

import pytest

from pgc.secrets.authority import Authority
from pgc.settings import Settings
from pgc.simulator import SimulatedIsy

from .home import LONG, left_running, run_processes
from .programs import program, write_nodeserver
from .served import Served, on_disk

pytestmark = pytest.mark.timeout(400)

SAVES = program("""
    class Mine(Controller):
        drivers = [
            {"driver": "ST", "value": 1, "uom": 2},
            {"driver": "GV1", "value": 0, "uom": 56},
            {"driver": "GV2", "value": 0, "uom": 56},
        ]
        acknowledged = 0
        alone = 0

        def __init__(self, poly):
            super().__init__(poly)
            self.heard = threading.Event()
            poly.onConfig(self.hear)

        def hear(self, config):
            # The local map shows a save at once; the platform's count of saves grows when it is on the disk.
            saves = config.get("rev", {}).get("data", 0)
            if saves > self.acknowledged:
                self.acknowledged = saves
                print("acknowledged", saves, flush=True)
                self.setDriver("GV1", saves)
                self.heard.set()

        def start(self):
            print("the first line", flush=True)
            n = 0
            while True:
                n += 1
                self.saveCustomData({"n": n})
                while self.acknowledged < n:
                    self.heard.wait(0.02)
                    self.heard.clear()
                    if not self.poly.connected:
                        self.alone += 1
                        self.setDriver("GV2", self.alone)
                time.sleep(0.01)
""")


async def test_nothing_acknowledged_is_lost_and_the_run_goes_on(
    served: Served, settings: Settings, sim: SimulatedIsy, tmp_path: Path
) -> None:
    path = await saving(served, sim, tmp_path)
    (run,) = settings.run_folder.iterdir()
    pids = {process.pid for process in run_processes(run)}
    assert pids

    killed = time.time()
    assert await served.end(signal.SIGKILL) == -signal.SIGKILL
    saved = (await saved_data(settings))["n"]
    assert saved >= held(sim, "GV1")
    assert {process.pid for process in run_processes(run)} == pids, "the run goes on without the platform"

    await served.start()
    await sim.until(lambda _state: held(sim, "GV1") > saved + 20, LONG)
    await sim.until(lambda _state: held(sim, "GV2") > 0, LONG)
    assert list(settings.run_folder.iterdir()) == [run]
    assert {process.pid for process in run_processes(run)} == pids
    assert (await served.ask("GET", path))["state"] == "running"
    log = await served.ask("GET", f"{path}/log")
    assert [entry["text"] for entry in log].count("the first line") == 1
    told = [(entry["time"], int(entry["text"].split()[1])) for entry in log if is_acknowledgement(entry["text"])]
    assert [n for _, n in told] == list(range(1, len(told) + 1)), "each save was applied once"
    assert max(n for when, n in told if when <= killed) <= saved

    stopped = await served.ask("POST", f"{path}/stop")
    assert (stopped["state"], stopped["reason"]) == ("stopped", "")
    assert not run.exists()
    assert await left_running(settings.run_folder) == []
    assert await served.end(signal.SIGTERM) == 0
    assert (await saved_data(settings))["n"] >= told[-1][1]
    assert not settings.run_folder.exists()


async def test_a_run_that_cannot_find_the_broker_any_more_is_started_anew(
    served: Served, settings: Settings, sim: SimulatedIsy, tmp_path: Path
) -> None:
    """As after the authority, or the broker, was replaced by another."""
    path = await saving(served, sim, tmp_path)
    (run,) = settings.run_folder.iterdir()
    await served.end(signal.SIGKILL)
    Authority.rotate(settings.data_folder / "authority.pem")
    before = held(sim, "GV1")
    await served.start()
    await sim.until(lambda _state: held(sim, "GV1") > before + 5, LONG)
    assert (await served.ask("GET", path))["state"] == "running"
    assert not run.exists()
    await served.ask("POST", f"{path}/stop")


async def saving(served: Served, sim: SimulatedIsy, tmp_path: Path) -> str:
    """Starts the NodeServer that saves without end; its path in the API."""
    folder = write_nodeserver(tmp_path / "saves", SAVES)
    login = {"username": sim.username, "password": sim.password}
    isy = await served.ask("POST", "/isys", {"name": "home", "url": sim.url, **login})
    added = await served.ask("POST", "/nodeservers", {"isy": isy["id"], "folder": str(folder), "slot": 3})
    path = f"/nodeservers/{added['worker']}"
    await served.ask("POST", f"{path}/start")
    await sim.until(lambda _state: held(sim, "GV1") > 20, LONG)
    return path


def held(sim: SimulatedIsy, driver: str) -> int:
    reading = sim.state.reading("n003_controller", driver)
    return int(reading.value) if reading else 0


def is_acknowledgement(text: str) -> bool:
    return text.startswith("acknowledged ")


async def saved_data(settings: Settings) -> dict[str, Any]:
    return (await on_disk(settings)).saved.data
