"""The broker that needs nothing but pip: amqtt in this process, for one machine."""

import ipaddress
import logging
import socket
from pathlib import Path

from amqtt.errors import BrokerError as AmqttBrokerError

from pgc.broker import unix_socket
from pgc.broker.access import Login
from pgc.broker.errors import BrokerError
from pgc.broker.guarded import GuardedBroker, TellFault
from pgc.broker.limits import Limits

_OTHER_PORT = "stop what uses it, or choose another port (0 takes any free one)"


class EmbeddedBroker:
    """Implements :class:`pgc.broker.contract.Broker`. Logins are kept over a stop; connections are not.

    It listens on `socket`, or without one on a port of loopback.
    """

    ca = ""
    keeps_sessions = False

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        socket: Path | None = None,
        limits: Limits | None = None,
        tell_fault: TellFault = lambda name, fault: None,
    ) -> None:
        if not _is_loopback(host):
            raise BrokerError(
                f"the embedded broker listens on loopback only, not on {host}",
                hint="it speaks without TLS; use 127.0.0.1",
            )
        self._host = host
        self._port = port
        self._socket = socket
        self._limits = limits or Limits()
        self._tell_fault = tell_fault
        self._logins: dict[str, Login] = {}
        self._running: GuardedBroker | None = None

    @property
    def url(self) -> str:
        if self._running is None:
            raise BrokerError("the broker is not running")
        return unix_socket.url(self._socket) if self._socket else f"mqtt://{self._host}:{self._running.port}"

    async def start(self) -> None:
        """Listens from now on; the same port again after a stop.

        Raises:
            BrokerError: the port is taken, or may not be used.
        """
        if self._running is not None:
            raise BrokerError("the broker is running already")
        if self._socket:
            unix_socket.prepare(self._socket)
        else:
            _check_port(self._host, self._port)
        # amqtt tells of every connection, and in debug also payloads; transitions is its state machine.
        for name in ("amqtt", "transitions"):
            logging.getLogger(name).setLevel(logging.WARNING)
        where = self._socket or f"{self._host}:{self._port}"
        broker = GuardedBroker(where, self._logins, self._limits, self._tell_fault)
        try:
            await broker.start()
        except AmqttBrokerError as error:
            raise BrokerError(f"the broker cannot be started: {error}") from error
        self._running = broker
        if not self._socket:
            self._port = broker.port

    async def stop(self) -> None:
        if self._running is not None:
            running, self._running = self._running, None
            await running.shutdown()
            if self._socket:
                unix_socket.remove(self._socket)

    async def allow(self, login: Login, secret: str | None = None) -> None:
        if self._logins.setdefault(login.name, login) != login:
            raise BrokerError("another login has that name already", hint="revoke it first, or take a new name")

    async def revoke(self, name: str) -> None:
        login = self._logins.pop(name, None)
        if login and self._running is not None:
            await self._running.expel(name)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.IPv4Address(host).is_loopback
    except ValueError:
        return False


def _check_port(host: str, port: int) -> None:
    """Says plainly what is wrong with a port; amqtt would log a traceback first."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = error.strerror or str(error)
            raise BrokerError(f"the broker cannot listen on {host}:{port}: {reason}", hint=_OTHER_PORT) from error
