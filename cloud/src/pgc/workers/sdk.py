"""The folder that runs see as SDK: pgc_interface and what it needs, for the Python that the run is on.

For the platform's own Python that is copied from where the platform itself has it. For another one it is installed,
once, in the versions that the SDK is tested with: a part of it is compiled.
"""

import asyncio
import hashlib
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

import uv
from packaging.requirements import Requirement

from pgc.sandbox.interpreter import Interpreter
from pgc.sandbox.python import interpreter
from pgc.sandbox.remove import remove_tree
from pgc.workers.errors import WorkerError

DISTRIBUTION = "pgc-cloud-sdk"
PACKAGE = "pgc_interface"
COMPILING = 120.0
INSTALLING = 300.0
PINS = "constraints-interface.txt"
"""Beside this file where the platform was installed from a wheel; else at the root of its source."""


@dataclass(frozen=True, slots=True)
class _File:
    source: Path
    inside: Path


async def prepare_sdk(data_folder: Path, python: Interpreter | None = None) -> Path:
    """The SDK's folder below `data_folder`; made once for each content, so that an edited SDK gets a new one.

    Raises:
        WorkerError: a part of it is not installed or cannot be had, or the folder cannot be written.
    """
    return await asyncio.to_thread(_prepare, data_folder, python)


def _prepare(data_folder: Path, python: Interpreter | None) -> Path:
    try:
        layout = _Own() if python is None else _Foreign(python)
        folder = data_folder / "sdk" / layout.key
        if not folder.is_dir():
            _build(layout, folder)
    except (OSError, subprocess.SubprocessError) as error:
        raise WorkerError(f"the SDK for NodeServers cannot be laid out: {error}") from error
    return folder


class _Own:
    """All of it is copied."""

    def __init__(self) -> None:
        self._files = sorted({*_package(), *_dependencies(DISTRIBUTION)}, key=lambda file: file.inside)
        self.program = interpreter()
        self.key = _key(self._files, str(self.program))

    def fill(self, folder: Path) -> None:
        _copy(self._files, folder)


class _Foreign:
    """The package itself is copied, and what it needs installed: by the platform, outside of any sandbox, as it is no
    stranger's."""

    def __init__(self, python: Interpreter) -> None:
        self._python = python
        self._files = sorted(_package(), key=lambda file: file.inside)
        self._pins = _pins()
        self._wanted = sorted(_direct(DISTRIBUTION))
        self.program = python.program
        self.key = _key(self._files, str(python.program), python.identity, self._pins.read_text(), *self._wanted)

    def fill(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        argv = (
            *(uv.find_uv_bin(), "pip", "install", "--quiet", "--no-progress", "--color", "never"),
            *("--python", str(self.program), "--target", str(folder), "--constraints", str(self._pins)),
            *("--link-mode", "copy", *self._wanted),
        )
        done = subprocess.run(
            argv,
            env={**os.environ, "UV_PYTHON_DOWNLOADS": "never"},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=INSTALLING,
            check=False,
        )
        if done.returncode:
            raise WorkerError(
                f"what the SDK needs on Python {self._python.name} cannot be installed: {_reason(done.stderr)}",
                hint="It is fetched once, from where uv finds packages; the platform's own Python needs nothing.",
            )
        _copy(self._files, folder)


def _package() -> Iterator[_File]:
    spec = util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise WorkerError(f"{PACKAGE} is not installed beside the platform", hint="Run: make setup")
    home = Path(spec.origin).parent
    for source in home.rglob("*"):
        if source.is_file() and "__pycache__" not in source.parts:
            yield _File(source, PACKAGE / source.relative_to(home))


def _dependencies(distribution: str) -> Iterator[_File]:
    for text in metadata.requires(distribution) or ():
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield from _files(requirement.name)
            yield from _dependencies(requirement.name)


def _direct(distribution: str) -> Iterator[str]:
    """What it requires itself, on whatever Python; markers of extras are the only ones that `extra` decides."""
    for text in metadata.requires(distribution) or ():
        if "extra" not in str(Requirement(text).marker):
            yield text


def _files(distribution: str) -> Iterator[_File]:
    try:
        listed = metadata.files(distribution) or []
    except metadata.PackageNotFoundError:
        raise WorkerError(f"{distribution}, which the SDK needs, is not installed", hint="Run: make setup") from None
    for path in listed:
        if path.parts[0] != ".." and not path.parts[0].endswith(".dist-info") and "__pycache__" not in path.parts:
            yield _File(Path(str(path.locate())), Path(*path.parts))


def _pins() -> Path:
    here = Path(__file__)
    for place in (here.with_name(PINS), here.parents[4] / PINS):
        if place.is_file():
            return place
    hint = "Install the platform anew."
    raise WorkerError(f"{PINS}, the versions that the SDK is tested with, is not there", hint=hint)


def _key(files: list[_File], *circumstances: str) -> str:
    content = hashlib.sha256("\0".join(circumstances).encode())
    for file in files:
        content.update(f"\0{file.inside}\0".encode())
        content.update(file.source.read_bytes())
    return content.hexdigest()[:16]


def _build(layout: _Own | _Foreign, folder: Path) -> None:
    """Beside its place and then moved there, so that a half-made one is never used."""
    building = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    try:
        layout.fill(building)
        _compile(building, layout.program)
        os.rename(building, folder)
    except OSError:
        if not folder.is_dir():  # otherwise another platform was quicker
            raise
    finally:
        remove_tree(str(building))


def _copy(files: list[_File], folder: Path) -> None:
    for file in files:
        target = folder / file.inside
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file.source, target)


def _compile(folder: Path, program: Path) -> None:
    """Runs cannot write here, so without this each start would compile it all again."""
    argv = (str(program), "-I", "-S", "-m", "compileall", "-q", str(folder))
    subprocess.run(argv, env={}, stdin=subprocess.DEVNULL, capture_output=True, timeout=COMPILING, check=False)


def _reason(told: str) -> str:
    """uv's last words, in one line."""
    lines = [line.strip().removeprefix("error: ").removeprefix("cause: ") for line in told.splitlines()]
    return ": ".join(line for line in lines if line and not line.startswith("hint:"))[-600:] or "uv did not say why"
