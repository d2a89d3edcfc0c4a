"""The command as a user runs it: a process of its own, with a temporary folder that must be empty afterwards."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

PGC = Path(sys.executable).parent / "pgc"
EXAMPLES = Path(__file__).parents[3] / "examples"
_PATIENCE = 28


@dataclass
class Shell:
    """Runs `pgc`; what it leaves in `temporary` or still running is a fault."""

    temporary: Path
    environment: dict[str, str] = field(default_factory=dict)
    patience: float = _PATIENCE
    """Seconds that a command may take; a test that sets more marks itself as longer."""

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PGC, *arguments],
            env=self.environment_for(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=self.patience,
            check=False,
        )

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [PGC, *arguments],
            env=self.environment_for(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def left_behind(self) -> list[str]:
        """Files, and processes that have this shell's folder in their environment or command line."""
        files = [str(path) for path in self.temporary.iterdir()]
        return files + [
            f"{process.pid} {process.name()}" for process in psutil.process_iter() if self._is_ours(process)
        ]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return any(str(self.temporary) in part for part in process.cmdline())
        except psutil.Error:
            return False

    def environment_for(self, more: dict[str, str]) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        own = {"TMPDIR": str(self.temporary), "XDG_STATE_HOME": str(self.state), "COLUMNS": "200"}
        return {**inherited, **own, **self.environment, **more}

    @property
    def state(self) -> Path:
        """Where simulated ISYs are announced: only this shell's commands find each other."""
        return self.temporary.with_name(f"{self.temporary.name}-state")


@pytest.fixture
def shell() -> Iterator[Shell]:
    # Not pytest's own folder: its path is too long for the unix sockets in it.
    folder = Path(tempfile.mkdtemp(prefix="t", dir="/tmp"))
    shell = Shell(folder)
    yield shell
    left = shell.left_behind()
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(shell.state, ignore_errors=True)
    assert not left


def interrupt(process: "subprocess.Popen[str]") -> tuple[str, str]:
    """Ctrl-C, then all that it still says."""
    process.send_signal(signal.SIGINT)
    return process.communicate(timeout=60)
