"""The simulated ISY put together: state, transports and faults, started and stopped as one."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self, TypeVar

from aiohttp import web

from pgc.simulator.changes import Observer
from pgc.simulator.commands import Command, Param
from pgc.simulator.credentials import Login
from pgc.simulator.events import HEARTBEAT, Events
from pgc.simulator.faults import Faults
from pgc.simulator.identity import Identity
from pgc.simulator.listener import Listener
from pgc.simulator.outbound import Outbound
from pgc.simulator.rest import application
from pgc.simulator.rest.door import Door, RequestRecord
from pgc.simulator.rest.household import HouseholdCalls
from pgc.simulator.rest.nodeservers import NodeServerCalls
from pgc.simulator.rest.profiles import ProfileCalls
from pgc.simulator.rest.services import Services
from pgc.simulator.rest.subscribe import SubscriptionCalls
from pgc.simulator.rest.users import UserCalls
from pgc.simulator.state import IsyState

MAX_REQUESTS = 10_000
"""Requests the log remembers."""

_STOP_TIMEOUT = 2.0
"""Seconds a request under way is given when the ISY stops."""

_REBOOT = 5.0
"""Seconds that a reboot takes which is asked for by SOAP; a real one takes a minute or two."""

T = TypeVar("T")


class SimulatedIsy:
    """An ISY at `url` with the login `username` and `password`; port 0 takes any free port.

    `state` is what it holds, `faults` what can be done to it, `requests` what it was asked lately. With the same
    `seed` its random errors are the same. With `tidy_profiles` it hands profiles out in a form that every client can
    read, else as they were uploaded; `beat` is the time in seconds between two heartbeats of its event stream.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        username: str = "admin",
        password: str = "admin",  # noqa: S107 - the factory login of a real one
        node_limit: int = 1000,
        identity: Identity | None = None,
        seed: int | None = None,
        tidy_profiles: bool = False,
        beat: float = HEARTBEAT,
    ) -> None:
        self.username = username
        self.password = password
        self.identity = identity or Identity()
        self.state = IsyState(node_limit)
        self.requests: deque[RequestRecord] = deque(maxlen=MAX_REQUESTS)
        self._listener = Listener(host, port)
        self.faults = Faults(self._listener, seed)
        self._outbound = Outbound(self.state)
        self._events = Events(self.state, beat)
        door = Door(Login(username, password), self.faults, self.requests)
        app = application(
            door,
            NodeServerCalls(self.state, self._outbound),
            ProfileCalls(self.state, tidy_profiles),
            UserCalls(self.state, self.identity, self._outbound),
            HouseholdCalls(self.identity),
            SubscriptionCalls(self._events),
            Services(self.state, self._reboot),
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_STOP_TIMEOUT)

    @property
    def url(self) -> str:
        return self._listener.url

    async def start(self) -> None:
        """Listen. `CannotListen` if the address is taken; nothing is left open then."""
        await self._outbound.start()
        try:
            await self._runner.setup()
            await self._listener.open(self._runner)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Give requests under way two seconds, then close everything."""
        await self.faults.stop()
        await self._listener.close()
        self._events.end_all()
        await self._runner.cleanup()
        await self._outbound.stop()

    @property
    def subscribers(self) -> int:
        """Of its event stream, at the moment."""
        return self._events.subscribers

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Tell it every change of the state, in order; call what is returned to stop."""
        return self.state.observe(observer)

    async def send_command(
        self,
        address: str,
        cmd: str,
        value: str | float | None = None,
        uom: int | None = None,
        params: Mapping[str, Param] | None = None,
    ) -> int:
        """Send a node a command, as if a user had pressed the button; the HTTP status its platform gave.

        `CallFailed` if nobody answered, `UnknownNode` or `NotConnected` if there is nobody to send it to.
        """
        text = None if value is None else str(value)
        return await self._outbound.command(address, Command(cmd, text, uom, params or {}))

    async def query(self, address: str, timeout: float = 10.0) -> bool | None:
        """Ask a node for all its drivers. True: answered `success`; False: `fail` or refused; None: not in time."""
        return await self._outbound.answer(address, "query", timeout)

    async def query_status(self, address: str, timeout: float = 10.0) -> bool | None:
        """As `query`, by the ISY's other call: `status`."""
        return await self._outbound.answer(address, "status", timeout)

    async def until(self, predicate: Callable[[IsyState], T], timeout: float = 10.0) -> T:
        """Wait until the state satisfies the predicate, and return what it gave. TimeoutError if it never does.

        It is looked at now and after changes; what is undone within one turn of the loop may go unseen.
        """
        changed = asyncio.Event()
        forget = self.state.observe(lambda _change: changed.set())
        try:
            async with asyncio.timeout(timeout):
                while not (found := predicate(self.state)):
                    await changed.wait()
                    changed.clear()
                return found
        finally:
            forget()

    async def _reboot(self) -> None:
        await self.faults.offline(_REBOOT)
