"""The platform's own connection to the broker, whichever broker it is."""

import asyncio
import logging
import random
import secrets
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final

import aiomqtt
from aiomqtt.exceptions import MqttConnectError

from pgc.broker.address import Address
from pgc.broker.errors import BrokerError, NotConnected
from pgc.broker.mqtt_client import connected, is_refusal, lost, passing_on

Receive = Callable[[str, bytes], None]

CONNECT_SECONDS: Final = 5.0
"""For one try: the connection, CONNACK, every SUBACK; and for a PUBACK."""
START_SECONDS: Final = 15.0
WAIT_SECONDS: Final = 2.0
"""How long a message waits for a connection that is just being made again."""
SETTLE_SECONDS: Final = 5.0
KEEP_ALIVE_SECONDS: Final = 30
BACK_OFF_SECONDS: Final = (0.1, 10.0)
_IN_FLIGHT: Final = 1000
_AT_ONCE: Final = ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),)
"""An acknowledgement and the message after it are two small writes; the second must not wait for the peer's TCP."""
logger = logging.getLogger(__name__)


class PlatformLink:
    """Subscribes to `filters` with QoS 1 and calls `receive` with topic and payload of each message, in order.

    `receive` must not block. A QoS 1 message is acknowledged to the broker after `receive` has returned; if it
    raises, the traceback is logged and the next message is its turn.
    """

    def __init__(
        self,
        address: Address | str,
        login: str,
        secret: str,
        filters: Sequence[str],
        receive: Receive,
        *,
        marks: str = "",
        persistent: bool = False,
    ) -> None:
        """`marks` is a topic that only this link uses, see :meth:`settle`. A `persistent` link leaves a session with
        the broker, which keeps QoS 1 messages for it while it is away."""
        self._address = address if isinstance(address, Address) else Address.of(address)
        self._persistent = persistent
        self._marks = marks
        self._awaited: dict[bytes, asyncio.Event] = {}
        self._login = login
        self._secret = secret
        self._filters = (*filters, marks) if marks else tuple(filters)
        self._receive = receive
        self._client: aiomqtt.Client | None = None
        self._connected = asyncio.Event()
        self._refused = asyncio.Event()
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._last_error = "no answer"

    @property
    def connected(self) -> bool:
        """Whether messages go through at this moment."""
        return self._connected.is_set()

    async def start(self) -> None:
        """Connects, subscribes, and keeps it so until :meth:`stop`.

        Raises:
            BrokerError: no connection within 15 s; the text says why.
        """
        if self._task is not None:
            raise BrokerError("the link is started already")
        self._stopping.clear()
        self._refused.clear()
        self._task = asyncio.create_task(self._keep_connected(), name="broker-link")
        try:
            async with asyncio.timeout(START_SECONDS):
                await _first(self._connected.wait(), self._refused.wait())
        except TimeoutError:
            pass
        if not self._connected.is_set():
            await self.stop()
            raise BrokerError(f"no connection to the broker: {self._last_error}")

    async def stop(self) -> None:
        """Says goodbye to the broker. Bounded by the time of one try to connect."""
        self._stopping.set()
        if self._task is not None:
            task, self._task = self._task, None
            await task

    async def publish(self, topic: str, payload: bytes, qos: int = 1) -> None:
        """Hands a message to the broker; with QoS 1, returns when the broker has it.

        Raises:
            NotConnected: it could not be handed over in a few seconds. It may have arrived all the same.
            BrokerError: topic or payload are not what MQTT can carry.
        """
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._connected.wait()
        except TimeoutError:
            raise NotConnected(f"no connection to the broker: {self._last_error}") from None
        client = self._client
        if client is None:
            raise NotConnected("the connection to the broker was lost")
        try:
            await client.publish(topic, payload, qos)
        except aiomqtt.MqttError as error:
            raise NotConnected(f"the broker did not take a message: {error}") from error
        except ValueError as error:
            raise BrokerError(f"no message for {topic[:100]!r} can be sent: {error}") from error

    async def settle(self) -> None:
        """Waits until all that the broker holds for the platform now has been received: a message of our own is sent
        after it. Bounded; that the broker is away is no error."""
        mark, arrived = secrets.token_bytes(16), asyncio.Event()
        self._awaited[mark] = arrived
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                await self.publish(self._marks, mark)
                await arrived.wait()
        except (TimeoutError, BrokerError) as error:
            logger.warning("The platform may not have received all yet that the broker holds for it: %s", error)
        finally:
            del self._awaited[mark]

    async def _keep_connected(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            failures = 0 if await self._connection() else failures + 1
            await self._pause(failures)

    async def _connection(self) -> bool:
        """One connection from its beginning to its end; false if there was none."""
        try:
            async with connected(self._new_client()) as client:
                await _first(self._use(client), lost(client))
        except (aiomqtt.MqttError, BrokerError) as error:
            self._last_error = str(error)
            logger.warning("No connection to the broker: %s", error)
            if isinstance(error, MqttConnectError | BrokerError):
                self._refused.set()
        except Exception:
            logger.exception("The connection to the broker ended by a fault of the platform")
        was_connected = self._client is not None
        self._client = None
        self._connected.clear()
        return was_connected

    def _new_client(self) -> aiomqtt.Client:
        is_local = self._address.scheme == "unix"
        client = aiomqtt.Client(
            **self._address.client_options(),
            identifier=self._login,
            username=self._login,
            password=self._secret,
            clean_session=not self._persistent,
            keepalive=KEEP_ALIVE_SECONDS,
            timeout=CONNECT_SECONDS,
            max_inflight_messages=_IN_FLIGHT,
            queue_type=passing_on(self._hand_over),
            socket_options=() if is_local else _AT_ONCE,
        )
        client.pending_calls_threshold = _IN_FLIGHT
        return client

    async def _use(self, client: aiomqtt.Client) -> None:
        await self._subscribe(client)
        self._client = client
        self._connected.set()
        await self._stopping.wait()

    async def _subscribe(self, client: aiomqtt.Client) -> None:
        for filter_ in self._filters:
            codes = await client.subscribe(filter_, qos=1)
            if any(is_refusal(code) for code in codes):
                raise BrokerError(f"the broker refuses the subscription to {filter_}")

    def _hand_over(self, message: aiomqtt.Message) -> None:
        topic = message.topic.value
        if topic == self._marks:
            if arrived := self._awaited.get(bytes(message.payload)):
                arrived.set()
            return
        if message.retain:
            return  # nobody retains anything here: it is somebody else's, of a time before
        try:
            self._receive(topic, message.payload)
        except Exception:
            logger.exception("A message on %s could not be handled", message.topic)

    async def _pause(self, failures: int) -> None:
        least, most = BACK_OFF_SECONDS
        longest = min(most, least * 2 ** min(failures, 10))
        with suppress(TimeoutError):
            async with asyncio.timeout(longest * random.uniform(0.5, 1.0)):  # noqa: S311 - spreads the load, guards nothing
                await self._stopping.wait()


async def _first(*waits: Awaitable[object]) -> None:
    """Waits for the first of several, and raises what it raised."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
