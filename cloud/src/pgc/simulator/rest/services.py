"""SOAP: POST /services, of which NodeServer platforms use SetParent."""

from aiohttp import web

from pgc.simulator.documents import soap_response
from pgc.simulator.outcomes import BAD_REQUEST, NOT_IMPLEMENTED, Outcome
from pgc.simulator.rest.replies import post, xml
from pgc.simulator.soap import MAX_BODY, action_of, read_set_parent
from pgc.simulator.state import IsyState


class Services:
    def __init__(self, state: IsyState) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        return [post("/services", self._services)]

    async def _services(self, request: web.Request) -> web.Response:
        body = await request.read()
        outcome = self._carried_out(request.headers.get("SOAPACTION", ""), body)
        return xml(soap_response(outcome), outcome.status)

    def _carried_out(self, header: str, body: bytes) -> Outcome:
        text = body[:MAX_BODY].decode(errors="replace")
        if action_of(header, text) != "SetParent":
            return NOT_IMPLEMENTED
        asked = read_set_parent(text)
        return BAD_REQUEST if asked is None else self._state.set_parent(asked.node, asked.parent)
