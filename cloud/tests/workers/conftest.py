"""Real runs in every sandbox that this machine has."""

import asyncio
import os
import select
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from pgc.sandbox.contract import Sandbox
from pgc.sandbox.probe import probe
from pgc.sandbox.pythons import AUTO
from pgc.sandbox.unconfined import Unconfined
from pgc.workers.errors import WorkerError
from pgc.workers.process import ProcessRuntime
from pgc.workers.process_run import ProcessRun
from pgc.workers.runtime import Contents, Original
from pgc.workers.sdk import prepare_sdk

Bundle = Callable[..., Contents]
ENDING = 10.0
"""Seconds in which a process that is ending has ended."""


@pytest.fixture(scope="session")
def probed() -> Sandbox:
    return asyncio.run(probe())


@pytest.fixture(scope="session")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(prepare_sdk(tmp_path_factory.mktemp("data")))


@pytest.fixture(params=["isolated", "unconfined"])
def sandbox(request: pytest.FixtureRequest, probed: Sandbox) -> Sandbox:
    if request.param == "unconfined":
        return Unconfined("chosen by the test")
    if not probed.isolated:
        pytest.skip(probed.reason)
    return probed


@pytest.fixture
def run_folder() -> Iterator[Path]:
    """Short, because of unix sockets."""
    folder = Path(tempfile.mkdtemp(prefix="pgc-test-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


class TrackedRuntime(ProcessRuntime):
    """Ends whatever a test has left running."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._tracked: list[ProcessRun] = []

    async def spawn(self, original: Original | None = None, *, python: str = AUTO) -> ProcessRun:
        run = await super().spawn(original, python=python)
        self._tracked.append(run)
        return run

    async def attach(self, run_id: str) -> ProcessRun | None:
        run = await super().attach(run_id)
        if run is not None:
            self._tracked.append(run)
        return run

    async def end_all(self) -> None:
        for run in self._tracked:
            with suppress(WorkerError):  # let go of by the test
                await run.end(0)


@pytest.fixture
async def runtime(sandbox: Sandbox, run_folder: Path, sdk: Path) -> AsyncIterator[ProcessRuntime]:
    runtime = TrackedRuntime(sandbox, run_folder, sdk)
    yield runtime
    await runtime.end_all()
    assert runtime.known() == []


@pytest.fixture
async def isolated(probed: Sandbox, run_folder: Path, sdk: Path) -> AsyncIterator[ProcessRuntime]:
    if not probed.isolated:
        pytest.skip(probed.reason)
    runtime = TrackedRuntime(probed, run_folder, sdk)
    yield runtime
    await runtime.end_all()


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    """Makes a bundle whose program ``ns.py`` is the given code, with files in its site folder."""

    def make(code: str, site: dict[str, str] | None = None) -> Contents:
        source = tmp_path / "source"
        source.mkdir(exist_ok=True)
        (source / "ns.py").write_text(code)
        for name, text in (site or {}).items():
            file = tmp_path / "site" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return Contents(source, tmp_path / "site" if site else None)

    return make


@pytest.fixture
def survivors() -> Callable[..., list[psutil.Process]]:
    """Waits for processes to end; those that have not. Whether their new parent has noticed does not matter."""

    def wait(*processes: psutil.Process) -> list[psutil.Process]:
        return [process for process in processes if not _ends(process)]

    return wait


def _ends(process: psutil.Process) -> bool:
    if not hasattr(os, "pidfd_open"):
        return process not in psutil.wait_procs([process], ENDING)[1]
    try:
        handle = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], ENDING)[0])
    finally:
        os.close(handle)
