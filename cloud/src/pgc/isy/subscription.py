"""A subscription to an ISY's events over its websocket, taken up again whenever it breaks."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from http import HTTPStatus

import aiohttp

from pgc.isy.errors import IsyError, IsyRefused, IsyUnauthorized, IsyUnreachable
from pgc.isy.frames import Heartbeat, Told, read_frame
from pgc.isy.transport import IsyLogin

PATH = "/rest/subscribe"
_PROTOCOL, _ORIGIN = "ISYSUB", "com.universal-devices.websockets.isy"
_LARGEST = 512 * 1024
"""Bytes of a frame; one with a whole node has some thousand."""
_PING = 30.0
_SILENCE, _GRACE = 120.0, 10.0
"""Seconds until a heartbeat is missed: at first, and added to what the ISY allows itself."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_CONNECTING = 10.0


@dataclass(frozen=True, slots=True)
class Connected:
    """The ISY takes the subscription."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The subscription broke, and is taken up again after `pause` seconds."""

    reason: str
    pause: float


async def subscribe(login: IsyLogin, *, verify_tls: bool = True) -> AsyncGenerator[Told | Connected | Lost]:
    """What the ISY tells, without an end.

    Raises:
        IsyUnauthorized: the ISY does not take the login.
        IsyUnreachable, IsyRefused: the very first subscription did not come about.
    """
    connector = aiohttp.TCPConnector(ssl=verify_tls)
    headers = {"Authorization": aiohttp.encode_basic_auth(login.username, login.password, "utf-8")}
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:
        link = _Link(session, login.url.rstrip("/"))
        pause, reached = _FIRST_PAUSE, False
        while True:
            try:
                async with aclosing(link.once()) as tellings:
                    async for told in tellings:
                        pause, reached = _FIRST_PAUSE, True
                        yield told
                reason = "the ISY closed it"
            except IsyUnauthorized:
                raise
            except IsyError as error:
                if not reached:
                    raise
                reason = str(error)
            yield Lost(reason, pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)


class _Link:
    """One ISY's websocket."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def once(self) -> AsyncGenerator[Told | Connected]:
        """What is told until the connection ends."""
        try:
            async with await self._connect() as socket:
                yield Connected()
                async for told in _frames(socket):
                    yield told
        except aiohttp.WSServerHandshakeError as error:
            raise _refusal(error.status) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            reason = str(error) or "it does not answer"
            raise IsyUnreachable(f"no subscription to the ISY at {self._url}: {reason}") from error

    async def _connect(self) -> aiohttp.ClientWebSocketResponse:
        async with asyncio.timeout(_CONNECTING):
            return await self._session.ws_connect(
                f"{self._url}{PATH}", protocols=(_PROTOCOL,), origin=_ORIGIN, heartbeat=_PING, max_msg_size=_LARGEST
            )


async def _frames(socket: aiohttp.ClientWebSocketResponse) -> AsyncIterator[Told]:
    """Ends with the connection, or when the ISY has been silent for longer than it allows itself."""
    patience, began = _SILENCE, None
    while (text := await _next(socket, patience)) is not None:
        told = read_frame(text)
        if isinstance(told, Heartbeat):
            began = began or told.time
            patience = told.within + _GRACE if told.within else patience
        elif told is not None:
            yield replace(told, before=_is_older(told, began))


async def _next(socket: aiohttp.ClientWebSocketResponse, patience: float) -> str | None:
    """The text of the next frame, empty for a frame without one; None at the end."""
    async with asyncio.timeout(patience):
        message = await socket.receive()
    if message.type is aiohttp.WSMsgType.ERROR:
        raise aiohttp.ClientConnectionError(f"the connection broke: {socket.exception()}")
    if message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED):
        return None
    return message.data if isinstance(message.data, str) else ""


def _is_older(told: Told, began: float | None) -> bool:
    """By the ISY's own clock: at first it repeats what it has, with the times of then, some before its heartbeat."""
    return told.time is not None and (began is None or told.time < began)


def _refusal(status: int) -> IsyRefused:
    what = "the subscription to its events"
    if status == HTTPStatus.UNAUTHORIZED:
        return IsyUnauthorized(what)
    hint = "It takes no more subscribers; end another one." if status == HTTPStatus.SERVICE_UNAVAILABLE else ""
    return IsyRefused(status, what=what, hint=hint)
