"""A home: the platform's parts around its NodeServers, all real, a simulated ISY, and runs that a test speaks for."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import pytest

from pgc.broker.access import Login, hash_secret
from pgc.broker.embedded import EmbeddedBroker
from pgc.broker.link import PlatformLink
from pgc.bundles.build import Builder
from pgc.bundles.git import Git
from pgc.bundles.sources import Fetcher
from pgc.bundles.ssh_keys import SshKeys
from pgc.bundles.store import BundleStore
from pgc.events import Events
from pgc.isy.ingress import Ingress
from pgc.isy.isy import Isy
from pgc.isy.manager import IsyManager
from pgc.isy.slots import callback_url
from pgc.nodeservers import tasks
from pgc.nodeservers.applier import Applier
from pgc.nodeservers.backoff import Policy
from pgc.nodeservers.deletions import Deletions
from pgc.nodeservers.directory import Directory
from pgc.nodeservers.effects import Effects
from pgc.nodeservers.enlisting import Enlisting
from pgc.nodeservers.events import LogWritten
from pgc.nodeservers.expiry import Expiry
from pgc.nodeservers.hot import HotLane
from pgc.nodeservers.housekeeping import Housekeeping
from pgc.nodeservers.inbound import FILTERS, Inbound
from pgc.nodeservers.installs import Installs
from pgc.nodeservers.journals import Journals
from pgc.nodeservers.life import Life
from pgc.nodeservers.listener import HomeListener
from pgc.nodeservers.manager import Manager
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.outbound import Outbound
from pgc.nodeservers.parking import Parking
from pgc.nodeservers.post_mortem import PostMortem
from pgc.nodeservers.provisioner import Provisioner
from pgc.nodeservers.requests import Requests
from pgc.nodeservers.router import Router
from pgc.nodeservers.starts import Starts
from pgc.nodeservers.states import State
from pgc.nodeservers.supervisor import Supervisor
from pgc.nodeservers.switch import Switch
from pgc.nodeservers.wishes import Wishes
from pgc.nodeservers.writer import ValueWriter
from pgc.sandbox.python import interpreter
from pgc.sandbox.pythons import Pythons
from pgc.secrets.keyring import Keyring
from pgc.simulator.server import SimulatedIsy
from pgc.storage.storage import Storage
from pgc.workers.logs import LogEntry
from pgc.workers.pool import WarmPool

from .fake_clock import FakeClock
from .fake_run import SOON, FakeRun, FakeRuntime

STAGE = "test"
_OF_RUNS = (
    "durable lane of",
    "log of",
    "watch ",
    "provision ",
    "life of ",
    "wishes",
    "command of",
    "ends of",
    "install ",
    "look after",
)


class Home:
    """The platform's rooms over one data folder, built as the platform builds them.

    It can be crashed and opened again: the processes of runs live on in `runtime`, as real ones do.
    """

    def __init__(self, folder: Path, simulator: SimulatedIsy, runtime: FakeRuntime) -> None:
        self.folder = folder
        self.simulator = simulator
        self.runtime = runtime
        self.clock = FakeClock()
        self.policy: Policy | None = Policy()
        self.starts_at_once = 100
        self._broker_port = 0
        self.kept_by_broker: list[tuple[str, bytes]] = []
        """What the platform gets before it has found its runs again."""
        self._runs: list[FakeRun] = []

    async def open(self) -> None:
        self.stack = AsyncExitStack()
        self.events, self.directory = Events(), Directory()
        self.storage = Storage(self.folder / "pgc.db", Keyring.load(self.folder / "keyring.json"))
        await self.storage.open()
        self.stack.push_async_callback(self.storage.close)
        await self._open_messages()
        await self._open_isys()
        self.journals = Journals(self.events, self.folder / "logs", 1024 * 1024)
        await self.journals.start()
        self.stack.push_async_callback(self.journals.stop)
        self._build_manager()
        granting = asyncio.create_task(self.manager.grant(), name="wishes")
        self.stack.callback(granting.cancel)
        for topic, payload in self.kept_by_broker:
            self.inbound.receive(topic, payload)
        await self.manager.recover()
        self.inbound.recovered()
        expiring = asyncio.create_task(Expiry(self.directory, self.applier, self.events).run(), name="ends of notices")
        self.stack.callback(expiring.cancel)

    async def close(self) -> None:
        await self.manager.shut_down()
        for run in self._runs:
            await run.disconnect()
        await self.stack.aclose()

    async def crash(self) -> None:
        """The platform is killed: none of its tasks does anything more, and no run is told."""
        await tasks.end(task for task in asyncio.all_tasks() if task.get_name().startswith(_OF_RUNS))
        for run in self._runs:
            await run.disconnect()
        await self.stack.aclose()

    @property
    def isy(self) -> Isy:
        return self.isys.all()[0]

    async def add(self, *, slot: int = 3, **server: object) -> NodeServer:
        """An installed NodeServer, stopped."""
        folder = self.folder / f"source-{slot}"
        folder.mkdir(exist_ok=True)
        (folder / "server.json").write_text(
            json.dumps({"name": "Weather", "type": "python3", "executable": "weather.py", **server})
        )
        (folder / "weather.py").write_text("")
        return await self.manager.add(self.isy, folder, slot=slot, trusted=True, say=lambda _: None)

    async def start(self, nodeserver: NodeServer) -> FakeRun:
        """Starts it; its run is connected."""
        await self.manager.start(nodeserver.worker)
        run = self.run_of(nodeserver)
        await run.connect()
        await self.until(nodeserver, State.RUNNING)
        return run

    def run_of(self, nodeserver: NodeServer) -> FakeRun:
        """The far end of its current run, not yet connected."""
        assert nodeserver.run is not None
        run = FakeRun(self.runtime.processes[nodeserver.run.record.id])
        self._runs.append(run)
        return run

    async def until(self, nodeserver: NodeServer, *states: State) -> None:
        async with asyncio.timeout(SOON):
            await nodeserver.until(*states)

    async def said(self, nodeserver: NodeServer, text: str) -> LogEntry:
        """The first line of its log with this text, now or soon."""
        with self.events.subscribe(LogWritten) as written:
            async with asyncio.timeout(SOON):
                while (found := line(nodeserver, text)) is None:
                    await anext(written)
        return found

    async def holds(self, address: str, driver: str, value: str, slot: int = 3) -> None:
        """Waits until the ISY holds this value."""
        await self.simulator.until(lambda _: self.held(address, driver, slot) == value, SOON)

    def held(self, address: str, driver: str, slot: int = 3) -> str | None:
        reading = self.simulator.state.reading(f"n{slot:03}_{address}", driver)
        return reading.value if reading else None

    def asked(self, part: str) -> int:
        """How many of the ISY's requests had this in their path."""
        return sum(part in request.path for request in self.simulator.requests)

    async def _open_messages(self) -> None:
        self.broker = EmbeddedBroker(port=self._broker_port)
        await self.broker.start()
        self.stack.push_async_callback(self.broker.stop)
        self._broker_port = int(self.broker.url.rsplit(":", 1)[1])
        await self.broker.allow(Login("platform", hash_secret("opensesame"), STAGE, trusted=True))
        self.writer = ValueWriter(self.storage.values)
        await self.writer.start()
        self.stack.push_async_callback(self.writer.stop)
        self.hot = HotLane(self.writer)
        filters = [f"{STAGE}/{below}" for below in FILTERS]
        self.link = PlatformLink(
            self.broker.url, "platform", "opensesame", filters, lambda *frame: self._receive(*frame)
        )
        self.outbound = Outbound(self.link)
        self.wishes = Wishes()
        self.inbound = Inbound(self.directory, self.hot, self.outbound, self.wishes)
        await self.link.start()
        self.stack.push_async_callback(self.link.stop)

    def _receive(self, topic: str, payload: bytes) -> None:
        self.inbound.receive(topic, payload)

    async def _open_isys(self) -> None:
        self.provisioner = Provisioner(self.storage, self.outbound, self._callback)
        self.deletions = Deletions(self.storage, self.provisioner)
        listener = partial(HomeListener, directory=self.directory, hot=self.hot, deletions=self.deletions)
        self.isys = IsyManager(self.storage.isys, listener)
        await self.isys.start()
        self.stack.push_async_callback(self.isys.stop)
        if not self.isys.all():
            await self.isys.add(name="Home", url=self.simulator.url, username="admin", password="admin")
        self.requests = Requests()
        self.stack.push_async_callback(self.requests.stop)
        self.router = Router(self.directory, self.outbound, self.requests)
        self.ingress = Ingress("127.0.0.1", 0, self.router)
        await self.ingress.start()
        self.stack.push_async_callback(self.ingress.stop)

    def _build_manager(self) -> None:
        self.bundles = BundleStore(self.folder / "bundles")
        self.effects = Effects(self.hot, self.outbound, self.provisioner, self.requests, self.wishes)
        self.stack.push_async_callback(self.effects.stop)
        self.applier = Applier(self.storage, self.effects)
        self.life = Life(
            storage=self.storage,
            bundles=self.bundles,
            broker=self.broker,
            runtime=self.runtime,
            pool=WarmPool(self.runtime, 0),
            inbound=self.inbound,
            outbound=self.outbound,
            applier=self.applier,
            provisioner=self.provisioner,
            stop_grace=1.0,
            publish_host="127.0.0.1",
        )
        self.supervisor = Supervisor(
            life=self.life,
            starts=Starts(self.starts_at_once),
            post_mortem=PostMortem(self.bundles),
            parking=Parking(self.storage.parking),
            policy=self.policy,
            clock=self.clock,
        )
        self.manager = Manager(
            storage=self.storage,
            directory=self.directory,
            isys=self.isys,
            bundles=self.bundles,
            enlisting=Enlisting(
                storage=self.storage,
                directory=self.directory,
                provisioner=self.provisioner,
                journals=self.journals,
                events=self.events,
                stage=STAGE,
            ),
            installs=self._installs(),
            life=self.life,
            supervisor=self.supervisor,
            provisioner=self.provisioner,
            applier=self.applier,
            wishes=self.wishes,
            journals=self.journals,
        )

    def _installs(self) -> Installs:
        sandbox, uploads = self.runtime.sandbox, self.folder / "uploads"
        uploads.mkdir(exist_ok=True)
        self.housekeeping = Housekeeping(self.directory, self.bundles, self.folder)
        return Installs(
            fetcher=Fetcher(self.bundles, Git(sandbox, SshKeys(self.folder / "ssh"))),
            builder=Builder(self.bundles, sandbox, cache=self.folder / "cache", pythons=Pythons(interpreter())),
            bundles=self.bundles,
            applier=self.applier,
            switch=Switch(self.storage, self.supervisor),
            housekeeping=self.housekeeping,
            uploads=uploads,
        )

    async def _callback(self, nodeserver: NodeServer) -> str:
        return callback_url(self.ingress.url, nodeserver.isy.id, nodeserver.slot)


