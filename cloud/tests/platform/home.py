"""A home: a simulated ISY, the real platform in the sandbox that this machine has, and NodeServers to run there."""

import asyncio
from pathlib import Path

import psutil

from pgc.isy.isy import Isy
from pgc.nodeservers.events import LogWritten
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.states import State
from pgc.platform import Platform
from pgc.sandbox.contract import Sandbox
from pgc.settings import Settings
from pgc.simulator import SimulatedIsy
from pgc.workers.logs import LogEntry

from .programs import write_nodeserver

PATIENCE = 15.0
LONG = 60.0
"""Seconds for what begins or ends processes: on a busy machine, each takes its time."""


def run_processes(folder: Path) -> list[psutil.Process]:
    """Those whose command lines name this folder of runs, or of one run."""
    return [process for process in psutil.process_iter() if _names(process, str(folder))]


async def left_running(folder: Path) -> list[psutil.Process]:
    """As `run_processes`, without those that are just ending: a keeper closes its connection, which tells the
    platform that all is over, a moment before it is gone itself."""
    _, alive = await asyncio.to_thread(psutil.wait_procs, run_processes(folder), PATIENCE)
    return alive


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
        await self.until(nodeserver, State.RUNNING, patience=LONG)

    async def until(self, nodeserver: NodeServer, *states: State, patience: float = PATIENCE) -> None:
        async with asyncio.timeout(patience):
            await nodeserver.until(*states)

    async def said(self, nodeserver: NodeServer, text: str, patience: float = PATIENCE) -> LogEntry:
        """The first line with this text in the NodeServer's log, now or soon."""
        with self.platform.events.subscribe(LogWritten) as written:
            try:
                async with asyncio.timeout(patience):
                    while (found := _line(nodeserver, text)) is None:
                        await anext(written)
            except TimeoutError:
                heard = "\n".join(entry.text[:200] for entry in nodeserver.journal.entries()[-30:])
                raise AssertionError(f"{text!r} was never said, but\n{heard}") from None
        return found

    async def shows(self, address: str, driver: str, value: str, patience: float = PATIENCE) -> None:
        """Waits until the ISY holds this value."""
        await self.sim.until(lambda _state: self.held(address, driver) == value, patience)

    def held(self, address: str, driver: str) -> str | None:
        reading = self.sim.state.reading(address, driver)
        return reading.value if reading else None


class Neighbour:
    """A healthy NodeServer beside the one that a test is about."""

    def __init__(self, home: Home, nodeserver: NodeServer) -> None:
        self.nodeserver = nodeserver
        self._home = home

    async def is_counting(self, patience: float = PATIENCE) -> None:
        """Its values arrive."""
        address = f"n{self.nodeserver.slot:03}_controller"
        count = int(self._home.held(address, "GV1") or 0)
        await self._home.sim.until(lambda _state: int(self._home.held(address, "GV1") or 0) > count + 3, patience)

    async def is_well(self, patience: float = PATIENCE) -> None:
        """Its values arrive, and there is no complaint."""
        await self.is_counting(patience)
        assert (self.nodeserver.state, self.nodeserver.reason) == (State.RUNNING, "")
        assert self.nodeserver.journal.errors == 0


def _line(nodeserver: NodeServer, text: str) -> LogEntry | None:
    return next((entry for entry in nodeserver.journal.entries() if text in entry.text), None)


def _names(process: psutil.Process, folder: str) -> bool:
    try:
        return folder in " ".join(process.cmdline())
    except psutil.Error:
        return False
