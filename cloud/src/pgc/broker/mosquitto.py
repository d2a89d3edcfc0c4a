"""mosquitto as a child of the platform: configured, watched and started again by it; good for thousands of runs."""

import asyncio
import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pgc.broker import dynsec_file, unix_socket
from pgc.broker.access import Login, new_secret
from pgc.broker.address import Address
from pgc.broker.child import Child
from pgc.broker.dynsec import DynamicSecurity
from pgc.broker.errors import BrokerError
from pgc.broker.limits import Limits
from pgc.broker.mosquitto_files import Files, Installed, TlsListener

_FAULT: Final = re.compile(r"Client (\S+) disconnected due to (.+)\.$")
_NOT_INSTALLED: Final = (
    "apt install mosquitto, dnf install mosquitto, brew install mosquitto; or set PGC_BROKER=embedded"
)
_LEVELS: Final = {"Error": logging.ERROR, "Warning": logging.WARNING}
logger = logging.getLogger(__name__)


class MosquittoBroker:
    """Implements :class:`pgc.broker.contract.Broker`.

    It listens on a unix socket, and over TLS where that is asked for. `folder` is its own; in it logins and what waits
    for the platform outlive a stop.
    """

    keeps_sessions = True

    def __init__(
        self,
        folder: Path,
        socket: Path,
        *,
        limits: Limits | None = None,
        tls: TlsListener | None = None,
        tell_fault: Callable[[str, str], None] = lambda name, fault: None,
    ) -> None:
        self._files = Files(folder, socket)
        self._limits = limits or Limits()
        self._tls = tls
        self._tell_fault = tell_fault
        self._logins: dict[str, Login] = {}
        self._child: Child | None = None
        self._control = DynamicSecurity(Address.of(unix_socket.url(socket)), dynsec_file.ADMIN, "")

    @property
    def url(self) -> str:
        if self._child is None:
            raise BrokerError("the broker is not running")
        return unix_socket.url(self._files.socket)

    @property
    def ca(self) -> str:
        return self._tls.ca.decode() if self._tls else ""

    @property
    def pid(self) -> int | None:
        """Of mosquitto; None while it is not running."""
        return self._child.pid if self._child else None

    async def start(self) -> None:
        if self._child is not None:
            raise BrokerError("the broker is running already")
        installed = await asyncio.to_thread(Installed.find)
        if installed is None:
            raise BrokerError("mosquitto 2 with its dynamic-security plugin is not installed", hint=_NOT_INSTALLED)
        secret = new_secret()
        await asyncio.to_thread(self._lay_files, installed, secret)
        self._control = DynamicSecurity(Address.of(unix_socket.url(self._files.socket)), dynsec_file.ADMIN, secret)
        argv = [str(installed.program), "-c", str(self._files.configuration)]
        child = Child("mosquitto", argv, self._files.socket.parent, logger, self._heard)
        await child.start()
        self._child = child
        try:
            await self._answers(child)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Runs are told to go, and keep their logins; what waits for the platform is kept as well."""
        if self._child is not None:
            child, self._child = self._child, None
            await child.stop()
            unix_socket.remove(self._files.socket)

    async def allow(self, login: Login, secret: str | None = None) -> None:
        if self._logins.get(login.name, login) != login:
            raise BrokerError("another login has that name already", hint="revoke it first, or take a new name")
        await (self._control.enable(login.name) if secret is None else self._control.allow(login, secret))
        self._logins[login.name] = login

    async def revoke(self, name: str) -> None:
        self._logins.pop(name, None)
        await self._control.revoke(name)

    def _lay_files(self, installed: Installed, secret: str) -> None:
        self._files.write(installed, self._limits, self._tls)
        dynsec_file.lay(self._files.logins, secret)

    async def _answers(self, child: Child) -> None:
        """Waits until it takes orders. Bounded as they are."""
        checking = asyncio.create_task(self._control.check(), name="broker-check")
        dying = asyncio.create_task(child.died(), name="broker-died")
        try:
            await asyncio.wait({checking, dying}, return_when=asyncio.FIRST_COMPLETED)
            if dying.done():
                hint = f"its files are in {self._files.folder}"
                raise BrokerError(f"the broker cannot be started: {dying.result()}", hint=hint)
            checking.result()
        finally:
            for task in (checking, dying):
                task.cancel()
            await asyncio.gather(checking, dying, return_exceptions=True)

    def _heard(self, line: str) -> None:
        logger.log(_LEVELS.get(line.partition(":")[0], logging.INFO), "%s", line)
        if fault := _FAULT.match(line):
            self._tell_fault(fault[1], f"broke a rule of the broker: {fault[2]}")
