"""The control API: what an operator does to the simulated ISY while it runs, on a listener of its own.

A real ISY has nothing like it, so it stands off the ISY's own address. It can break the ISY, so it wants a token, and
one in a header: no page in a browser can send that for its reader, and NodeServers, which know the ISY's login, do not
know it.
"""

import hmac
import secrets

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler
from msgspec import Struct

from pgc.simulator.conditions import Conditions, Seconds
from pgc.simulator.errors import UnknownNode
from pgc.simulator.listener import Listener
from pgc.simulator.server import SimulatedIsy

_MAX_BODY = 16 * 1024
_REBOOT = 5.0
"""Seconds, where none are given."""
_BEHIND = 1.0
"""Seconds that calls under way are given when it stops."""


class Situation(Struct, frozen=True, kw_only=True):
    """What ``GET /`` answers: the conditions, and how the ISY is at the moment."""

    online: bool
    nodes: int
    conditions: Conditions


class Spell(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For how long. Where that is left out, offline lasts until it is told to be online."""

    seconds: Seconds | None = None


class Control:
    """Over one simulated ISY; port 0 takes a free one. Without a token it makes one."""

    def __init__(self, isy: SimulatedIsy, host: str = "127.0.0.1", port: int = 0, token: str = "") -> None:
        self.token = token or secrets.token_urlsafe(16)
        self._isy = isy
        self._listener = Listener(host, port)
        app = web.Application(middlewares=[self._admit], client_max_size=_MAX_BODY)
        app.add_routes(
            [
                web.get("/", self._show),
                web.patch("/", self._change),
                web.post("/offline", self._take_off),
                web.post("/online", self._put_on),
                web.post("/reboot", self._reboot),
                web.delete("/nodes/{address}", self._delete_node),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_BEHIND)

    @property
    def url(self) -> str:
        return self._listener.url

    async def start(self) -> None:
        """`CannotListen` if the address is taken."""
        try:
            await self._runner.setup()
            await self._listener.open(self._runner)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        await self._listener.close()
        await self._runner.cleanup()

    # --- calls ---

    async def _show(self, _request: web.Request) -> web.Response:
        isy = self._isy
        return _json(Situation(online=isy.faults.is_online, nodes=len(isy.state.nodes), conditions=Conditions.of(isy)))

    async def _change(self, request: web.Request) -> web.Response:
        await msgspec.json.decode(await request.read(), type=Conditions).apply(self._isy)
        return await self._show(request)

    async def _take_off(self, request: web.Request) -> web.Response:
        await self._isy.faults.offline((await _spell(request)).seconds)
        return await self._show(request)

    async def _put_on(self, request: web.Request) -> web.Response:
        await self._isy.faults.online()
        return await self._show(request)

    async def _reboot(self, request: web.Request) -> web.Response:
        """Answered when it is off; it comes back by itself."""
        seconds = (await _spell(request)).seconds
        await self._isy.faults.offline(_REBOOT if seconds is None else seconds)
        return await self._show(request)

    async def _delete_node(self, request: web.Request) -> web.Response:
        """As an owner does it in the ISY's own console."""
        address = request.match_info["address"]
        node = self._isy.state.nodes.get(address)
        if node is None:
            raise UnknownNode(address)
        outcome = self._isy.state.remove_node(node.slot, address)
        if not outcome.accepted:
            return _problem(409, f"{address} is the primary of other nodes", "Delete those first.")
        return await self._show(request)

    # --- how ---

    @web.middleware
    async def _admit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get("Authorization", "").encode(errors="replace")
        if not hmac.compare_digest(given, f"Bearer {self.token}".encode()):
            return _problem(401, "the control API wants its token", "It was printed when the simulated ISY started.")
        return await _told(handler, request)


async def _told(handler: Handler, request: web.Request) -> web.StreamResponse:
    """Every failure in one shape."""
    try:
        return await handler(request)
    except UnknownNode as error:
        return _problem(404, str(error), error.hint)
    except msgspec.MsgspecError as error:
        return _problem(400, f"that cannot be set: {error}", "GET / shows what there is.")
    except web.HTTPException as error:
        return _problem(error.status, error.reason, "GET / shows what there is.")


async def _spell(request: web.Request) -> Spell:
    return msgspec.json.decode(await request.read() or b"{}", type=Spell)


def _json(body: object, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), status=status, content_type="application/json")


def _problem(status: int, error: str, hint: str) -> web.Response:
    return _json({"error": error, "hint": hint}, status)
