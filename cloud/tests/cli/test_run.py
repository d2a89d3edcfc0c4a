"""`pgc run`: one NodeServer, its events, its summary, and plain words for what is wrong."""

import json
import re
import signal
import socket
from pathlib import Path
from typing import Any

import pytest

from .conftest import EXAMPLES, Shell

WEATHER = str(EXAMPLES / "weather")
pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def shell(shell: Shell) -> Shell:
    """Each command installs, starts and stops a NodeServer, which takes a busy machine its time."""
    shell.patience = 60
    return shell


def nodeserver(folder: Path, code: str) -> str:
    """A NodeServer whose program is `code`."""
    folder.mkdir()
    (folder / "server.json").write_text('{"name": "Odd", "type": "python3", "executable": "odd.py"}')
    (folder / "odd.py").write_text(code)
    return str(folder)


def events(text: str) -> dict[str, list[dict[str, Any]]]:
    """The JSON lines by their type."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in text.splitlines():
        event = json.loads(line)
        assert event["time"] > 0
        found.setdefault(event["type"], []).append(event)
    return found


def run_until(
    shell: Shell, *seen: str, options: tuple[str, ...] = (), environment: dict[str, str] | None = None
) -> tuple[int, str, str]:
    """Runs the weather station until each of these was in a line, then Ctrl-C: its exit code and all that it said."""
    running = shell.start("run", WEATHER, *options, **(environment or {}))
    assert running.stdout is not None
    lines, missing = [], set(seen)
    while missing and (line := running.stdout.readline()):
        lines.append(line)
        missing -= {text for text in missing if text in line}
    running.send_signal(signal.SIGINT)
    lines += running.stdout  # not by `communicate`: what was read ahead would be lost
    _, errors = running.communicate(timeout=60)
    assert not missing, errors
    return running.returncode, "".join(lines), errors


def test_json_tells_every_kind_of_event_and_the_summary_last(shell: Shell) -> None:
    seen = ('"address":"rain","driver":"PRECIP"', '"location"', "Weather station starts", '"driver":"CLIHUM"')
    code, said, errors = run_until(shell, *seen, options=("--json",))
    assert code == 0, errors
    assert json.loads(said.splitlines()[-1])["type"] == "summary"
    told = events(said)
    assert {node["address"] for node in told["node"]} == {"controller", "air", "wind", "rain"}
    assert {"address", "driver", "value", "uom"} <= set(told["driver"][0])
    states = ["added", "installing", "stopped", "starting", "running", "stopping", "stopped"]
    assert [state["state"] for state in told["state"]] == states
    assert "location" in told["notice"][0]["notices"]
    assert any("Weather station starts" in log["text"] for log in told["log"])
    (summary,) = told["summary"]
    assert (summary["ok"], summary["state"], summary["errors"]) == (True, "stopped", 0)
    assert set(summary["nodes"]) == {"controller", "air", "wind", "rain"}
    assert summary["drivers"]["air"]["CLIHUM"].isdigit()
    assert summary["drivers"]["controller"]["ST"] == "0"


def test_params_reach_it_and_people_get_plain_lines(shell: Shell) -> None:
    params = ("--param", "location=Bern", "--param", "units=imperial")
    code, said, errors = run_until(shell, "(uom 17)", "NODE    rain", options=params)
    assert code == 0, errors
    assert re.search(r"VALUE +air ST = [-\d.]+ \(uom 17\)", said)
    assert re.search(r"notices +none", said)
    assert re.search(r"nodes on the ISY +4: ", said)


def test_it_runs_beside_a_platform_that_has_the_ports_of_the_settings(shell: Shell, tmp_path: Path) -> None:
    folder = nodeserver(tmp_path / "odd", "print('here')")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = shell.run("run", folder, PGC_API_PORT=port, PGC_ISY_LISTEN_PORT=port)
    assert "cannot listen" not in done.stderr
    assert "stdout: here" in done.stdout


def test_ctrl_c_ends_it_with_the_summary(shell: Shell) -> None:
    code, said, _ = run_until(shell, "NODE    rain")
    assert code == 0
    assert "errors logged     0" in said


def test_it_ends_when_its_time_is_over(shell: Shell) -> None:
    done = shell.run("run", WEATHER, "--for", "0")
    assert "  nodes on the ISY  " in done.stdout, done.stderr


@pytest.mark.parametrize(
    ("arguments", "reason", "hint"),
    [
        (["/nonexistent"], "there is no server.json in /nonexistent", "server.json"),
        ([WEATHER, "--param", "units"], "--param wants KEY=VALUE, not 'units'", ""),
        ([WEATHER, "--isy", "simm"], "--isy wants `sim` or a URL, not 'simm'", "http://admin@"),
        ([WEATHER, "--isy", "http://admin:pw0rd@127.0.0.1:1"], "visible to every user", "PGC_ISY_PASSWORD"),
        ([WEATHER, "--isy", "http://127.0.0.1:9"], "no password for the ISY", "PGC_ISY_PASSWORD"),
    ],
)
def test_a_mistake_gives_one_line_and_a_hint_and_no_traceback(
    shell: Shell, arguments: list[str], reason: str, hint: str
) -> None:
    done = shell.run("run", *arguments)
    assert done.returncode == 1
    assert f"Error: {reason}" in done.stderr or reason in done.stderr
    assert hint in done.stderr
    assert "Traceback" not in done.stderr
    assert "pw0rd" not in done.stderr


def test_debug_shows_the_traceback(shell: Shell) -> None:
    done = shell.run("--debug", "run", "/nonexistent")
    assert done.returncode == 1
    assert "Traceback" in done.stderr


def test_a_crash_at_import_is_named_in_the_summary(shell: Shell, tmp_path: Path) -> None:
    folder = nodeserver(tmp_path / "crash", "import pgc_interface\nimport no_such_module\n")
    done = shell.run("run", folder, "--json", "--trust")
    assert done.returncode == 1
    (summary,) = events(done.stdout)["summary"]
    assert (summary["state"], summary["ok"]) == ("crashed", False)
    assert "No module named 'no_such_module'" in summary["reason"]


@pytest.fixture
def no_bubblewrap(tmp_path: Path) -> dict[str, str]:
    """An environment in which nothing would isolate a NodeServer."""
    nowhere = tmp_path / "bin"
    nowhere.mkdir()
    return {"PATH": str(nowhere)}


def test_without_isolation_a_stranger_is_refused(shell: Shell, tmp_path: Path, no_bubblewrap: dict[str, str]) -> None:
    folder = nodeserver(tmp_path / "stranger", "print('hello from outside')\n")
    refused = shell.run("run", folder, **no_bubblewrap)
    assert refused.returncode == 1
    assert "is not trusted" in refused.stderr
    assert "bubblewrap is not installed" in refused.stderr
    assert "hello" not in refused.stdout


def test_without_isolation_a_trusted_one_runs(shell: Shell, tmp_path: Path, no_bubblewrap: dict[str, str]) -> None:
    folder = nodeserver(tmp_path / "friend", "print('hello from outside')\n")
    trusted = shell.run("run", folder, "--trust", **no_bubblewrap)
    assert "hello from outside" in trusted.stdout


def test_without_isolation_the_bundled_examples_run(shell: Shell, no_bubblewrap: dict[str, str]) -> None:
    code, _, errors = run_until(shell, "NODE    rain", environment=no_bubblewrap)
    assert code == 0, errors


ON_PREMISES = """
import polyinterface

class Home(polyinterface.Controller):
    def start(self):
        self.setDriver("ST", self.polyConfig["nodes"][0]["drivers"][0]["uom"])
        self.poly.stop()

polyglot = polyinterface.Interface("Home")
polyglot.start()
Home(polyglot).runForever()
"""


def test_a_nodeserver_of_polyglot_2_is_run_in_its_dialect(shell: Shell, tmp_path: Path) -> None:
    done = shell.run("run", nodeserver(tmp_path / "odd", ON_PREMISES), "--trust", "--json")
    assert done.returncode == 0, done.stderr
    told = events(done.stdout)
    reason = "it is run in the dialect polyinterface: odd.py:2 imports polyinterface and has nothing to use where"
    assert any(log["text"].startswith(reason) for log in told["log"])
    assert told["summary"][0]["nodes"] == ["controller"]


def test_the_owners_choice_of_a_dialect_counts_more(shell: Shell, tmp_path: Path) -> None:
    done = shell.run("run", nodeserver(tmp_path / "odd", ON_PREMISES), "--trust", "--api", "pgc")
    assert done.returncode == 1
    assert "it is run in the dialect pgc: its owner chose so" in done.stdout
    assert "No module named 'polyinterface'" in done.stdout
