"""Builds the parts, starts them in order and stops them in the other order; the only place that knows them all."""

import asyncio
import fcntl
import logging
import os
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from pgc.api.app import build_app
from pgc.api.server import ApiPortTaken, ApiServer
from pgc.api.token import ADDRESS_FILE, TOKEN_FILE, load_token
from pgc.broker.access import Login, hash_secret, new_secret
from pgc.broker.address import Address
from pgc.broker.choice import ON_LOOPBACK, choose_broker, hosts_for_runs
from pgc.broker.doors import Doors
from pgc.broker.link import PlatformLink
from pgc.broker.logins import Logins
from pgc.bundles.build import Builder
from pgc.bundles.git import Git
from pgc.bundles.index_settings import index_secrets
from pgc.bundles.sources import Fetcher
from pgc.bundles.ssh_keys import SshKeys
from pgc.bundles.store import BundleStore
from pgc.errors import PgcError
from pgc.events import Events
from pgc.isy.callback import reached_by
from pgc.isy.errors import PortTaken
from pgc.isy.ingress import Ingress
from pgc.isy.manager import IsyManager
from pgc.isy.slots import callback_url
from pgc.nodeservers import tasks
from pgc.nodeservers.applier import Applier
from pgc.nodeservers.backoff import Policy
from pgc.nodeservers.deletions import Deletions
from pgc.nodeservers.directory import Directory
from pgc.nodeservers.effects import Effects
from pgc.nodeservers.enlisting import Enlisting
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
from pgc.nodeservers.supervisor import Supervisor
from pgc.nodeservers.switch import Switch
from pgc.nodeservers.wishes import Wishes
from pgc.nodeservers.writer import ValueWriter
from pgc.sandbox.contract import MIB, Access, Limits, Sandbox
from pgc.sandbox.python import interpreter
from pgc.sandbox.pythons import Pythons
from pgc.sandbox.reach import network_to
from pgc.secrets.authority import FILE as AUTHORITY_FILE
from pgc.secrets.authority import Authority
from pgc.secrets.keyring import Keyring
from pgc.settings import Settings
from pgc.storage.storage import Storage
from pgc.word import left_word
from pgc.workers.engines import Engines
from pgc.workers.pool import WarmPool
from pgc.workers.process import ProcessRuntime
from pgc.workers.runtime import Runtime
from pgc.workers.sdk import prepare_sdk

LOCK = "lock"
"""In the data folder: whoever holds it is the platform of that folder."""
_log = logging.getLogger(__name__)


class Part(Protocol):
    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class Listener(Part, Protocol):
    @property
    def url(self) -> str: ...


P = TypeVar("P", bound=Part)
L = TypeVar("L", bound=Listener)


