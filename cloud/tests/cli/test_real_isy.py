"""`pgc run --isy URL` against an ISY that is not the command's own: `pgc simulate-isy` in another process."""

import re
import subprocess
from collections.abc import Iterator

import pytest

from .conftest import EXAMPLES, Shell, interrupt

WEATHER = str(EXAMPLES / "weather")


@pytest.fixture
def isy_url(shell: Shell) -> Iterator[str]:
    running: subprocess.Popen[str] = shell.start("simulate-isy", "--user", "me", "--password", "s3cret")
    assert running.stdout is not None
    line = running.stdout.readline()
    told = re.search(r"Simulated ISY at http://(\S+), user me, password s3cret", line)
    assert told, line
    yield f"http://me@{told[1]}"
    interrupt(running)
    assert running.returncode == 0


def test_it_runs_there_and_leaves_it_as_it_was(shell: Shell, isy_url: str) -> None:
    done = shell.run("run", WEATHER, "--isy", isy_url, "--for", "4", PGC_ISY_PASSWORD="s3cret")
    assert done.returncode == 0, done.stderr
    assert "answers (firmware" in done.stderr
    assert "NODE    rain" in done.stdout
    assert "Its nodes and slot 1 were removed" in done.stderr
    assert "does not call back" not in done.stderr
    assert "s3cret" not in done.stdout + done.stderr


def test_an_isy_that_cannot_call_back_is_told(shell: Shell, isy_url: str) -> None:
    done = shell.run(
        "run",
        WEATHER,
        "--isy",
        isy_url,
        "--for",
        "8",
        PGC_ISY_PASSWORD="s3cret",
        PGC_ISY_CALLBACK_URL="http://127.0.0.1:9",
    )
    assert "The ISY does not call back at http://127.0.0.1:9/isy/" in done.stderr
    assert "PGC_ISY_CALLBACK_URL" in done.stderr


def test_a_wrong_password_is_told(shell: Shell, isy_url: str) -> None:
    done = shell.run("run", WEATHER, "--isy", isy_url, PGC_ISY_PASSWORD="wr0ng")
    assert done.returncode == 1
    assert "the user or password is wrong" in done.stderr
    assert "wr0ng" not in done.stderr
