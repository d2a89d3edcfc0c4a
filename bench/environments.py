"""A virtual environment for each SDK, made by uv from the registry and kept for the next run."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

from bench.errors import BenchError

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pgc-bench"
SDK = Path(__file__).parent.parent / "interface"
SUITS_ALL = ">=3.8,<3.12"
"""Pythons that every peer still runs on (the original's TLS calls left with 3.12); all share one."""


@cache
def environment(name: str, requirements: tuple[str, ...]) -> Path:
    """The Python of an environment that holds these requirements.

    Raises:
        BenchError: there is no such Python here, or the registry does not have them.
    """
    folder = CACHE / name
    python = folder / "bin" / "python"
    kept = folder / "requirements"
    wanted = "\n".join((_python(), *requirements))
    if not kept.exists() or kept.read_text() != wanted:
        _uv("venv", "--clear", "--python", _python(), str(folder))
        _uv("pip", "install", "--compile-bytecode", "--python", str(python), *requirements)
        kept.write_text(wanted)
    return python


@cache
def own_environment() -> Path:
    """The same for our SDK as it stands in the tree now; it is installed again in every run of the bench."""
    python = environment("ours", ("paho-mqtt>=2.1", "msgspec"))
    again = ("--reinstall-package", "pgc-cloud-sdk", "--compile-bytecode")
    _uv("pip", "install", *again, "--python", str(python), str(SDK))
    return python


def _python() -> str:
    return _uv("python", "find", "--system", "--no-project", SUITS_ALL).strip()


def _uv(*arguments: str) -> str:
    uv = Path(sys.executable).parent / "uv"
    done = subprocess.run([uv, "--quiet", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"uv {arguments[0]} failed: {done.stderr.strip()[-500:]}")
    return done.stdout
