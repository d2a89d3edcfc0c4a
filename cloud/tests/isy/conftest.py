"""An ISY whose answers a test chooses and holds back, over real HTTP; and what the reporter tells."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

import pytest
from aiohttp import web

from pgc.isy.client import IsyClient, IsyLogin
from pgc.isy.reporter import Backoff, Reporter

USER, PASSWORD = "admin", "an isy's secret"
_LOOKS = ("/rest/time", "/rest/nodes", "/rest/status")
_NODES = [f"n{slot:03}_{address}" for slot in range(1, 26) for address in ("ctl", "child", "never")]
"""On the ISY from the start, to anyone who looks; what is added is there as well."""
_STATUS = re.compile(r"/rest/ns/(\d+)/nodes/n\d{3}_(\w+)/report/status/([^/]+)/([^/]+)/([^/]+)$")


@dataclass(frozen=True)
class Seen:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return unquote(self.target)


@dataclass
class _Fault:
    part: str
    status: int
    reason: int | None
    times: int
    drop: bool = False
    held: asyncio.Event | None = None


@dataclass
class HeldIsy:
    """Answers 200 unless told otherwise; `gate` closed holds every answer back, after the request was applied."""

    seen: list[Seen] = field(default_factory=list)
    held: dict[tuple[int, str, str], tuple[str, str]] = field(default_factory=dict)
    bodies: dict[str, bytes] = field(default_factory=dict)
    connections: set[object] = field(default_factory=set)
    waiting: int = 0
    most_waiting: int = 0
    port: int = 0

    def __post_init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self._changed = asyncio.Condition()
        self._faults: list[_Fault] = []
        self._runner: web.ServerRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def paths(self) -> list[str]:
        """All that came but the reporter's own looks at the ISY."""
        return [seen.path for seen in self.seen if not seen.path.startswith(_LOOKS)]

    @property
    def statuses(self) -> list[tuple[int, str, str, str]]:
        """Slot, address, driver and value, in the order in which they came."""
        found = [_STATUS.search(path) for path in self.paths]
        return [(int(status[1]), status[2], status[3], status[4]) for status in found if status]

    def count(self, part: str) -> int:
        return sum(part in path for path in self.paths)

    def fail(self, part: str, status: int, reason: int | None = None, times: int = 1) -> None:
        """The next `times` calls with `part` in their path are answered so, and not applied."""
        self._faults.append(_Fault(part, status, reason, times))

    def drop_after_applying(self, part: str, times: int = 1) -> None:
        self._faults.append(_Fault(part, 200, None, times, drop=True))

    def hold_before_applying(self, part: str, times: int = 1) -> asyncio.Event:
        """The next calls with this in their path are looked at when the event is set, even if nobody waits any more."""
        held = asyncio.Event()
        self._faults.append(_Fault(part, 200, None, times, held=held))
        return held

    async def until(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(reached)

    async def start(self) -> None:
        self._runner = web.ServerRunner(web.Server(self._handle, access_log=None), shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        self.gate.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _handle(self, request: web.BaseRequest) -> web.Response:
        self.connections.add(request.transport)
        seen = Seen(request.method, request.raw_path, dict(request.headers), await request.read())
        self.seen.append(seen)
        self.waiting += 1
        self.most_waiting = max(self.most_waiting, self.waiting)
        fault = self._fault(seen.path)
        if fault and fault.held:
            await self._notify()
            await fault.held.wait()
        self._apply(seen.path, fault)
        await self._notify()
        await self.gate.wait()
        self.waiting -= 1
        if fault and fault.drop and request.transport:
            request.transport.close()
        return _answer(fault, self.bodies.get(seen.path) or self._listed(seen.path))

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def _fault(self, path: str) -> _Fault | None:
        fault = next((fault for fault in self._faults if fault.times and fault.part in path), None)
        if fault:
            fault.times -= 1
        return fault

    def _listed(self, path: str) -> bytes | None:
        """What it holds, as an ISY lists it."""
        if path == "/rest/nodes":
            return f"<nodes>{''.join(f'<node><address>{node}</address></node>' for node in _NODES)}</nodes>".encode()
        if path == "/rest/status":
            return f"<nodes>{''.join(map(self._node, _NODES))}</nodes>".encode()
        if path.startswith("/rest/nodes/"):
            return f"<nodeInfo>{self._node(path.rpartition('/')[2])}</nodeInfo>".encode()
        return None

    def _node(self, node: str) -> str:
        return f'<node id="{node}">{"".join(self._properties(int(node[1:4]), node[5:]))}</node>'

    def _properties(self, slot: int, address: str) -> Iterator[str]:
        for (its_slot, its_address, driver), (value, uom) in self.held.items():
            if (its_slot, its_address) == (slot, address):
                whole, _, decimals = value.partition(".")
                yield f'<property id="{driver}" value="{whole}{decimals}" uom="{uom}" prec="{len(decimals)}"/>'

    def _apply(self, path: str, fault: _Fault | None) -> None:
        status = _STATUS.search(path)
        if status and (fault is None or fault.drop or fault.held):
            self.held[int(status[1]), status[2], status[3]] = (status[4], status[5])


def _answer(fault: _Fault | None, body: bytes | None) -> web.Response:
    status = fault.status if fault else 200
    reason = f'<reason code="{fault.reason}"/>' if fault and fault.reason else ""
    text = f'<RestResponse succeeded="{str(status == 200).lower()}"><status>{status}</status>{reason}</RestResponse>'
    headers = {"Location": "/elsewhere"} if status == 302 else {}
    return web.Response(
        status=status, headers=headers, body=body if body is not None and status == 200 else text.encode()
    )


@dataclass
class Told:
    """A report listener that remembers."""

    confirmed: list[tuple[int, str, str, str, str]] = field(default_factory=list)
    refused: list[tuple[int, str, str, str, str]] = field(default_factory=list)
    online: list[tuple[bool, str]] = field(default_factory=list)
    missing: list[tuple[int, frozenset[str]]] = field(default_factory=list)
    found: list[tuple[int, frozenset[str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._changed = asyncio.Event()

    def value_confirmed(self, slot: int, address: str, driver: str, value: str, uom: str) -> None:
        self.confirmed.append((slot, address, driver, value, uom))
        self._changed.set()

    def value_refused(self, slot: int, address: str, driver: str, value: str, reason: str) -> None:
        self.refused.append((slot, address, driver, value, reason))
        self._changed.set()

    def nodes_missing(self, slot: int, addresses: frozenset[str]) -> None:
        self.missing.append((slot, addresses))
        self._changed.set()

    def nodes_found(self, slot: int, addresses: frozenset[str]) -> None:
        self.found.append((slot, addresses))
        self._changed.set()

    def isy_online(self, online: bool, reason: str) -> None:
        self.online.append((online, reason))
        self._changed.set()

    async def until(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not reached():
                self._changed.clear()
                await self._changed.wait()


@pytest.fixture
async def isy() -> AsyncIterator[HeldIsy]:
    held = HeldIsy()
    await held.start()
    yield held
    await held.stop()


@pytest.fixture
async def client(isy: HeldIsy) -> AsyncIterator[IsyClient]:
    client = IsyClient(IsyLogin(isy.url, USER, PASSWORD))
    await client.start()
    yield client
    await client.stop()


@pytest.fixture
async def impatient_client(isy: HeldIsy) -> AsyncIterator[IsyClient]:
    """Waits a tenth of a second for an answer."""
    client = IsyClient(IsyLogin(isy.url, USER, PASSWORD), timeout=0.1)
    await client.start()
    yield client
    await client.stop()


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
async def reporter(client: IsyClient, told: Told, isy: HeldIsy) -> AsyncIterator[Reporter]:
    """Online, with short pauses."""
    reporter = Reporter(client, told, backoff=Backoff(0.01, 0.05))
    await reporter.start()
    await reporter.wait_online()
    yield reporter
    isy.gate.set()
    await reporter.stop()
