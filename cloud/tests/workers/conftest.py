"""Real runs in every sandbox that this machine has."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from pgc.sandbox.contract import Sandbox
from pgc.sandbox.probe import probe
from pgc.sandbox.unconfined import Unconfined
from pgc.workers.process import ProcessRuntime
from pgc.workers.runtime import Contents
from pgc.workers.sdk import prepare_sdk

Bundle = Callable[..., Contents]


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


@pytest.fixture
async def runtime(sandbox: Sandbox, run_folder: Path, sdk: Path) -> AsyncIterator[ProcessRuntime]:
    """Nothing may be left of its runs, whatever the test did."""
    runtime = ProcessRuntime(sandbox, run_folder, sdk)
    yield runtime
    await runtime.remove_leftovers(set())
    assert runtime.known() == []


@pytest.fixture
async def isolated(probed: Sandbox, run_folder: Path, sdk: Path) -> AsyncIterator[ProcessRuntime]:
    if not probed.isolated:
        pytest.skip(probed.reason)
    runtime = ProcessRuntime(probed, run_folder, sdk)
    yield runtime
    await runtime.remove_leftovers(set())


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
