"""The MQTT connection: made, kept, and made again with a jittered back-off.

Each connection is a new paho client, so that nothing of an old one is sent twice behind the lanes' backs. On
each one: subscribe, say ``connected``, then the lanes send again what was not confirmed.
"""

from __future__ import annotations

import logging
import os
import socket
import ssl
import threading
import time
from typing import Any, Callable, Protocol

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from .environment import Environment
from .wire import encode

logger = logging.getLogger(__name__)

KEEPALIVE = 30
CONNECT_TIMEOUT = 10.0
TICK = 5.0
"""Seconds between two looks at what may be late."""
MIN_PAUSE, MAX_PAUSE = 0.1, 30.0
"""Seconds before connecting again: doubled each time, with jitter."""
STABLE = 10.0
"""A connection that lasted this long makes the next pause short again."""
MAX_INFLIGHT = 200


class Receipt(Protocol):
    """What the broker's confirmation of one message is seen by."""

    def is_published(self) -> bool: ...


class Lane(Protocol):
    """What sends over the link. `confirmed` is called with paho's locks held: it must not publish nor wait. `tick`
    is called every few seconds, with a connection or without."""

    def up(self) -> None: ...
    def down(self) -> None: ...
    def confirmed(self) -> None: ...
    def tick(self) -> None: ...


OnMessage = Callable[[bytes], None]


