"""NodeServers with the original client libraries as they are in the registries, pgc-interface 1.1.9 for Python and
pgc_interface 1.0.13 for JavaScript: over TLS at port 8883, on each broker that the platform brings."""

import asyncio
import shutil
import signal
from pathlib import Path

import pytest

from pgc.broker.mosquitto_files import Installed
from pgc.bundles.build import Builder
from pgc.bundles.errors import InstallError
from pgc.bundles.store import BundleStore
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.states import State
from pgc.sandbox.contract import Sandbox
from pgc.sandbox.python import interpreter
from pgc.sandbox.pythons import Pythons
from pgc.settings import Settings
from pgc.simulator import SimulatedIsy
from pgc.simulator.changes import Change, CommandReported
from pgc.storage.records import Api
from pgc_interface import wire

from .home import Home
from .originals import ORIGINALS, write_original
from .served import Served
from .test_dependencies import UNREACHABLE

PATIENCE = 60.0
"""They look for news every five seconds; and nothing here is to depend on how busy a machine is."""

pytestmark = pytest.mark.timeout(300)


Bundles = dict[str, Path]


@pytest.fixture(scope="module")
def lacking() -> dict[str, str]:
    """Why some of the NodeServers cannot be had on this machine, by name."""
    return {}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, probed: Sandbox, lacking: dict[str, str]) -> Bundles:
    """The NodeServers' bundles, installed once for all tests."""
    if not probed.isolated:
        pytest.skip(f"the original clients need a sandbox: {probed.reason}")
    if not (shutil.which("node") and shutil.which("npm")):
        lacking["javascript"] = "Node.js and npm are not installed"

    async def install_all() -> None:
        named = [(name, tmp_path_factory.mktemp(name)) for name in ORIGINALS if name not in lacking]
        reasons = await asyncio.gather(*(_install(name, folder, probed) for name, folder in named))
        for (name, folder), reason in zip(named, reasons, strict=True):
            lacking.update({name: reason} if reason else {})
            bundles.update({} if reason else {name: folder / "bundles"})

    bundles: Bundles = {}
    asyncio.run(install_all())
    return bundles


async def _install(name: str, folder: Path, sandbox: Sandbox) -> str:
    """Empty, or why that cannot be done."""
    store, pythons = BundleStore(folder / "bundles"), Pythons(interpreter())
    builder = Builder(store, sandbox, cache=folder / "cache", pythons=pythons)
    try:
        await builder.build(write_original(name, folder / "source"), print, api=Api.ORIGINAL)
    except InstallError as error:
        if UNREACHABLE.search(f"{error} {error.hint}"):
            return f"no package registry can be reached: {error}"
        raise
    return ""


