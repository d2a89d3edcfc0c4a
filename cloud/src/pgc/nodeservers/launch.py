"""How a process becomes the run of a NodeServer: which process it is, its login, and what it is handed."""

import asyncio
import secrets
from dataclasses import replace

from msgspec import json

from pgc.broker.access import Login, hash_secret, new_secret
from pgc.broker.doors import KEY
from pgc.broker.logins import Logins
from pgc.bundles.store import BundleStore
from pgc.errors import PgcError
from pgc.nodeservers import originals
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.outside import outside, shared_network
from pgc.nodeservers.provisioner import Provisioner
from pgc.sandbox.pythons import AUTO
from pgc.storage.records import NodeServerRecord
from pgc.workers.pool import WarmPool
from pgc.workers.runtime import Assignment, Contents, Run, Runtime
from pgc_interface import wire
from pgc_interface.dialects import Dialect


class Launcher:
    """Notes nothing of what it does: whoever calls ends what was begun, if the next step fails."""

    def __init__(
        self,
        bundles: BundleStore,
        broker: Logins,
        runtime: Runtime,
        pool: WarmPool,
        provisioner: Provisioner,
        publish_host: str,
    ) -> None:
        self._bundles = bundles
        self._broker = broker
        self._runtime = runtime
        self._pool = pool
        self._provisioner = provisioner
        self._publish_host = publish_host

    async def contents(self, nodeserver: NodeServer) -> Contents:
        """Its files, as they were installed.

        Raises:
            PgcError: they are gone, or have been changed.
        """
        bundle = await asyncio.to_thread(self._bundles.verified, nodeserver.record.bundle)
        if bundle is None:
            raise PgcError(f"the installed files of {nodeserver.record.name} are gone", hint="install it again")
        return Contents(bundle.source, bundle.site)

    async def process_for(self, nodeserver: NodeServer) -> Run:
        """A warm one, unless it brings a client library that needs other surroundings."""
        if nodeserver.record.dialect is not Dialect.ORIGINAL:
            return await self._pool.take(nodeserver.record.python)
        needs = await originals.needs(nodeserver.server_file, self._runtime.sandbox)
        return await self._runtime.spawn(needs, python=nodeserver.record.python)

    async def hand_over(
        self, nodeserver: NodeServer, process: Run, contents: Contents, login: Login, secret: str
    ) -> None:
        """Lets it in at the broker, and gives it all that it needs; then its own code runs."""
        await self._broker.allow(login, secret)
        nodeserver.journal.remark(_in_its_dialect(nodeserver.record))
        if shared := shared_network(nodeserver, self._runtime.sandbox):
            nodeserver.journal.remark(shared)
        let = outside(nodeserver, self._publish_host)
        if process.door is None:
            await process.assign(contents, assignment(nodeserver, self._broker, login, secret), let)
            return
        await self._provisioner.profile_of(nodeserver, contents.source)
        way = await self._broker.open_door(login, secret, process.door)
        nodeserver.journal.hide(way.files[KEY].decode())
        contents = replace(contents, certificates=way.files)
        await process.assign(contents, originals.assignment_of_original(nodeserver, way), let)

    async def let_in_again(self, process: Run, login: Login) -> None:
        """A run that goes on after the platform restarted."""
        if process.door is None:
            await self._broker.allow(login)
            return
        login, secret = originals.renewed(login)
        await self._broker.allow(login, secret)
        await self._broker.open_door(login, secret, process.door)


def new_login(nodeserver: NodeServer) -> tuple[Login, str]:
    """A login for one run, valid below the NodeServer's own topics, and its secret."""
    secret = new_secret()
    name = f"run-{secrets.token_hex(16)}"
    return Login(name=name, secret_hash=hash_secret(secret), prefix=nodeserver.topics.prefix), secret


def assignment(nodeserver: NodeServer, broker: Logins, login: Login, secret: str) -> Assignment:
    """The environment of PROTOCOL: it travels in the claim, never on a command line."""
    scheme, host = broker.url.split("://", 1)
    environment = {
        "NODESERVER": json.encode(wire.to_dict(nodeserver.on_wire())).decode(),
        "STAGE": nodeserver.stage,
        "PGC_TOPIC_PREFIX": nodeserver.topics.prefix,
        "PGC_MQTT_URL": f"{scheme}://{login.name}:{secret}@{host}",
        "PGC_MQTT_CA": broker.ca,
        "PGC_LOG_FORMAT": "json",
    }
    return Assignment(nodeserver.server_file.executable, environment, nodeserver.record.dialect)


def _in_its_dialect(record: NodeServerRecord) -> str:
    reason = f": {record.dialect_reason}" if record.dialect_reason else ""
    python = "" if record.python == AUTO else f" on Python {record.python}"
    return f"it is run{python} in the dialect {record.dialect}{reason}"
