"""Mistakes of usage and of settings are told in a line or two, never with a traceback."""

import subprocess

import pytest

from .conftest import EXAMPLES, PGC, Shell

WEATHER = str(EXAMPLES / "weather")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["rn"], "No such command 'rn'"),
        (["run"], "Missing argument"),
        (["run", WEATHER, "--bogus"], "No such option: --bogus"),
        (["run", WEATHER, "--for", "abc"], "Invalid value for '--for'"),
    ],
)
def test_wrong_usage_is_told(shell: Shell, arguments: list[str], reason: str) -> None:
    done = shell.run(*arguments)
    assert done.returncode == 2
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


def test_an_odd_setting_is_named(shell: Shell) -> None:
    done = shell.run("serve", PGC_API_PORT="abc")
    assert done.returncode == 1
    assert "Error: odd settings: api_port: " in done.stderr
    assert "Traceback" not in done.stderr


def test_an_odd_file_of_settings_is_named(shell: Shell) -> None:
    file = shell.temporary / "pgc.toml"
    file.write_text("api_port = = 3")
    done = shell.run("serve", PGC_CONFIG=str(file))
    file.unlink()
    assert done.returncode == 1
    assert "Error: pgc.toml cannot be read" in done.stderr


def test_when_nobody_listens_any_more_it_ends_and_leaves_nothing(shell: Shell) -> None:
    command = f"'{PGC}' run '{WEATHER}' --json | head -n 1"
    done = subprocess.run(
        ["bash", "-c", command], env=shell.environment_for({}), capture_output=True, text=True, timeout=28, check=False
    )
    assert done.stdout.count("\n") == 1
    assert "Traceback" not in done.stderr
