"""The way in from the ISYs: a listener of its own, which serves ``/isy/<isy>/<slot>/…`` and nothing else.

An ISY logs in with the slot's own user and password. It is answered at once, and its call is then handed on.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import Protocol
from urllib.parse import unquote

from aiohttp import web

from pgc.isy.calls import Call, CommandCall, Query, read_call
from pgc.isy.errors import PortTaken
from pgc.isy.forwards import Forwards
from pgc.isy.slots import SlotLogin

__all__ = ["Ingress", "IngressRouter", "SlotLogin"]

_MAX_LINE = 2048
_MAX_HEADERS = 64
_IDLE = 60.0
_REFUSED = {"WWW-Authenticate": 'Basic realm="/"'}


class IngressRouter(Protocol):
    """Knows the slots and hands calls on. Addresses are without prefix, ``all`` where the ISY means every node."""

    def slot_login(self, isy: str, slot: int) -> SlotLogin | None:
        """With what the ISY must log in; None for a slot that is not ours."""

    async def query(self, isy: str, slot: int, address: str, request_id: str | None) -> None: ...

    async def status(self, isy: str, slot: int, address: str, request_id: str | None) -> None: ...

    async def command(
        self, isy: str, slot: int, address: str, cmd: str, value: str | None, uom: str | None, query: dict[str, str]
    ) -> None:
        """`query` holds the named parameters as they came, and `requestId` where the ISY waits for an answer."""


class Ingress:
    """Port 0 takes a free one; `url` tells which."""

    def __init__(self, host: str, port: int, router: IngressRouter) -> None:
        self._host = host
        self._port = port
        self._router = router
        self._forwards = Forwards()
        self._nobody = SlotLogin(secrets.token_hex(16), secrets.token_hex(16))
        self._runner: web.ServerRunner | None = None

    @property
    def url(self) -> str:
        """Where it listens, such as ``http://127.0.0.1:8090``."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    async def start(self) -> None:
        """
        Raises:
            PortTaken: it cannot listen there.
        """
        server = web.Server(
            self._handle,
            access_log=None,
            keepalive_timeout=_IDLE,
            max_line_size=_MAX_LINE,
            max_field_size=_MAX_LINE,
            max_headers=_MAX_HEADERS,
        )
        self._runner = web.ServerRunner(server, shutdown_timeout=1.0)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError as error:
            await self.stop()
            raise _cannot_listen(self._host, self._port, error) from error
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()
        await self._forwards.stop()

    async def _handle(self, request: web.BaseRequest) -> web.Response:
        match [unquote(part) for part in request.rel_url.raw_path.strip("/").split("/")]:
            case ["isy", isy, slot, *rest] if rest:
                return self._answer(request, isy, int(slot) if slot.isascii() and slot.isdecimal() else -1, rest)
            case _:
                return web.Response(status=404)

    def _answer(self, request: web.BaseRequest, isy: str, slot: int, rest: list[str]) -> web.Response:
        """The login comes first, so that a stranger learns nothing of what there is."""
        login = self._router.slot_login(isy, slot)
        if not _logs_in(request.headers.get("Authorization", ""), login or self._nobody):
            return web.Response(status=401, headers=_REFUSED)
        if request.method != "GET":
            return web.Response(status=405, headers={"Allow": "GET"})
        call = read_call(slot, rest, request.query)
        if call is None:
            return web.Response(status=404)
        if not self._forwards.has_room((isy, slot)):
            return web.Response(status=503)
        self._forwards.start((isy, slot), self._hand_on(isy, slot, call), f"call of ISY {isy} to slot {slot}")
        return web.Response()

    async def _hand_on(self, isy: str, slot: int, call: Call) -> None:
        if isinstance(call, CommandCall):
            await self._router.command(isy, slot, call.address, call.cmd, call.value, call.uom, call.query)
        elif isinstance(call, Query):
            await self._router.query(isy, slot, call.address, call.request_id)
        else:
            await self._router.status(isy, slot, call.address, call.request_id)


def _logs_in(header: str, login: SlotLogin) -> bool:
    """In a time that tells nothing of how much of it was right, nor of how long it should be."""
    scheme, _, encoded = header.partition(" ")
    try:
        given = base64.b64decode(encoded.strip(), validate=True) if scheme.lower() == "basic" else b""
    except (binascii.Error, ValueError):
        given = b""
    expected = f"{login.username}:{login.password}".encode()
    return hmac.compare_digest(hashlib.sha256(given).digest(), hashlib.sha256(expected).digest())


def _cannot_listen(host: str, port: int, error: OSError) -> PortTaken:
    return PortTaken(
        f"cannot listen for ISYs on {host} port {port}: {error.strerror or error}",
        hint="Another program may have the port: choose another one for isy_listen.",
    )
