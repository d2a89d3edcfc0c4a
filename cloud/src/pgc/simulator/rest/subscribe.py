"""The event stream as a websocket: /rest/subscribe, with the protocol name ISYSUB."""

import asyncio
from collections.abc import Coroutine
from contextlib import aclosing, suppress
from typing import Any

from aiohttp import web

from pgc.simulator.events import Events, Subscription
from pgc.simulator.outcomes import UNAVAILABLE
from pgc.simulator.rest.replies import get, reply

_PROTOCOL = "ISYSUB"
_MAX_HEARD = 4096
"""Bytes of a message; subscribers have nothing to say but pings."""
_GOING_AWAY = 1001
_CLOSING = 1.0
"""Seconds a subscriber is given to take leave."""


class SubscriptionCalls:
    """More subscribers than the ISY takes are answered 503 (ours: only SOAP's error 817 is known)."""

    def __init__(self, events: Events) -> None:
        self._events = events

    def routes(self) -> list[web.RouteDef]:
        return [get("/rest/subscribe", self._subscribe)]

    async def _subscribe(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(
            protocols=(_PROTOCOL,), timeout=_CLOSING, compress=False, max_msg_size=_MAX_HEARD
        )
        subscription = self._events.subscribe()
        if subscription is None:
            return reply(UNAVAILABLE)
        try:
            await socket.prepare(request)
            await _until_one_ends(_send(subscription, socket), _listen(socket), subscription.ended.wait())
        finally:
            self._events.leave(subscription)
        if subscription.dropped and request.transport is not None:
            request.transport.abort()
        await socket.close(code=_GOING_AWAY, drain=False)
        return socket


async def _send(subscription: Subscription, socket: web.WebSocketResponse) -> None:
    async with aclosing(subscription.frames()) as frames:
        with suppress(ConnectionError):
            async for frame in frames:
                await socket.send_str(frame)


async def _listen(socket: web.WebSocketResponse) -> None:
    """Answers pings, which is done within; ends with the connection."""
    async for _message in socket:
        pass


async def _until_one_ends(*works: Coroutine[Any, Any, object]) -> None:
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end
