"""The ISY's own calls to the NodeServers: commands and queries, as a user or a program makes it send them."""

import asyncio
import logging
from collections.abc import Awaitable, Coroutine, Mapping
from contextlib import suppress
from typing import Any, Literal
from urllib.parse import quote, urlencode

import aiohttp

from pgc.simulator.changes import Change, RequestAnswered
from pgc.simulator.commands import REQUEST_ID, Command
from pgc.simulator.connections import Connection
from pgc.simulator.credentials import basic
from pgc.simulator.errors import CallFailed, NotConnected, SimulatorError, UnknownNode
from pgc.simulator.nodes import Node
from pgc.simulator.state import IsyState

logger = logging.getLogger(__name__)

Question = Literal["query", "status"]

_TIMEOUT = 5.0
"""Seconds for one call, where the connection names none."""
_MAX_REPLY = 64 * 1024


class Outbound:
    """Made with the state; `start` before the first call, `stop` at the end."""

    def __init__(self, state: IsyState) -> None:
        self._state = state
        self._session: aiohttp.ClientSession | None = None
        self._asked: dict[str, asyncio.Future[bool]] = {}
        self._background: set[asyncio.Task[None]] = set()
        state.observe(self._note)

    async def start(self) -> None:
        self._session = aiohttp.ClientSession()

    async def stop(self) -> None:
        for task in tuple(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def command(self, address: str, command: Command) -> int:
        """Send a command to a node; the HTTP status its NodeServer's platform gave."""
        node = self._node(address)
        return await self._call(node.slot, f"/nodes/{quote(address, safe='')}/cmd/{command.path}", command.query)

    async def add_nodes(self, slot: int) -> int:
        """Ask a NodeServer to add all its nodes; the HTTP status it gave."""
        return await self._call(slot, "/add/nodes", {})

    def add_nodes_later(self, slot: int) -> None:
        """Ask once the caller has its answer: a NodeServer that does one thing at a time could not reply before."""
        self._later(self.add_nodes(slot), f"isy asks slot {slot} to add its nodes")

    def query_all_later(self) -> None:
        """Ask every NodeServer for all its nodes, which is what the address 0 says."""
        for slot, connection in self._state.connections.items():
            if connection.enabled:
                self._later(self._ask_for_all(slot), f"isy queries slot {slot}")

    async def ask(self, address: str, question: Question) -> int:
        """Put a question whose answer nobody waits for; the HTTP status that came back."""
        node = self._node(address)
        return await self._put(node, question, self._state.requests.open(node.slot))

    async def answer(self, address: str, question: Question, timeout: float) -> bool | None:
        """Put a question and wait until the NodeServer says how it went.

        True for `success`; False for `fail`, or if the question was refused; None if no answer came in time.
        """
        node = self._node(address)
        request_id = self._state.requests.open(node.slot)
        answered = self._asked[request_id] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(timeout):
                status = await self._put(node, question, request_id)
                return await answered if status < 300 else False
        except TimeoutError:
            return None
        finally:
            del self._asked[request_id]
            self._state.requests.close(request_id)

    async def _ask_for_all(self, slot: int) -> int:
        return await self._call(slot, "/nodes/0/query", {REQUEST_ID: self._state.requests.open(slot)})

    def _later(self, call: Coroutine[Any, Any, int], name: str) -> None:
        task = asyncio.create_task(_said(call), name=name)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _put(self, node: Node, question: Question, request_id: str) -> int:
        return await self._call(node.slot, f"/nodes/{node.address}/{question}", {REQUEST_ID: request_id})

    async def _call(self, slot: int, path: str, query: Mapping[str, str]) -> int:
        connection = self._state.connections.get(slot)
        if connection is None or not connection.enabled or self._session is None:
            raise NotConnected(slot)
        url = _base(connection) + path + (f"?{urlencode(query)}" if query else "")
        headers = {"Authorization": basic(connection.nsuser, connection.nspwd)} if connection.nsuser else {}
        timeout = aiohttp.ClientTimeout(total=connection.timeout or _TIMEOUT)
        try:
            async with self._session.get(url, headers=headers, timeout=timeout, allow_redirects=False) as response:
                await response.content.read(_MAX_REPLY)
                return response.status
        except (aiohttp.ClientError, TimeoutError) as error:
            reason = str(error) or type(error).__name__
            raise CallFailed(slot, connection.ip, connection.port, reason) from error

    def _node(self, address: str) -> Node:
        node = self._state.nodes.get(address)
        if node is None:
            raise UnknownNode(address)
        return node

    def _note(self, change: Change) -> None:
        if isinstance(change, RequestAnswered):
            answered = self._asked.get(change.request_id)
            with suppress(asyncio.InvalidStateError):
                if answered is not None:
                    answered.set_result(change.success)


async def _said(call: Awaitable[int]) -> None:
    """Nobody waits for it, so a failure is logged."""
    try:
        await call
    except SimulatorError as error:
        logger.warning("%s", error)


def _base(connection: Connection) -> str:
    scheme = "https" if connection.ssl else "http"
    host = f"[{connection.ip}]" if ":" in connection.ip else connection.ip
    return f"{scheme}://{host}:{connection.port}{connection.baseurl.rstrip('/')}"
