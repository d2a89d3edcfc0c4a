"""What a user's client calls: the nodes and their values, what may be done to them, and commands to them."""

from collections.abc import Awaitable

from aiohttp import web

from pgc.simulator.commands import read_command
from pgc.simulator.documents import device_list, node_info, node_list, property_list, status
from pgc.simulator.errors import CallFailed, NotConnected, UnknownNode
from pgc.simulator.identity import Identity
from pgc.simulator.outbound import Outbound
from pgc.simulator.outcomes import ACCEPTED, BAD_REQUEST, NOT_FOUND, UNAVAILABLE
from pgc.simulator.rest.replies import get, reply, xml
from pgc.simulator.state import IsyState

_NODE = "/rest/nodes/{address}"


class UserCalls:
    def __init__(self, state: IsyState, identity: Identity, outbound: Outbound) -> None:
        self._state = state
        self._identity = identity
        self._outbound = outbound

    def routes(self) -> list[web.RouteDef]:
        return [
            get("/rest/status", self._status),
            get("/rest/nodes", self._nodes),
            get("/rest/nodes/devices", self._devices),
            get(_NODE, self._node),
            get(_NODE + "/get/{driver}", self._driver),
            get(_NODE + "/change", self._rename),
            get(_NODE + "/{switch:enable|disable}", self._switch),
            get(_NODE + "/cmd/{command}", self._command),
            get(_NODE + "/cmd/{command}/{value}", self._command),
            get(_NODE + "/cmd/{command}/{value}/{uom}", self._command),
            get("/rest/query", self._query_all),
            get("/rest/query/{address}", self._query),
        ]

    async def _status(self, _request: web.Request) -> web.Response:
        return xml(status(self._state))

    async def _nodes(self, _request: web.Request) -> web.Response:
        return xml(node_list(self._state, self._identity))

    async def _devices(self, _request: web.Request) -> web.Response:
        return xml(device_list(self._state))

    async def _node(self, request: web.Request) -> web.Response:
        node = self._state.nodes.get(request.match_info["address"])
        return reply(NOT_FOUND) if node is None else xml(node_info(self._state, node))

    async def _driver(self, request: web.Request) -> web.Response:
        node, driver = self._state.nodes.get(request.match_info["address"]), request.match_info["driver"]
        if node is None or driver not in self._state.drivers(node):
            return reply(NOT_FOUND)
        return xml(property_list(self._state, node, driver))

    async def _rename(self, request: web.Request) -> web.Response:
        return reply(self._state.rename_node(request.match_info["address"], request.query.get("name", "")))

    async def _switch(self, request: web.Request) -> web.Response:
        part = request.match_info
        return reply(self._state.set_enabled(part["address"], part["switch"] == "enable"))

    async def _command(self, request: web.Request) -> web.Response:
        part = request.match_info
        command = read_command(part["command"], part.get("value"), part.get("uom"), request.query)
        if command is None:
            return reply(BAD_REQUEST)
        return await _outcome(self._outbound.command(part["address"], command))

    async def _query_all(self, _request: web.Request) -> web.Response:
        """Answered before the NodeServers are asked (ours): one that is away does not make it fail."""
        self._outbound.query_all_later()
        return reply(ACCEPTED)

    async def _query(self, request: web.Request) -> web.Response:
        """Answered as soon as the NodeServer took the question; its reports come later."""
        return await _outcome(self._outbound.ask(request.match_info["address"], "query"))


async def _outcome(call: Awaitable[int]) -> web.Response:
    """How a user hears of a call (ours: no page says): 404 nobody to call, 503 not taken."""
    try:
        taken = 200 <= await call < 300
    except (UnknownNode, NotConnected):
        return reply(NOT_FOUND)
    except CallFailed:
        return reply(UNAVAILABLE)
    return reply(ACCEPTED if taken else UNAVAILABLE)
