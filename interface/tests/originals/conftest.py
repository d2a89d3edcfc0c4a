"""The original SDKs as their authors published them, installed from the registry into a folder of their own."""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).with_name("speak.py")
PACKAGES = ("pgc-interface==1.1.9", "polyinterface==2.1.0")
NO_REGISTRY = "the package registry, which has the original SDKs, cannot be reached"
UNREACHABLE = re.compile(r"error sending request|connect error|dns error|NewConnectionError|Name or service not known")
Answer = dict[str, Any]


@pytest.fixture(scope="session")
def originals(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder that both packages are in; all workers of one test session share it."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    folder = shared / "originals"
    with (shared / "originals.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            _install(folder)
            (folder / "complete").touch()
    return folder


def _install(folder: Path) -> None:
    """Without what they depend on: that is replaced where they are run."""
    pip = ["uv", "pip"] if importlib.util.find_spec("uv") else ["pip"]
    argv = [sys.executable, "-m", *pip, "install", "--no-deps", "--target", str(folder), *PACKAGES]
    environ = {**os.environ, "UV_HTTP_RETRIES": "1"}
    try:
        done = subprocess.run(argv, env=environ, capture_output=True, text=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip(f"{NO_REGISTRY} in time")
    if done.returncode and UNREACHABLE.search(done.stderr):
        pytest.skip(NO_REGISTRY)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def answers(originals: Path, tmp_path_factory: pytest.TempPathFactory) -> Answer:
    """What each original has to say, by the name of its module: {names, attributes, frames}."""
    return {name: _ask(originals, name, tmp_path_factory.mktemp(name)) for name in ("pgc_interface", "polyinterface")}


def _ask(originals: Path, module: str, folder: Path) -> Answer:
    argv = [sys.executable, "-I", "-S", "-W", "ignore", str(PROGRAM), module, str(originals)]
    line = json.dumps({"token": "t", "mqttHost": "h", "mqttPort": "1", "profileNum": "3"})
    done = subprocess.run(argv, cwd=folder, input=f"{line}\n", capture_output=True, text=True, timeout=25, check=False)
    assert done.returncode == 0, done.stderr
    answer: Answer = json.loads(done.stdout)
    return answer
