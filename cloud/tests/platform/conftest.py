"""A home: a simulated ISY, the real platform in the sandbox that this machine has, and NodeServers to run there."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from pgc.isy.isy import Isy
from pgc.nodeservers.events import LogWritten
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.states import State
from pgc.platform import Platform
from pgc.sandbox.contract import Sandbox
from pgc.sandbox.probe import probe
from pgc.settings import Settings
from pgc.simulator import SimulatedIsy
from pgc.workers.logs import LogEntry
from pgc.workers.sdk import prepare_sdk

from .programs import COUNTS, write_nodeserver

PATIENCE = 15.0
NEIGHBOURS_SLOT = 20


class Home:
    """`platform` is there between `switch_on` and `switch_off`; its data folder outlives both."""

    platform: Platform

    def __init__(self, settings: Settings, sandbox: Sandbox, sim: SimulatedIsy, folder: Path) -> None:
        self.settings = settings
        self.sandbox = sandbox
        self.sim = sim
        self._folder = folder
        self._on = False

    @property
    def isy(self) -> Isy:
        return self.platform.isys.all()[0]

    async def switch_on(self) -> None:
        self.platform = await Platform(self.settings, self.sandbox).__aenter__()
        self._on = True

    async def switch_off(self) -> None:
        if self._on:
            self._on = False
            await self.platform.__aexit__()

    def write(self, name: str, code: str, files: dict[str, str] | None = None, **server: object) -> Path:
        return write_nodeserver(self._folder / name, code, files, **server)

    async def add(self, folder: Path, slot: int | None = None) -> NodeServer:
        return await self.platform.manager.add(self.isy, folder, slot=slot, trusted=True, say=lambda _line: None)

    async def run(self, name: str, code: str, slot: int | None = None, **server: object) -> NodeServer:
        """Adds and starts a NodeServer, and waits until it has connected."""
        nodeserver = await self.add(self.write(name, code, **server), slot)
        await self.start(nodeserver)
        return nodeserver

    async def start(self, nodeserver: NodeServer) -> None:
        await self.platform.manager.start(nodeserver.worker)
        await self.until(nodeserver, State.RUNNING)

    async def until(self, nodeserver: NodeServer, *states: State) -> None:
        async with asyncio.timeout(PATIENCE):
            await nodeserver.until(*states)

    async def said(self, nodeserver: NodeServer, text: str) -> LogEntry:
        """The first line with this text in the NodeServer's log, now or soon."""
        with self.platform.events.subscribe(LogWritten) as written:
            found = next((entry for entry in nodeserver.journal.entries() if text in entry.text), None)
            if found is not None:
                return found
            async with asyncio.timeout(PATIENCE):
                async for event in written:
                    if event.nodeserver == nodeserver.worker and text in event.entry.text:
                        return event.entry
        raise AssertionError("the bus has ended")

    async def shows(self, address: str, driver: str, value: str) -> None:
        """Waits until the ISY holds this value."""
        await self.sim.until(lambda _state: self.held(address, driver) == value, PATIENCE)

    def held(self, address: str, driver: str) -> str | None:
        reading = self.sim.state.reading(address, driver)
        return reading.value if reading else None

    def survivors(self) -> list[psutil.Process]:
        """The processes of runs: their command lines name this data folder or its folder for runs."""
        folders = (str(self.settings.data_folder), str(self.settings.run_folder))
        return [process for process in psutil.process_iter() if _names(process, folders)]


class Neighbour:
    """A healthy NodeServer beside the one that a test is about."""

    def __init__(self, home: Home, nodeserver: NodeServer) -> None:
        self.nodeserver = nodeserver
        self._home = home

    async def is_well(self) -> None:
        """Its values still arrive, and it has no complaint."""
        address = f"n{self.nodeserver.slot:03}_controller"
        count = int(self._home.held(address, "GV1") or 0)
        await self._home.sim.until(lambda _state: int(self._home.held(address, "GV1") or 0) > count + 3, PATIENCE)
        assert (self.nodeserver.state, self.nodeserver.reason) == (State.RUNNING, "")
        assert self.nodeserver.journal.errors == 0


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
async def sim() -> AsyncIterator[SimulatedIsy]:
    async with SimulatedIsy() as sim:
        yield sim


@pytest.fixture
async def home(settings: Settings, probed: Sandbox, sim: SimulatedIsy, tmp_path: Path) -> AsyncIterator[Home]:
    home = Home(settings, probed, sim, tmp_path)
    await home.switch_on()
    try:
        await home.platform.isys.add(name="home", url=sim.url, username=sim.username, password=sim.password)
        yield home
    finally:
        await home.switch_off()
    assert home.survivors() == []
    assert not settings.run_folder.exists()


@pytest.fixture
async def neighbour(home: Home) -> Neighbour:
    return Neighbour(home, await home.run("neighbour", COUNTS, NEIGHBOURS_SLOT))


def _names(process: psutil.Process, folders: tuple[str, ...]) -> bool:
    try:
        line = " ".join(process.cmdline())
    except psutil.Error:
        return False
    return any(folder in line for folder in folders)