class Platform:
    """One platform over one data folder. `manager`, `isys` and the URLs are there once it is started.

    Runs are processes of this machine where no other `runtime` is given.
    """

    manager: Manager
    isys: IsyManager

    def __init__(self, settings: Settings, sandbox: Sandbox, runtime: Runtime | None = None) -> None:
        self.settings = settings
        self.sandbox = sandbox
        self._given_runtime = runtime
        self._sdk: Path | None = None
        self.events = Events()
        self._pythons = Pythons(interpreter())
        self._directory = Directory()
        self._stack = AsyncExitStack()
        self._ready = False

    async def __aenter__(self) -> "Platform":
        """
        Raises:
            PgcError: a part could not be started; those before it are stopped again.
        """
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stops every run, then every part."""
        self._ready = False
        await self._stack.aclose()

    @property
    def missing(self) -> list[str]:
        """The parts that are not up, for people."""
        if not self._ready:
            return ["start"]
        return [] if self._link.connected else ["the connection to the broker"]

    @property
    def api_url(self) -> str:
        return self._api.url

    async def callback_url(self, nodeserver: NodeServer) -> str:
        """Where an ISY reaches the slot of this NodeServer."""
        base = self.settings.isy_callback_url or await reached_by(nodeserver.isy, self._ingress.url)
        return callback_url(base, nodeserver.isy.id, nodeserver.slot)

    async def _start(self) -> None:
        folder = self.settings.data_folder
        self._own(folder)
        self._storage = Storage(folder / "pgc.db", Keyring.load(folder / "keyring.json"))
        await self._storage.open()
        self._stack.push_async_callback(self._storage.close)
        self._runtime = self._given_runtime or await self._own_runtime(folder)
        self._stack.callback(self._drop_run_folder)
        await self._start_messages()
        await self._runtime.remove_leftovers({run.id for run in await self._storage.runs.all()})
        self._pool = await self._begin(WarmPool(self._runtime, self.settings.warm_runs))
        await self._start_isys()
        self._token = load_token(folder / TOKEN_FILE)
        secrets = (self._token, *index_secrets(os.environ))
        cap = self.settings.log_megabytes * 1024 * 1024
        self._journals = await self._begin(Journals(self.events, folder / "logs", cap, secrets))
        self._uploads = folder / "uploads"
        self._uploads.mkdir(mode=0o700, exist_ok=True)
        self._build_manager(await asyncio.to_thread(BundleStore, folder / "bundles"))
        self._stack.push_async_callback(self.manager.shut_down)
        await self._housekeeping.tidy_uploads(await self._storage.nodeservers.all())
        await self._start_api(self._token)
        self._stack.callback(self._journals.end_readers)
        self._run(self.manager.grant(), "wishes of NodeServers")
        if self._sdk is not None and not await self._storage.runs.all():
            await self._housekeeping.tidy_sdks(self._sdk)
        await self.manager.recover()
        self._inbound.recovered()
        self._run(self._expiry.run(), "ends of notices")
        self._run(self._housekeeping.tidy(), "housekeeping")
        self._ready = True

    async def _own_runtime(self, folder: Path) -> Runtime:
        self._sdk = await prepare_sdk(folder)
        network = await asyncio.to_thread(network_to, hosts_for_runs(self.settings))
        sandbox = self.sandbox
        if sandbox.networked and network.access is Access.SHARED:
            _log.warning("%s", ON_LOOPBACK)
            sandbox = sandbox.sharing(ON_LOOPBACK)
        return ProcessRuntime(
            sandbox,
            self.settings.run_folder,
            self._sdk,
            limits=_limits(self.settings),
            patience=self.settings.run_patience,
            broker_socket=self.settings.broker_socket,
            engines=Engines(folder, self._pythons),
            through=network.through,
        )

    def _drop_run_folder(self) -> None:
        """It is empty once all runs have ended; what is in it after a fault is looked at by the next start."""
        with suppress(OSError):
            self.settings.run_folder.rmdir()

    def _own(self, folder: Path) -> None:
        """Two platforms on one folder would write over each other."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._stack.callback(os.close, lock)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise PgcError(
                f"another platform is running on {folder}", hint="stop it, or name another folder in PGC_DATA_FOLDER"
            ) from error

    async def _start_messages(self) -> None:
        """The broker, our own connection to it, and what goes up and down over that."""
        authority = Authority.load(self.settings.data_folder / AUTHORITY_FILE)
        self._broker = await self._begin(choose_broker(self.settings, authority, self._tell_fault))
        await self._give_up_runs(f"{self._broker.url} {authority.fingerprint}")
        secret, stage = new_secret(), self.settings.stage
        login = Login(f"platform-{authority.fingerprint[:16]}", hash_secret(secret), prefix=stage, trusted=True)
        await self._broker.allow(login, secret)
        self._writer = await self._begin(ValueWriter(self._storage.values))
        self._hot = HotLane(self._writer)
        self._link = PlatformLink(
            Address.of(self._broker.url, self._broker.ca),
            login.name,
            secret,
            [f"{stage}/{below}" for below in FILTERS],
            self._receive,
            marks=f"{stage}/{login.name}",
            persistent=self._broker.keeps_sessions,
        )
        self._outbound = Outbound(self._link)
        self._wishes = Wishes()
        self._inbound = Inbound(self._directory, self._hot, self._outbound, self._wishes)
        self._stack.push_async_callback(self._inbound.stop)
        await self._begin(self._link)
        await self._link.settle()
        self._doors = Doors(Address.of(self._broker.url, self._broker.ca), authority)

    async def _give_up_runs(self, broker: str) -> None:
        """Runs that outlived the platform know only the broker it had then, and the authority: where these are others,
        the runs are ended, and started anew."""
        if await self._storage.kept.get("broker") == broker:
            return
        for run in await self._storage.runs.all():
            _log.warning("run %s cannot find the broker any more; it is started anew", run.id)
            await self._storage.runs.end(run.id)
        await self._storage.kept.put("broker", broker)

    def _tell_fault(self, login: str, fault: str) -> None:
        """Why a run was disconnected shows where its owner looks."""
        for nodeserver in self._directory:
            if nodeserver.run is not None and nodeserver.run.record.login == login:
                nodeserver.journal.remark(f"its connection was cut, because it {fault}", "WARNING")

    def _receive(self, topic: str, payload: bytes) -> None:
        self._inbound.receive(topic, payload)

    async def _start_isys(self) -> None:
        """The ISYs, and the way in from them."""
        self._provisioner = Provisioner(self._storage, self._outbound, self.callback_url)
        self._deletions = Deletions(self._storage, self._provisioner)
        listener = partial(HomeListener, directory=self._directory, hot=self._hot, deletions=self._deletions)
        self.isys = await self._begin(IsyManager(self._storage.isys, listener))
        self._requests = Requests()
        self._stack.push_async_callback(self._requests.stop)
        router = Router(self._directory, self._outbound, self._requests)
        host = self.settings.isy_listen_host
        new_ingress = partial(_new_ingress, host, router)
        self._ingress = await self._on_kept_port("isy_listen_port", self.settings.isy_listen_port, new_ingress)

    def _build_manager(self, bundles: BundleStore) -> None:
        effects = Effects(self._hot, self._outbound, self._provisioner, self._requests, self._wishes)
        self._stack.push_async_callback(effects.stop)
        applier = Applier(self._storage, effects)
        self._expiry = Expiry(self._directory, applier, self.events)
        life = Life(
            storage=self._storage,
            bundles=bundles,
            broker=Logins(self._broker, self._link, self._doors),
            runtime=self._runtime,
            pool=self._pool,
            inbound=self._inbound,
            outbound=self._outbound,
            applier=applier,
            provisioner=self._provisioner,
            stop_grace=self.settings.stop_grace,
            publish_host=self.settings.publish_host,
        )
        supervisor = Supervisor(
            life=life,
            starts=Starts(self.settings.starts_at_once),
            post_mortem=PostMortem(bundles),
            parking=Parking(self._storage.parking),
            policy=Policy() if self.settings.restart_crashed else None,
        )
        self.manager = Manager(
            storage=self._storage,
            directory=self._directory,
            isys=self.isys,
            bundles=bundles,
            enlisting=Enlisting(
                storage=self._storage,
                directory=self._directory,
                provisioner=self._provisioner,
                journals=self._journals,
                events=self.events,
                stage=self.settings.stage,
            ),
            installs=self._installs(bundles, applier, supervisor),
            life=life,
            supervisor=supervisor,
            provisioner=self._provisioner,
            applier=applier,
            wishes=self._wishes,
            journals=self._journals,
        )

    def _installs(self, bundles: BundleStore, applier: Applier, supervisor: Supervisor) -> Installs:
        folder = self.settings.data_folder
        self._housekeeping = Housekeeping(self._directory, bundles, folder)
        return Installs(
            fetcher=Fetcher(bundles, Git(self.sandbox, SshKeys(folder / "ssh"))),
            builder=Builder(bundles, self.sandbox, cache=folder / "cache", pythons=self._pythons),
            bundles=bundles,
            applier=applier,
            switch=Switch(self._storage, supervisor),
            housekeeping=self._housekeeping,
            uploads=self._uploads,
        )

    async def _start_api(self, token: str) -> None:
        app = build_app(
            self.manager,
            self.isys,
            self._deletions,
            self._runtime.sandbox,
            token,
            started=lambda: self._ready,
            missing=lambda: self.missing,
            uploads=self._uploads,
        )
        new_api = partial(ApiServer, app, self.settings.api_host)
        self._api = await self._on_kept_port("api_port", self.settings.api_port, new_api)
        self._stack.enter_context(left_word(self.settings.data_folder / ADDRESS_FILE, self._api.local_url.encode()))

    async def _begin(self, part: P) -> P:
        await part.start()
        self._stack.push_async_callback(part.stop)
        return part

    async def _on_kept_port(self, key: str, wanted: int, make: Callable[[int], L]) -> L:
        """Starts a listener on the wanted port, else on the one it had before, else on any free one.

        ISYs, and people, know the port it had.
        """
        kept = int(await self._storage.kept.get(key) or 0)
        try:
            part = await self._begin(make(wanted or kept))
        except (PortTaken, ApiPortTaken):
            if wanted or not kept:
                raise
            _log.warning("port %d is taken now; taking another for %s", kept, key)
            part = await self._begin(make(0))
        port = urlsplit(part.url).port or 0
        await self._storage.kept.put(key, str(port))
        return part

    def _run(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._stack.push_async_callback(tasks.end, [tasks.begin(work, name)])


def _limits(settings: Settings) -> Limits:
    return Limits(
        processes=settings.run_processes,
        memory=settings.run_memory_megabytes * MIB,
        disk=settings.run_disk_megabytes * MIB,
    )


def _new_ingress(host: str, router: Router, port: int) -> Ingress:
    return Ingress(host, port, router)
