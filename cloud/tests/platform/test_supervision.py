"""NodeServers kept running on a real platform: after crashes, however it was stopped, and with a plain reason."""

import asyncio
import signal
from pathlib import Path

import psutil
import pytest

from pgc.nodeservers.events import StateChanged
from pgc.nodeservers.states import State
from pgc.settings import Settings
from pgc.simulator import SimulatedIsy

from .home import LONG, Home, run_processes
from .programs import program, write_nodeserver
from .served import Served

pytestmark = pytest.mark.timeout(400)

CRASHES_ONCE = program("""
    class Mine(Controller):
        drivers = [{"driver": "ST", "value": 1, "uom": 2}, {"driver": "GV1", "value": 0, "uom": 56}]
        ran = None

        def __init__(self, poly):
            super().__init__(poly)
            poly.onConfig(self.hear)

        def hear(self, config):
            if self.ran is None:
                self.ran = config["customData"].get("ran", 0)
            # The local map shows a save at once; the platform's count of saves grows when it is on the disk.
            if not self.ran and config.get("rev", {}).get("data", 0):
                os.kill(os.getpid(), signal.SIGKILL)

        def start(self):
            self.saveCustomData({"ran": self.ran + 1})
            self.setDriver("GV1", self.ran)
""")
CANNOT_BE_ALONE = program("""
    class Mine(Controller):
        drivers = [{"driver": "ST", "value": 1, "uom": 2}, {"driver": "GV1", "value": 0, "uom": 56}]

        def start(self):
            runs = self.polyConfig["customData"].get("runs", 0) + 1
            self.saveCustomData({"runs": runs}, wait=True)
            self.setDriver("GV1", runs)
            while self.poly.connected:
                time.sleep(0.01)
            os.abort()
""")
SEGFAULTS = "import ctypes\nctypes.string_at(0)\n"
EATS_MEMORY = "import ns_helper\n"
HELPER = "data = []\nwhile True:\n    data.append(bytearray(256 * 1024 * 1024))\n"
TAKES_PORT = (
    "import socket\nfirst, second = socket.socket(), socket.socket()\nfirst.bind(('127.0.0.1', 0))\n"
    "second.bind(first.getsockname())\n"
)
SAYS_GOODBYE = program("""
    class Mine(Controller):
        drivers = [{"driver": "ST", "value": 1, "uom": 2}, {"driver": "GV1", "value": 0, "uom": 56}]

        def stop(self):
            self.setDriver("GV1", 7)
            print("goodbye", flush=True)

        def delete(self):
            print("deleted", flush=True)
            threading.Event().wait()  # for ever
""")


@pytest.mark.parametrize(
    ("code", "reason", "hint"),
    [
        (SEGFAULTS, "killed by signal 11 (SIGSEGV)", "compiled code broke down"),
        (EATS_MEMORY, "it ran out of memory", "may need less of it"),
        ("import sys\n\nimport nobody_has_this\n", "No module named 'nobody_has_this', in ns.py:3", "requirements.txt"),
        ("x = 1\ny = = 2\n", "SyntaxError: invalid syntax, in ns.py:2", "not valid in the Python"),
        (TAKES_PORT, "Address already in use, in ns.py:4", "the port is taken"),
        ("import sys\nsys.exit('no key was given')\n", "exit code 1 (no key was given)", ""),
    ],
)
async def test_a_crash_tells_its_reason_and_what_helps(home: Home, code: str, reason: str, hint: str) -> None:
    nodeserver = await home.add(home.write("broken", code, {"ns_helper.py": HELPER}), slot=1)
    with home.platform.events.subscribe(StateChanged) as changes:
        await home.platform.manager.start(nodeserver.worker)
        async with asyncio.timeout(LONG):
            crashed = await anext(change async for change in changes if change.state is State.CRASHED)
    assert reason in crashed.reason
    assert "; it is started again at" in crashed.reason
    assert hint in nodeserver.hint


