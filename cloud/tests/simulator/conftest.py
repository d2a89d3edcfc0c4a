"""A running simulated ISY, a client with its login, and a NodeServer's platform for it to call."""

import asyncio
import io
import re
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web

from pgc.simulator import SimulatedIsy


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    headers: dict[str, str]

    @property
    def reason(self) -> int | None:
        match = re.search(r'<reason code="(\d+)"', self.body)
        return int(match[1]) if match else None

    @property
    def outcome(self) -> tuple[int, int | None]:
        return self.status, self.reason


class Client:
    """Speaks to the ISY as a NodeServer platform does: plain GETs with Basic."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session = session
        self.url = url

    async def get(self, path: str, **kwargs: object) -> Answer:
        return await self._answer("GET", path, **kwargs)

    async def post(self, path: str, body: bytes, **kwargs: object) -> Answer:
        return await self._answer("POST", path, data=io.BytesIO(body), **kwargs)

    async def _answer(self, method: str, path: str, **kwargs: object) -> Answer:
        async with self.session.request(method, self.url + path, **kwargs) as response:
            return Answer(response.status, await response.text(), dict(response.headers))

    async def add(self, address: str, primary: str = "", nodedef: str = "ctl", slot: int = 1) -> Answer:
        params = {"name": f"Node {address}"} | ({"primary": primary} if primary else {})
        return await self.get(f"/rest/ns/{slot}/nodes/{address}/add/{nodedef}", params=params)


@dataclass
class NodeServer:
    """A real listener that writes down what the ISY calls, and answers what it is told to."""

    port: int = 0
    status: int = 200
    calls: list[web.Request] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def paths(self) -> list[str]:
        return [str(call.rel_url) for call in self.calls]

    async def called(self, times: int = 1) -> None:
        async with asyncio.timeout(10):
            while len(self.calls) < times:
                await self.arrived.wait()
                self.arrived.clear()

    @property
    def network(self) -> str:
        return (
            "/rest/profiles/ns/1/connection/set/network?name=Test&ip=127.0.0.1&baseurl=/isy/1&nsuser=pgc&nspwd=s3cret"
            f"&isyusernum=0&port={self.port}&timeout=0&ssl=false&enabled=true"
        )


@pytest.fixture
def isy(simulator: SimulatedIsy) -> SimulatedIsy:
    return simulator


@pytest.fixture
async def client(isy: SimulatedIsy) -> AsyncIterator[Client]:
    login = {"Authorization": "Basic " + b64encode(b"admin:admin").decode()}
    async with aiohttp.ClientSession(headers=login) as session:
        yield Client(session, isy.url)


@pytest.fixture
async def node_server(client: Client) -> AsyncIterator[NodeServer]:
    """Registered in slot 1, with the node n001_ctl."""
    server = NodeServer()
    server.may_answer.set()

    async def take(request: web.Request) -> web.Response:
        server.calls.append(request)
        server.arrived.set()
        await server.may_answer.wait()
        return web.Response(status=server.status)

    runner = web.ServerRunner(web.Server(take, access_log=None))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.port = runner.addresses[0][1]
    assert (await client.get(server.network)).status == 200
    assert (await client.add("n001_ctl")).status == 200
    yield server
    server.may_answer.set()
    await runner.cleanup()
