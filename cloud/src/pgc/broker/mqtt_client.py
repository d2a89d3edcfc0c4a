"""aiomqtt as the link needs it: nothing queued, nothing left open."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

import aiomqtt


class _PassingOn(asyncio.Queue[aiomqtt.Message]):
    """A queue that is always empty: what is put in goes to its taker before `put_nowait` returns.

    aiomqtt acknowledges a message when its queue has it. A real queue would have to drop acknowledged messages
    when it is full, or grow without bound.
    """

    def __init__(self, take: Callable[[aiomqtt.Message], None], maxsize: int = 0) -> None:
        super().__init__(maxsize)
        self._take = take

    def put_nowait(self, item: aiomqtt.Message) -> None:
        self._take(item)


def passing_on(take: Callable[[aiomqtt.Message], None]) -> Any:
    """The `queue_type` of a client whose messages all go to `take` at once, and are acknowledged after it."""
    return partial(_PassingOn, take)


@asynccontextmanager
async def connected(client: aiomqtt.Client) -> AsyncIterator[aiomqtt.Client]:
    """aiomqtt's own context, except that the socket is closed also when CONNACK does not come in time, and when a
    unix socket refuses the connection."""
    paho: Any = client._client
    paho._create_unix_socket_connection = lambda: _dial(paho.host)
    try:
        await client.__aenter__()
    except aiomqtt.MqttError:
        with suppress(aiomqtt.MqttError):
            await client.__aexit__(None, None, None)
        raise
    try:
        yield client
    finally:
        await client.__aexit__(None, None, None)


def _dial(path: str) -> socket.socket:
    """Ours, since paho's leaves the socket open when nobody listens."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(path)
    except OSError:
        connection.close()
        raise
    return connection


async def lost(client: aiomqtt.Client) -> None:
    """Waits for the end of the connection, and raises it as MqttError.

    aiomqtt tells of it to whoever iterates over messages; there are none to iterate over, see `passing_on`.
    """
    async for _ in client.messages:
        pass


def is_refusal(code: object) -> bool:
    """Whether a SUBACK's code, a number or paho's ReasonCode, says no."""
    return int(getattr(code, "value", code)) >= 0x80  # type: ignore[call-overload,no-any-return]
