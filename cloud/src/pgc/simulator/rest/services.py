"""SOAP: POST /services, of which NodeServer platforms use SetParent and Reboot."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from pgc.simulator.documents import soap_response
from pgc.simulator.outcomes import ACCEPTED, BAD_REQUEST, NOT_IMPLEMENTED, Outcome
from pgc.simulator.rest.replies import post, xml
from pgc.simulator.soap import MAX_BODY, action_of, read_set_parent
from pgc.simulator.state import IsyState


class Services:
    def __init__(self, state: IsyState, reboot: Callable[[], Awaitable[None]]) -> None:
        self._state = state
        self._reboot = reboot

    def routes(self) -> list[web.RouteDef]:
        return [post("/services", self._services)]

    async def _services(self, request: web.Request) -> web.Response:
        text = (await request.read())[:MAX_BODY].decode(errors="replace")
        action = action_of(request.headers.get("SOAPACTION", ""), text)
        if action == "Reboot":
            return await self._answer_and_reboot(request)
        outcome = self._grouped(text) if action == "SetParent" else NOT_IMPLEMENTED
        return _said(outcome)

    async def _answer_and_reboot(self, request: web.Request) -> web.Response:
        """The answer is out before the connection breaks."""
        answer = _said(ACCEPTED)
        await answer.prepare(request)
        await answer.write_eof()
        await self._reboot()
        return answer

    def _grouped(self, text: str) -> Outcome:
        asked = read_set_parent(text)
        return BAD_REQUEST if asked is None else self._state.set_parent(asked.node, asked.parent)


def _said(outcome: Outcome) -> web.Response:
    return xml(soap_response(outcome), outcome.status)
