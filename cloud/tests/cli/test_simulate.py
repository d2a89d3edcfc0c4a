"""`pgc simulate-isy` as an operator uses it: trouble from the command line, and more of it while it runs."""

import json
import urllib.error
import urllib.request

import pytest

from .conftest import Shell, interrupt

TOKEN = "an operator's own"


def asked(url: str, token: str, method: str = "GET", **body: object) -> dict[str, object]:
    headers = {"Authorization": f"Bearer {token}"}
    request = urllib.request.Request(url, json.dumps(body).encode() if body else None, headers, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: dict[str, object] = json.load(answer)
        return found


def test_it_is_as_the_command_line_says_and_changes_while_it_runs(shell: Shell) -> None:
    options = ["--firmware", "5.9", "--node-limit", "3", "--error-rate", "1", "--error-status", "503"]
    running = shell.start("simulate-isy", *options, "--control-port", "0", PGC_SIMULATOR_TOKEN=TOKEN)
    assert running.stdout is not None
    isy = running.stdout.readline().split(",")[0].removeprefix("Simulated ISY at ")
    line = running.stdout.readline()
    control = line.split(",")[0].removeprefix("Control API at ")
    assert TOKEN not in line
    with pytest.raises(urllib.error.HTTPError, match="503"):
        urllib.request.urlopen(f"{isy}/desc", timeout=10)
    conditions = asked(control, TOKEN)["conditions"]
    assert isinstance(conditions, dict)
    assert (conditions["firmware"], conditions["node_limit"]) == ("5.9", 3)
    asked(control, TOKEN, "PATCH", error_rate=0)
    with urllib.request.urlopen(f"{isy}/desc", timeout=10) as answer:
        assert "<modelVersion>5.9<" in answer.read().decode()
    with pytest.raises(urllib.error.HTTPError, match="401"):
        asked(control, "admin")
    interrupt(running)
    assert running.returncode == 0


def test_what_no_isy_can_be_is_refused_in_plain_words(shell: Shell) -> None:
    refused = shell.run("simulate-isy", "--error-rate", "3")
    assert refused.returncode == 1
    assert "cannot be simulated so: Expected `float` <= 1.0 - at `$.error_rate`" in refused.stderr
