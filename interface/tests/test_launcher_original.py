"""A NodeServer that brings the original client library: it finds its own, and a way to the door of its run."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest

import pgc_interface

PATIENCE = 60.0
PYTHON = getattr(sys, "_base_executable", sys.executable)
LAUNCHER = str(Path(pgc_interface.__file__).with_name("launcher.py"))
ASKS = """\
import json, os, socket, sys
import pgc_interface
with socket.create_connection((os.environ["MQTTENDPOINT"], 8883)) as way:
    way.sendall(b"hello")
    answer = way.recv(100).decode()
try:
    os.wait()
except ChildProcessError:
    answer += ", no children"
print(json.dumps([answer, pgc_interface.WHOSE, __name__, "msgspec" in sys.modules]))
"""
HELLO = (
    'import os, socket; way = socket.create_connection((os.environ["MQTTENDPOINT"], 8883)); '
    'way.sendall(b"hello"); way.recv(100)'
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a loopback address for each run")


@pytest.fixture
def door() -> Iterator[socket.socket]:
    """Where a run's door would be; its path is short enough for any folder of tests."""
    with tempfile.TemporaryDirectory(prefix="d", dir="/tmp") as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{folder}/mqtt")
        listener.listen(1)
        listener.settimeout(PATIENCE)
        yield listener


@pytest.fixture
def host() -> str:
    one, two, three = (secrets.randbelow(254) + 1 for _ in range(3))
    return f"127.{one}.{two}.{three}"


Launch = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def launch(tmp_path: Path, door: socket.socket, host: str) -> Iterator[Launch]:
    """Starts a launcher, and hands it this program; with more words, it is to become another one."""
    started: list[subprocess.Popen[str]] = []
    (tmp_path / "app").mkdir()
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "pgc_interface.py").write_text("WHOSE = 'its own'\n")

    def start(program: str, *words: str) -> subprocess.Popen[str]:
        (tmp_path / "app" / "ns").write_text(program)
        argv = [PYTHON, "-I", "-S", "-X", "utf8", LAUNCHER, door.getsockname(), *words]
        process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={}, text=True
        )
        started.append(process)
        assert process.stdin is not None
        folders = {"app": str(tmp_path / "app"), "site": str(tmp_path / "site")}
        frame = {"executable": "ns", "environment": {"MQTTENDPOINT": host}, "dialect": "original", **folders}
        process.stdin.write(json.dumps(frame) + "\n")
        process.stdin.flush()
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate(timeout=PATIENCE)


def answer(door: socket.socket) -> None:
    """Takes what comes through, and says a word."""
    visitor, _ = door.accept()
    with visitor:
        visitor.settimeout(PATIENCE)
        assert visitor.recv(5, socket.MSG_WAITALL) == b"hello"
        visitor.sendall(b"welcome")


def test_it_finds_its_own_library_and_the_way_and_nothing_of_the_sdk(launch: Launch, door: socket.socket) -> None:
    process = launch(ASKS)
    answer(door)
    out, err = process.communicate(timeout=PATIENCE)
    assert err == ""
    assert json.loads(out) == ["welcome, no children", "its own", "__main__", False]


def test_it_becomes_the_program_that_its_language_needs(launch: Launch, door: socket.socket) -> None:
    """And the forwarder, which lives as long, ends with it."""
    program = f"echo it is $0\nexec {PYTHON} -c '{HELLO}'\n"
    process = launch(program, "/bin/sh")
    answer(door)
    out, _ = process.communicate(timeout=PATIENCE)  # to the end of all who hold its output
    assert process.returncode == 0
    assert out.startswith("it is ")
    assert out.endswith(f"{os.sep}ns\n")


def test_a_port_that_is_taken_is_told(launch: Launch, host: str) -> None:
    with socket.create_server((host, 8883)):
        process = launch(ASKS)
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert f"The way to the broker, {host}:8883, cannot be opened: Address already in use." in err