async def test_what_crashed_is_started_again_with_what_it_had_saved(home: Home) -> None:
    nodeserver = await home.add(home.write("once", CRASHES_ONCE), slot=3)
    with home.platform.events.subscribe(StateChanged) as changes:
        await home.platform.manager.start(nodeserver.worker)
        async with asyncio.timeout(LONG):
            crashed = await anext(change async for change in changes if change.state is State.CRASHED)
    assert "killed by signal 9 (SIGKILL)" in crashed.reason
    await home.shows("n003_controller", "GV1", "1", patience=LONG)
    await home.until(nodeserver, State.RUNNING, patience=LONG)
    assert nodeserver.care.restarts == 1


async def test_a_stop_in_the_pause_after_a_crash_leaves_nothing(home: Home) -> None:
    nodeserver = await home.add(home.write("broken", SEGFAULTS), slot=1)
    await home.platform.manager.start(nodeserver.worker)
    await home.until(nodeserver, State.CRASHED, patience=LONG)
    await home.platform.manager.stop(nodeserver.worker)
    assert (nodeserver.state, nodeserver.care.starts_again, nodeserver.run) == (State.STOPPED, None, None)


@pytest.mark.parametrize("stop_grace", [1.0])
async def test_its_own_stop_runs_before_the_end_and_its_own_delete_may_block(home: Home) -> None:
    nodeserver = await home.run("polite", SAYS_GOODBYE, slot=3)
    await home.shows("n003_controller", "ST", "1")
    await home.platform.manager.stop(nodeserver.worker)
    await home.said(nodeserver, "goodbye")
    await home.shows("n003_controller", "GV1", "7")
    await home.start(nodeserver)
    async with asyncio.timeout(LONG):
        await home.platform.manager.remove(nodeserver.worker)
    await home.said(nodeserver, "deleted")
    await home.said(nodeserver, "it did not stop within 1 seconds and is ended")
    assert home.platform.manager.all() == []
    assert not home.sim.state.nodes


async def test_a_crash_while_the_platform_was_away_is_told_and_mended(
    served: Served, settings: Settings, sim: SimulatedIsy, tmp_path: Path
) -> None:
    folder = write_nodeserver(tmp_path / "alone", CANNOT_BE_ALONE)
    login = {"username": sim.username, "password": sim.password}
    isy = await served.ask("POST", "/isys", {"name": "home", "url": sim.url, **login})
    added = await served.ask("POST", "/nodeservers", {"isy": isy["id"], "folder": str(folder), "slot": 3})
    path = f"/nodeservers/{added['worker']}"
    await served.ask("POST", f"{path}/start")
    await sim.until(lambda _state: held(sim) == "1", LONG)

    (run,) = settings.run_folder.iterdir()
    await served.end(signal.SIGKILL)
    await program_ended(run)
    await served.start()
    await sim.until(lambda _state: held(sim) == "2", LONG)
    log = [entry["text"] for entry in await served.ask("GET", f"{path}/log")]
    (crash,) = (text for text in log if text.startswith("crashed: "))
    assert "killed by signal 6 (SIGABRT); it is started again at" in crash
    assert not run.exists()
    shown = await served.ask("GET", path)
    assert (shown["state"], shown["restarts"], shown["place"], shown["starts_again"]) == ("running", 1, None, None)
    assert "SIGABRT" in shown["last_exit"]["text"]


async def program_ended(run: Path) -> None:
    """Waits until of this run only its keeper is left."""
    program = [process for process in run_processes(run) if not keeps(process)]
    _, alive = await asyncio.to_thread(psutil.wait_procs, program, LONG)
    assert alive == []


def keeps(process: psutil.Process) -> bool:
    """Whether it is a keeper, or gone already."""
    try:
        return "keeper" in " ".join(process.cmdline())
    except psutil.Error:
        return True


def held(sim: SimulatedIsy) -> str | None:
    reading = sim.state.reading("n003_controller", "GV1")
    return reading.value if reading else None
