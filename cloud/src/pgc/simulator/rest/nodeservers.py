"""What NodeServers and their platforms call: /rest/ns/<slot>/…, for nodes, reports and answers."""

from aiohttp import web

from pgc.simulator.nodes import Node
from pgc.simulator.outbound import Outbound
from pgc.simulator.outcomes import ACCEPTED, NOT_FOUND
from pgc.simulator.rest.replies import get, reply, slot_of
from pgc.simulator.state import IsyState

_SLOT = "/rest/ns/{slot:[0-9]{1,3}}"
_NODE = _SLOT + "/nodes/{address}"


class NodeServerCalls:
    def __init__(self, state: IsyState, outbound: Outbound) -> None:
        self._state = state
        self._outbound = outbound

    def routes(self) -> list[web.RouteDef]:
        return [
            get(_NODE + "/report/status/{driver}/{value}/{uom}", self._report_status),
            get(_NODE + "/report/cmd/{command}", self._report_command),
            get(_NODE + "/report/cmd/{command}/{value}", self._report_command),
            get(_NODE + "/report/cmd/{command}/{value}/{uom}", self._report_command),
            get(_NODE + "/add/{nodedefid}", self._add),
            get(_NODE + "/remove", self._remove),
            get(_NODE + "/change/{nodedefid}", self._change),
            get(_NODE + "/set/hint/{hint}", self._set_hint),
            get(_SLOT + "/report/request/{request_id}/{word}", self._answer_request),
            get(_SLOT + "/add/nodes", self._add_nodes),
        ]

    async def _report_status(self, request: web.Request) -> web.Response:
        part = request.match_info
        slot, address = int(part["slot"]), part["address"]
        return reply(self._state.report_status(slot, address, part["driver"], part["value"], part["uom"]))

    async def _report_command(self, request: web.Request) -> web.Response:
        part = request.match_info
        slot, address, value, uom = slot_of(request), part["address"], part.get("value"), part.get("uom")
        return reply(self._state.report_command(slot, address, part["command"], value, uom, request.query))

    async def _add(self, request: web.Request) -> web.Response:
        part, query = request.match_info, request.query
        address = part["address"]
        node = Node(
            address=address,
            slot=slot_of(request),
            name=query.get("name", ""),
            nodedefid=part["nodedefid"],
            primary=query.get("primary") or address,
            nls=query.get("nls", ""),
        )
        return reply(self._state.add_node(node))

    async def _remove(self, request: web.Request) -> web.Response:
        return reply(self._state.remove_node(slot_of(request), request.match_info["address"]))

    async def _change(self, request: web.Request) -> web.Response:
        part, nls = request.match_info, request.query.get("nls", "")
        return reply(self._state.change_node(slot_of(request), part["address"], part["nodedefid"], nls))

    async def _set_hint(self, request: web.Request) -> web.Response:
        part = request.match_info
        return reply(self._state.set_hint(slot_of(request), part["address"], part["hint"]))

    async def _answer_request(self, request: web.Request) -> web.Response:
        part = request.match_info
        return reply(self._state.answer_request(slot_of(request), part["request_id"], part["word"]))

    async def _add_nodes(self, request: web.Request) -> web.Response:
        slot = slot_of(request)
        if slot not in self._state.connections:
            return reply(NOT_FOUND)
        self._outbound.add_nodes_later(slot)
        return reply(ACCEPTED)
