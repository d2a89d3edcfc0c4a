"""How answers leave, and how routes are written."""

from aiohttp import web
from aiohttp.typedefs import Handler

from pgc.simulator.documents import rest_response
from pgc.simulator.outcomes import Outcome

_HEADERS = {
    "EXT": "UCoS, UPnP/1.0, UDI/1.0",
    "Cache-Control": "no-cache",
    "WWW-Authenticate": 'Basic realm="/"',
    "Content-Type": "text/xml; charset=UTF-8",
}
"""Real controllers send these with every answer, the challenge too."""


def xml(body: bytes, status: int = 200) -> web.Response:
    return web.Response(body=body, status=status, headers=_HEADERS)


def reply(outcome: Outcome) -> web.Response:
    return xml(rest_response(outcome), outcome.status)


def get(path: str, handler: Handler) -> web.RouteDef:
    """A GET that takes trailing slashes, since shipped clients send them."""
    return web.get(path + "{_:/*}", handler, allow_head=False)


def post(path: str, handler: Handler) -> web.RouteDef:
    return web.post(path + "{_:/*}", handler)


def slot_of(request: web.Request) -> int:
    return int(request.match_info["slot"])
