"""Where the attempts are made: a home with a healthy neighbour, something of everybody's to be found, and the attacker.

Its NodeServer lies in ``nodeserver/``; what it says of each attempt is read from its log, as its owner would read it.
"""

import asyncio
import ctypes
import json
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest

from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.states import State
from pgc.sandbox.contract import Sandbox
from pgc.secrets.authority import FILE, Authority
from pgc.settings import Settings
from pgc.simulator import SimulatedIsy

from ..platform.home import Home, Neighbour, left_running, run_processes
from ..platform.programs import COUNTS

ATTACKER = Path(__file__).parent / "nodeserver"
SLOT, NEIGHBOURS_SLOT = 1, 20
_SHARED_MEMORY, _CREATE = 0x4711, 0o1000
_VARIABLE = "PGC_OF_THE_PLATFORM_ALONE"
SECRET = "canary-4711-of-somebody-else"
BANNER = "this is the host"
HOSTS = "/var/tmp"
"""Not below /tmp, of which every sandbox has one of its own."""
PATIENCE = 120.0
"""Seconds for all attempts of a run, on a machine that is busy."""
PATIENT = pytest.mark.timeout(240)
"""For tests whose first one plays a whole scene."""


class Tried:
    """What became of each attempt, by its name, as the log tells it."""

    def __init__(self, lines: Iterable[str]) -> None:
        told = [line.removeprefix("tried ").split(": ", 1) for line in lines if line.startswith("tried ")]
        self.outcomes = {words[0]: words[1] for words in told if len(words) == 2}

    def refused(self, *names: str) -> None:
        """Asserts that each of them was tried, and that nothing was got."""
        got = {name: self.outcomes.get(name, "it was not tried") for name in names}
        wrong = [f"{name}: {outcome}" for name, outcome in got.items() if not outcome.startswith("refused ")]
        assert not wrong, "\n".join(wrong)


def needs(sandbox: Sandbox, *names: str) -> None:
    """Skips a test where this machine lacks a part of isolation, and says why."""
    for fact in sandbox.facts:
        if fact.name in names and not fact.holds:
            pytest.skip(f"{fact.name}: {fact.reason}")


class Scene:
    def __init__(self, home: Home, neighbour: Neighbour, folder: Path, host: dict[str, Any]) -> None:
        self.home = home
        self.neighbour = neighbour
        self._folder = folder
        self._host = host
        self._attackers = 0

    async def attacker(
        self, *modules: str, at_install: Sequence[str] = (), slot: int = SLOT, more: Mapping[str, Any] | None = None
    ) -> NodeServer:
        """The NodeServer that makes the attempts of these modules, added and not started yet; `more` it is told."""
        self._attackers += 1
        folder = self._folder / f"attacker-{self._attackers}"
        shutil.copytree(ATTACKER, folder, ignore=shutil.ignore_patterns("__pycache__"))
        server = {"name": folder.name, "type": "python3", "executable": "ns.py", "profile_version": "1"}
        (folder / "server.json").write_text(json.dumps(server))
        (folder / "requirements.txt").write_text("./innocent\n")
        (folder / "install.modules").write_text(" ".join(at_install))
        targets = {**await self._targets(), **(more or {}), "modules": modules}
        (folder / "targets.json").write_text(json.dumps(targets))
        return await self.home.add(folder, slot)

    async def tries(self, *modules: str) -> Tried:
        """Runs them to the end, and stops the attacker."""
        attacker = await self.attacker(*modules)
        tried = await self.run(attacker)
        await self.home.platform.manager.stop(attacker.worker)
        assert (attacker.state, attacker.reason) == (State.STOPPED, "")
        await self.neighbour.is_well(PATIENCE)
        return tried

    async def run(self, attacker: NodeServer) -> Tried:
        await self.home.start(attacker)
        await self.home.said(attacker, "tried everything", patience=PATIENCE)
        return Tried(entry.text for entry in attacker.journal.entries())

    def tried_at_install(self, attacker: NodeServer) -> Tried:
        site = self.bundle_of(attacker).parent / "site"
        return Tried((site / "innocent_tried.txt").read_text().splitlines())

    def bundle_of(self, nodeserver: NodeServer) -> Path:
        """Its source as it is stored."""
        return self.home.settings.data_folder / "bundles" / nodeserver.record.bundle / "source"

    def processes_of(self, nodeserver: NodeServer) -> list[psutil.Process]:
        """Of its run, as the host sees them: its keeper, and all below that."""
        keeper = run_processes(self.run_folder_of(nodeserver))
        return list({process for each in keeper for process in (each, *each.children(recursive=True))})

    def processes_of_installs(self) -> list[psutil.Process]:
        """Whatever makes attempts that were begun in an install."""
        return [process for process in psutil.process_iter() if _is_attempt(process)]

    def trap_is_sprung(self) -> bool:
        return (Path(self._host["trap"]) / "sprung").exists()

    def run_folder_of(self, nodeserver: NodeServer) -> Path:
        assert nodeserver.run is not None
        return self.home.settings.run_folder / nodeserver.run.process.id

    def outside_is_whole(self) -> bool:
        """What was laid in a home for the test is as it was."""
        return Path(self._host["home"]).read_text() == SECRET

    async def _targets(self) -> dict[str, Any]:
        """All that helps an attacker who knows the machine well."""
        platform, settings, neighbour = self.home.platform, self.home.settings, self.neighbour.nodeserver
        assert neighbour.run is not None
        data, run = settings.data_folder, self.run_folder_of(neighbour)
        places = {
            "data": data,
            "database": data / "pgc.db",
            "keyring": data / "keyring.json",
            "token": data / "api-token",
            "authority": data / FILE,
            "sdk": next((data / "sdk").iterdir()),
            "broker": settings.broker_socket,
            "neighbours bundle": self.bundle_of(neighbour),
            "neighbours run": run / "app",
            "own bundle": data / "bundles",
            "home": self._host["home"],
        }
        assert [name for name, place in places.items() if not Path(place).exists()] == []
        return {
            **self._host,
            "places": {name: str(place) for name, place in places.items()},
            "secrets": [SECRET],
            "platform pid": os.getpid(),
            "foreign pids": [os.getpid(), neighbour.run.process.pid, os.getppid()],
            "api port": urlsplit(platform.api_url).port,
            "neighbours slot": neighbour.slot,
            "neighbours controller": f"n{neighbour.slot:03}_controller",
            "neighbours ingress": await platform.callback_url(neighbour),
            "neighbours prefix": neighbour.topics.prefix,
            "neighbours inbox": f"{neighbour.topics.prefix}/ns/{neighbour.worker}",
            "neighbours login": neighbour.run.record.login,
            "neighbours keeper": str(run / "keeper.sock"),
            "platforms login": f"platform-{Authority.load(data / FILE).fingerprint[:16]}",
            "unix sockets": _unix_sockets(self._folder),
        }


