"""What stands before the application: without the token nothing of a request is read, and no body is read whole.

While the platform starts, it says so: what it does not know yet is not to look as if it were not there.
"""

import hmac
import json
from collections.abc import Callable
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pgc.bundles.archive import LARGEST

LARGEST_BODY = 1024 * 1024
_GUARDED = "/api/"
_UPLOAD = "/upload"
"""Where paths end so, the body is a zip, and goes to the disk as it comes."""


class Door:
    """Guards ``/api/``: once the platform has `started`, lets through what carries ``Authorization: Bearer <token>``,
    up to 1 MiB of body, or a zip."""

    def __init__(self, app: ASGIApp, token: str, started: Callable[[], bool]) -> None:
        self._app = app
        self._started = started
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        most = LARGEST if scope["path"].endswith(_UPLOAD) else LARGEST_BODY
        guarded = scope["path"].startswith(_GUARDED)
        if guarded and not self._has_token(headers):
            await _refuse(send, HTTPStatus.UNAUTHORIZED, "the API wants its token", _HINT)
        elif guarded and not self._started():
            await _refuse(send, HTTPStatus.SERVICE_UNAVAILABLE, "the platform is still starting", _SOON)
        elif _too_long(headers, most):
            await _refuse(send, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a body has at most {most} bytes", "")
        else:
            await self._app(scope, _bounded(receive, most), send)

    def _has_token(self, headers: dict[bytes, bytes]) -> bool:
        return hmac.compare_digest(headers.get(b"authorization", b""), self._expected)


_HINT = "it is in the file api-token of the data folder"
_SOON = "ask again in a moment; /ready tells when it has"
_ADDED = {
    HTTPStatus.UNAUTHORIZED: (b"www-authenticate", b"Bearer"),
    HTTPStatus.SERVICE_UNAVAILABLE: (b"retry-after", b"1"),
}


def _too_long(headers: dict[bytes, bytes], most: int) -> bool:
    length = headers.get(b"content-length", b"0")
    return not length.isdigit() or int(length) > most


def _bounded(receive: Receive, most: int) -> Receive:
    """Ends a body that was announced without a length once it is too long."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return message if taken <= most else {"type": "http.disconnect"}

    return limited


async def _refuse(send: Send, status: HTTPStatus, error: str, hint: str) -> None:
    body = json.dumps({"error": error, "hint": hint}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status in _ADDED:
        headers.append(_ADDED[status])
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
