"""The door: what is the same for every request. Faults, the length of URLs, the login, and the request log."""

import time
from collections import deque
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from pgc.simulator.credentials import Login
from pgc.simulator.faults import Faults
from pgc.simulator.outcomes import UNAUTHORIZED, URL_TOO_LONG, Outcome
from pgc.simulator.rest.replies import reply

MAX_URL = 255
"""Bytes in path and query."""
_PUBLIC = "/desc"
"""UPnP discovery reads it before anyone has a login."""


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """`path` with its query, the password in it blotted out; `status` 0 where no answer was sent."""

    time: float
    method: str
    path: str
    status: int


class Door:
    def __init__(self, login: Login, faults: Faults, log: deque[RequestRecord]) -> None:
        self._login = login
        self._faults = faults
        self._log = log

    @web.middleware
    async def admit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        await self._faults.delay()
        response = await self._answer(request, handler)
        if isinstance(response, web.WebSocketResponse):
            return response
        dropped = self._faults.take_drop()
        status = 0 if dropped else response.status
        self._log.append(RequestRecord(time.time(), request.method, _shown(request.raw_path), status))
        if dropped and request.transport is not None:
            request.transport.abort()
        if request.keep_alive:
            response.headers["Connection"] = "Keep-Alive"
        return response

    async def note_websocket(self, request: web.Request, response: web.StreamResponse) -> None:
        """When it is opened; what it is used for is no request."""
        if isinstance(response, web.WebSocketResponse):
            self._log.append(RequestRecord(time.time(), request.method, _shown(request.raw_path), response.status))

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        refused = self._refusal(request)
        if refused is not None:
            return reply(refused)
        try:
            return await handler(request)
        except web.HTTPException as error:
            return reply(Outcome(error.status))

    def _refusal(self, request: web.Request) -> Outcome | None:
        failure = self._faults.take_failure()
        if failure is not None:
            return Outcome(failure)
        if len(request.raw_path.encode(errors="surrogateescape")) > MAX_URL:
            return URL_TOO_LONG
        public = request.path.rstrip("/") == _PUBLIC
        admitted = public or self._login.admits(request.headers.get("Authorization", ""))
        return None if admitted else UNAUTHORIZED


def _shown(path: str) -> str:
    if "nspwd" not in path.lower():
        return path
    parts = urlsplit(path)
    query = parse_qsl(parts.query, keep_blank_values=True)
    return f"{parts.path}?{urlencode([(key, '…' if key.lower() == 'nspwd' else value) for key, value in query])}"
