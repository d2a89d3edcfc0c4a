"""The folder that runs see as SDK: pgc_interface and what it needs, copied from where the platform itself has them."""

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

from packaging.requirements import Requirement

from pgc.sandbox.python import interpreter
from pgc.workers.errors import WorkerError
from pgc.workers.keeper.remove import remove_tree

DISTRIBUTION = "pgc-cloud-sdk"
PACKAGE = "pgc_interface"
COMPILING = 120.0


@dataclass(frozen=True, slots=True)
class _File:
    source: Path
    inside: Path


async def prepare_sdk(data_folder: Path) -> Path:
    """The SDK's folder below `data_folder`; made once for each content, so that an edited SDK gets a new one.

    Raises:
        WorkerError: a part of it is not installed, or the folder cannot be written.
    """
    return await asyncio.to_thread(_prepare, data_folder)


def _prepare(data_folder: Path) -> Path:
    try:
        files = sorted({*_package(), *_dependencies(DISTRIBUTION)}, key=lambda file: file.inside)
        folder = data_folder / "sdk" / _key(files)
        if not folder.is_dir():
            _build(files, folder)
    except (OSError, subprocess.SubprocessError) as error:
        raise WorkerError(f"the SDK for NodeServers cannot be laid out: {error}") from error
    return folder


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


def _files(distribution: str) -> Iterator[_File]:
    try:
        listed = metadata.files(distribution) or []
    except metadata.PackageNotFoundError:
        raise WorkerError(f"{distribution}, which the SDK needs, is not installed", hint="Run: make setup") from None
    for path in listed:
        if path.parts[0] != ".." and not path.parts[0].endswith(".dist-info") and "__pycache__" not in path.parts:
            yield _File(Path(str(path.locate())), Path(*path.parts))


def _key(files: list[_File]) -> str:
    content = hashlib.sha256(str(interpreter()).encode())
    for file in files:
        content.update(f"\0{file.inside}\0".encode())
        content.update(file.source.read_bytes())
    return content.hexdigest()[:16]


def _build(files: list[_File], folder: Path) -> None:
    """Beside its place and then moved there, so that a half-made one is never used."""
    building = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    try:
        for file in files:
            target = building / file.inside
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file.source, target)
        _compile(building)
        os.rename(building, folder)
    except OSError:
        if not folder.is_dir():  # otherwise another platform was quicker
            raise
    finally:
        remove_tree(str(building))


def _compile(folder: Path) -> None:
    """Runs cannot write here, so without this each start would compile it all again."""
    argv = (str(interpreter()), "-I", "-S", "-m", "compileall", "-q", str(folder))
    subprocess.run(argv, env={}, stdin=subprocess.DEVNULL, capture_output=True, timeout=COMPILING, check=False)
