"""The least that stands at the other end of an SDK: subscribes to its values and notes when each arrives."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from bench.clock import milliseconds, stamp


class Counterpart:
    """Understands the frames of all SDKs. `heard` is called after each frame with the number of values so far."""

    def __init__(self, port: int, topic: str, heard: Callable[[int], None] = lambda _count: None) -> None:
        self.latencies: list[float] = []
        self.frames: list[tuple[float, int]] = []
        """When each frame came, and how many values it held."""
        self._count = 0
        self._heard = heard
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="counterpart")
        self._topic = topic
        self._client.on_connect = self._subscribe
        self._client.on_message = self._take
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def clear(self) -> None:
        self.latencies.clear()
        self.frames.clear()
        self._count = 0

    def _subscribe(self, *_: object) -> None:
        self._client.subscribe(self._topic)

    def _take(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        now = stamp()
        values = list(_values(msgspec.json.decode(message.payload)))
        if not values:
            return
        self.latencies.extend(milliseconds(int(value), now) for value in values)
        self.frames.append((time.monotonic(), len(values)))
        self._count += len(values)
        self._heard(self._count)


def _values(frame: dict[str, Any]) -> Iterator[str]:
    """`batch` and `status` of both PGCs, `status` of Polyglot 2, `set` of Polyglot 3."""
    statuses = [*frame.get("batch", {}).get("status", []), *frame.get("set", [])]
    if "status" in frame:
        statuses.append(frame["status"])
    for status in statuses:
        if status["driver"] != "ST":
            yield status["value"]