class Link:
    def __init__(self, environment: Environment, on_message: OnMessage) -> None:
        self._broker = environment.broker
        self._topics = environment.topics
        self._envelope = environment.envelope
        self._on_message = on_message
        self._lanes: tuple[Lane, ...] = ()
        self._client: Client | None = None
        """Set while messages may be published."""
        self._complaints: set[str] = set()
        """Why there is no connection, as far as it was said in this outage."""
        self._ended = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="Link", daemon=True)

    @property
    def connected(self) -> bool:
        return self._client is not None

    def attach(self, *lanes: Lane) -> None:
        self._lanes = lanes

    def open(self) -> None:
        self._thread.start()

    def publish(self, topic: str, payload: bytes) -> Receipt | None:
        """Hand one message to the connection; None if there is none."""
        client = self._client
        if client is None:
            return None
        info = client.publish(topic, payload, qos=1)
        return info if info.rc == MQTTErrorCode.MQTT_ERR_SUCCESS else None

    def close(self, timeout: float) -> None:
        """Say ``connected: false`` and leave, without the last will."""
        deadline = time.monotonic() + timeout
        self._closing.set()
        client = self._client
        if client is not None:
            info = client.publish(self._topics.up, self._presence(False), qos=1)
            if info.rc == MQTTErrorCode.MQTT_ERR_SUCCESS:
                info.wait_for_publish(timeout / 2)
            client.disconnect()
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(max(0.0, deadline - time.monotonic()))

    # --- the thread ---

    def _run(self) -> None:
        failures = 0
        while not self._closing.is_set():
            began = time.monotonic()
            try:
                self._hold_connection()
                self._tick()
            except Exception:
                logger.exception("The connection to %s failed.", self._broker)
            failures = 0 if time.monotonic() - began > STABLE else failures + 1
            self._closing.wait(pause_after(failures))

    def _hold_connection(self) -> None:
        self._ended.clear()
        client = self._make_client()
        try:
            client.connect(self._broker.host, self._broker.port or 1883, keepalive=KEEPALIVE)
        except (OSError, ValueError) as error:
            self._complain(f"cannot be reached: {error}")
            return
        client.loop_start()
        self._stay(client)
        self._leave(client)
        client.loop_stop()
        _let_go(client)

    def _stay(self, client: Client) -> None:
        give_up = time.monotonic() + CONNECT_TIMEOUT
        while not self._closing.is_set() and not self._ended.wait(TICK):
            self._tick()
            if not self.connected and time.monotonic() > give_up:
                self._complain("does not answer")
                client.disconnect()
                return

    def _tick(self) -> None:
        for lane in self._lanes:
            lane.tick()

    def _make_client(self) -> Client:
        broker = self._broker
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=broker.login,
            transport="unix" if broker.scheme == "unix" else "tcp",
            reconnect_on_failure=False,
        )
        client.username_pw_set(broker.login, broker.password)
        client.connect_timeout = CONNECT_TIMEOUT
        client.max_inflight_messages_set(MAX_INFLIGHT)
        client.will_set(self._topics.up, self._presence(False), qos=1)
        if broker.scheme == "mqtts":
            client.tls_set_context(_trusting(broker.ca))
        self._hear(client)
        return client

    def _hear(self, client: Client) -> None:
        client.on_socket_open = _send_at_once
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_message = self._message
        client.on_publish = self._published
        client.on_disconnect = self._disconnected

    def _presence(self, connected: bool) -> bytes:
        return encode({"connected": connected, **self._envelope})

    def _complain(self, reason: str) -> None:
        """Say once in each outage, not at each try, what is wrong."""
        if reason not in self._complaints:
            self._complaints.add(reason)
            logger.warning("The broker %s %s. Trying again until it works.", self._broker, reason)

    def _leave(self, client: Client) -> None:
        for lane in self._lanes:
            lane.down()
        self._client = None

    # --- what paho tells, on its own thread ---

    def _connected(self, client: Client, _: Any, flags: ConnectFlags, code: ReasonCode, more: Any) -> None:
        if code.is_failure:
            self._complain(f"refused the connection: {code}")
            self._ended.set()
            return
        client.subscribe(self._topics.down, qos=1)

    def _subscribed(self, client: Client, _: Any, mid: int, codes: list[ReasonCode], more: Properties | None) -> None:
        if any(code.is_failure for code in codes):
            self._complain("refused the subscription of this worker's topic")
            self._ended.set()
            return
        if self._closing.is_set():
            return
        client.publish(self._topics.up, self._presence(True), qos=1)
        self._client = client
        self._complaints.clear()
        logger.info("Connected to %s as %s", self._broker, self._broker.login)
        for lane in self._lanes:
            lane.up()

    def _message(self, client: Client, _: Any, message: MQTTMessage) -> None:
        self._on_message(bytes(message.payload))

    def _published(self, client: Client, _: Any, mid: int, code: ReasonCode, more: Properties) -> None:
        for lane in self._lanes:
            lane.confirmed()

    def _disconnected(self, client: Client, _: Any, flags: DisconnectFlags, code: ReasonCode, more: Any) -> None:
        lost, given_up = self.connected, self._closing.is_set() or self._ended.is_set()
        self._leave(client)
        if lost and not given_up:
            logger.warning("The connection to %s broke: %s. Connecting again.", self._broker, code)
        elif not given_up:
            self._complain(f"closed the connection: {code}")
        self._ended.set()


def _trusting(ca: str | None) -> ssl.SSLContext:
    """`ca` is a file, or what would be in it (PEM); without it, the authorities of this machine."""
    is_content = ca is not None and ca.startswith("-----BEGIN")
    return ssl.create_default_context(**{"cadata" if is_content else "cafile": ca})  # type: ignore[arg-type]


def _let_go(client: Client) -> None:
    """Take back what refers to us: without a circle the client ends here, and with it its wake-up sockets."""
    client.on_connect = client.on_subscribe = client.on_message = client.on_publish = client.on_disconnect = None


def pause_after(failures: int) -> float:
    """Seconds to wait before the next try: half of a growing span, and a random part of the other half."""
    span = min(MAX_PAUSE, MIN_PAUSE * (1 << min(failures, 16)))
    return span / 2 * (1 + os.urandom(1)[0] / 255)


def _send_at_once(client: Client, _: Any, connection: Any) -> None:
    """Small frames must not wait for each other's TCP acknowledgement."""
    if getattr(connection, "family", None) in (socket.AF_INET, socket.AF_INET6):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