@pytest.fixture(params=["embedded", "mosquitto"])
def broker(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "mosquitto" and Installed.find() is None:
        pytest.skip("mosquitto 2 with its dynamic-security plugin is not installed")
    monkeypatch.setenv("PGC_BROKER", request.param)
    return str(request.param)


@pytest.fixture
def settings(settings: Settings, broker: str, installed: Bundles) -> Settings:
    """On this broker, with what is installed already."""
    for bundles in installed.values():
        shutil.copytree(bundles, settings.data_folder / "bundles", symlinks=True, dirs_exist_ok=True)
    return settings.model_copy(update={"broker": broker})


class Watched:
    """One of them, as its owner and its ISY see it."""

    def __init__(self, home: Home, nodeserver: NodeServer) -> None:
        self._home = home
        self._nodeserver = nodeserver
        self._prefix = f"n{nodeserver.slot:03}_"
        self._commands: list[str] = []
        home.sim.observe(self._observe)

    def _observe(self, change: Change) -> None:
        if isinstance(change, CommandReported) and change.address.startswith(self._prefix):
            self._commands.append(change.command)

    def _is_shown(self, **values: str) -> bool:
        return all(self._home.held(f"{self._prefix}controller", driver) == value for driver, value in values.items())

    async def _shows(self, **values: str) -> None:
        await self._home.sim.until(lambda _state: self._is_shown(**values), PATIENCE)

    async def _change(self, **body: object) -> None:
        frame = wire.decode(wire.encode(body), wire.Upstream)
        await self._home.platform.manager.change(self._nodeserver.worker, frame)

    async def _press(self, command: str, *value: object) -> None:
        await self._home.sim.send_command(f"{self._prefix}controller", command, *value)

    async def lives(self) -> None:
        """Nodes, profile, polls, params, commands both ways, queries, what it saves, and its stop."""
        sim, nodeserver = self._home.sim, self._nodeserver
        await self._home.platform.manager.start(nodeserver.worker)
        nodes = {f"{self._prefix}controller", f"{self._prefix}lamp"}
        await sim.until(lambda state: nodes <= state.nodes.keys(), PATIENCE)
        await self._home.said(nodeserver, "runs in /app/nodeserver with", PATIENCE)
        assert set(sim.state.profiles[nodeserver.slot].files) == {"nodedef", "editor", "nls"}
        await self._change(polls={"shortPoll": 1}, patchparams={"set": {"level": "7"}})
        await self._press("SET", "42", 56)
        await self._press("SAY")
        await self._shows(GV2="42", GV3="7")
        await sim.until(lambda _state: not self._is_shown(GV1="0"), PATIENCE)
        await self._press("SET", "0", 56)
        await self._shows(GV2="0")
        await sim.until(lambda _state: self._commands == ["DON"], PATIENCE)
        assert await sim.query(f"{self._prefix}controller", PATIENCE)
        saved = nodeserver.saved
        assert saved.params == {"asked": "yes", "level": "7"}
        assert (saved.notices, saved.data) == ({"hello": "welcome"}, {"kept": [1, "two"]})
        await self._home.platform.manager.stop(nodeserver.worker)
        assert (nodeserver.state, nodeserver.reason) == (State.STOPPED, "")
        await self._shows(ST="0")


async def test_they_live_as_they_did(home: Home, installed: Bundles, lacking: dict[str, str], tmp_path: Path) -> None:
    """Side by side: both look for the broker at the same port."""
    add = home.platform.manager.add
    lives = []
    for slot, name in enumerate(installed, start=1):
        folder = write_original(name, tmp_path / name)
        api = Api.ORIGINAL if name == "python" else Api.AUTO
        nodeserver = await add(home.isy, folder, slot=slot, api=api, trusted=True, say=lambda _line: None)
        lives.append(Watched(home, nodeserver).lives())
    async with asyncio.TaskGroup() as group:
        for life in lives:
            group.create_task(life)
    for name, reason in lacking.items():
        pytest.skip(f"without the one in {name}: {reason}")


async def test_they_find_the_platform_again_that_was_killed(
    serving: Served, settings: Settings, sim: SimulatedIsy, lacking: dict[str, str], tmp_path: Path
) -> None:
    """The secret of their login is gone with it: their door has got another one."""
    for name, reason in lacking.items():
        pytest.skip(f"without the one in {name}: {reason}")

    def counted() -> int:
        reading = sim.state.reading("n001_controller", "GV1")
        return int(reading.value) if reading else 0

    await serving.start()
    login = {"username": sim.username, "password": sim.password}
    isy = await serving.ask("POST", "/isys", {"name": "home", "url": sim.url, **login})
    folder = write_original("javascript", tmp_path / "source")
    added = await serving.ask("POST", "/nodeservers", {"isy": isy["id"], "folder": str(folder), "slot": 1})
    path = f"/nodeservers/{added['worker']}"
    await serving.ask("POST", f"{path}/start")
    await serving.ask("PUT", f"{path}/polls", {"short_poll": 1, "long_poll": 3600})
    await sim.until(lambda _state: counted() > 0, PATIENCE)
    (run,) = settings.run_folder.iterdir()
    assert await serving.end(signal.SIGKILL) == -signal.SIGKILL
    before = counted()
    await serving.start()
    await sim.until(lambda _state: counted() > before + 1, PATIENCE)
    assert list(settings.run_folder.iterdir()) == [run], "it was not started anew"
    assert (await serving.ask("POST", f"{path}/stop"))["state"] == "stopped"
