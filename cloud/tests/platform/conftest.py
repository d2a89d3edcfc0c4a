"""A home for each test, with nothing left running behind it; and a healthy neighbour where one is asked for."""

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pgc.sandbox.contract import Sandbox
from pgc.sandbox.probe import probe
from pgc.settings import Settings
from pgc.simulator import SimulatedIsy
from pgc.workers.sdk import prepare_sdk

from .home import Home, Neighbour, left_running, run_processes
from .programs import COUNTS
from .served import Served

NEIGHBOURS_SLOT = 20


@pytest.fixture(scope="session")
def probed() -> Sandbox:
    return asyncio.run(probe())


@pytest.fixture(scope="session")
def laid_out_sdk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that has the SDK in it already."""
    folder = tmp_path_factory.mktemp("laid-out")
    asyncio.run(prepare_sdk(folder))
    return folder


@pytest.fixture
def stop_grace() -> float:
    return 8.0


@pytest.fixture
def settings(tmp_path: Path, laid_out_sdk: Path, stop_grace: float) -> Settings:
    shutil.copytree(laid_out_sdk, tmp_path / "data")
    return Settings(data_folder=tmp_path / "data", stop_grace=stop_grace)


@pytest.fixture
def sim(simulator: SimulatedIsy) -> SimulatedIsy:
    return simulator


@pytest.fixture
async def home(settings: Settings, probed: Sandbox, sim: SimulatedIsy, tmp_path: Path) -> AsyncIterator[Home]:
    home = Home(settings, probed, sim, tmp_path)
    await home.switch_on()
    try:
        await home.platform.isys.add(name="home", url=sim.url, username=sim.username, password=sim.password)
        yield home
    finally:
        await home.switch_off()
    assert await left_running(settings.run_folder) == []
    assert not settings.run_folder.exists()


@pytest.fixture
async def neighbour(home: Home) -> Neighbour:
    return Neighbour(home, await home.run("neighbour", COUNTS, NEIGHBOURS_SLOT))


@pytest.fixture
async def serving(settings: Settings, probed: Sandbox, tmp_path: Path) -> AsyncIterator[Served]:
    """`pgc serve`, for a test to start; nothing of it stays."""
    if not probed.isolated:
        pytest.skip(f"pgc serve runs nothing here: {probed.reason}")
    serving = Served(settings, tmp_path)
    try:
        yield serving
    finally:
        await serving.end(signal.SIGTERM)
        for process in run_processes(settings.run_folder):
            process.kill()


@pytest.fixture
async def served(serving: Served) -> Served:
    """`pgc serve`, started."""
    await serving.start()
    return serving