def line(nodeserver: NodeServer, text: str) -> LogEntry | None:
    return next((entry for entry in nodeserver.journal.entries() if text in entry.text), None)


def node(address: str, **given: object) -> dict[str, object]:
    """The body of an ``addnode``: a node of its own, with one driver."""
    drivers = {"ST": {"value": 0, "uom": 56}}
    return {"address": address, "name": address, "nodedefid": "def", "primary": address, "drivers": drivers, **given}


CONTROLLER = node("ctl", isController=True, drivers={"ST": {"value": 0, "uom": 2}})


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that has all its tables, and nothing in them."""
    folder = tmp_path_factory.mktemp("migrated")

    async def migrate() -> None:
        storage = Storage(folder / "pgc.db", Keyring.load(folder / "keyring.json"))
        await storage.open()
        await storage.close()

    asyncio.run(migrate())
    return folder / "pgc.db"


@pytest.fixture
async def home(tmp_path: Path, simulator: SimulatedIsy, migrated: Path) -> AsyncIterator[Home]:
    shutil.copy(migrated, tmp_path)
    home = Home(tmp_path, simulator, FakeRuntime())
    await home.open()
    yield home
    await home.close()


@pytest.fixture
async def nodeserver(home: Home) -> NodeServer:
    return await home.add()


@pytest.fixture
async def run(home: Home, nodeserver: NodeServer) -> FakeRun:
    """Its run: started and connected."""
    return await home.start(nodeserver)


AddNode = Callable[..., Awaitable[None]]


@pytest.fixture
def add_node(home: Home, run: FakeRun) -> AddNode:
    """Adds a node and waits until the ISY has it."""

    async def add(address: str, **given: object) -> None:
        await run.save({"addnode": node(address, **given)})
        await home.simulator.until(lambda state: f"n003_{address}" in state.nodes, SOON)

    return add