@asynccontextmanager
async def scene(sandbox: Sandbox, sdk: Path, **settings: Any) -> AsyncIterator[Scene]:
    """`sdk` is a data folder that has the SDK in it already."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pgc-escape-", dir=HOSTS)))
        shutil.copytree(sdk, folder / "data")
        sim = await stack.enter_async_context(SimulatedIsy(seed=994))
        host = stack.enter_context(_host())
        home = Home(Settings(data_folder=folder / "data", **settings), sandbox, sim, folder)
        await home.switch_on()
        stack.push_async_callback(home.switch_off)
        await home.platform.isys.add(name="home", url=sim.url, username=sim.username, password=sim.password)
        neighbour = Neighbour(home, await home.run("neighbour", COUNTS, NEIGHBOURS_SLOT))
        yield Scene(home, neighbour, folder, host)
        await home.switch_off()
        assert await left_running(home.settings.run_folder) == []


@contextmanager
def _host() -> Any:
    """What the host has that nobody inside may reach; some of it is made for the test."""
    home = Path.home() / f".pgc-escape-test-{os.getpid()}"
    home.mkdir()
    marker = home / "secret"
    marker.write_text(SECRET)
    os.environ[_VARIABLE] = SECRET
    abstract = f"pgc-escape-test-{os.getpid()}"
    listeners = [socket.create_server(("", 0)), socket.socket(socket.AF_UNIX)]
    listeners[1].bind(f"\0{abstract}")
    listeners[1].listen()
    for listener in listeners:
        listener.setblocking(False)
        asyncio.get_running_loop().add_reader(listener, _greet, listener)
    libc, addresses = ctypes.CDLL(None), psutil.net_if_addrs()
    segment = libc.shmget(_SHARED_MEMORY, 4096, _CREATE | 0o600)
    try:
        yield {
            "home": str(marker),
            "trap": str(home),
            "port": listeners[0].getsockname()[1],
            "abstract": abstract,
            "banner": BANNER,
            "addresses": [
                address.address
                for name, found in addresses.items()
                for address in found
                if name != "lo" and address.family is socket.AF_INET
            ],
            "hostname": socket.gethostname(),
            "shared memory": _SHARED_MEMORY,
        }
    finally:
        shutil.rmtree(home, ignore_errors=True)
        del os.environ[_VARIABLE]
        libc.shmctl(segment, 0, None)
        for listener in listeners:
            asyncio.get_running_loop().remove_reader(listener)
            listener.close()


def _is_attempt(process: psutil.Process) -> bool:
    try:
        return any(word.endswith("/trying.py") for word in process.cmdline())
    except psutil.Error:
        return False


def _greet(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection, suppress(OSError):  # who asks whether there is somebody need not listen
        connection.send(BANNER.encode())


def _unix_sockets(folder: Path) -> list[str]:
    """The paths of those below it that listen."""
    lines = [line.split() for line in Path("/proc/net/unix").read_text().splitlines()[1:]]
    paths = {line[7] for line in lines if len(line) > 7 and line[3] == "00010000"}
    return sorted(path for path in paths if Path(path).is_relative_to(folder))
