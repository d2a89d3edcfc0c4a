"""The way between the SDK and the fake platform: in place of MQTT, two queues in one process."""

from __future__ import annotations

from typing import Callable

from ..environment import Environment
from ..link import Lane, OnMessage
from ..wire import encode
from .post import Post

Receive = Callable[[str, bytes], None]


class _Taken:
    def is_published(self) -> bool:
        return True


class Line:
    """Implements the SDK's :class:`~pgc_interface.surroundings.Transport`. `receive` is called on the platform's
    thread, with topic and payload."""

    def __init__(self, environment: Environment, on_message: OnMessage, post: Post, receive: Receive) -> None:
        self.opened = False
        self.closed = False
        self._topics = environment.topics
        self._envelope = environment.envelope
        self._on_message = on_message
        self._post = post
        self._receive = receive
        self._lanes: tuple[Lane, ...] = ()
        self._up = False

    # --- what the SDK calls ---

    @property
    def connected(self) -> bool:
        return self._up

    def attach(self, *lanes: Lane) -> None:
        self._lanes = lanes

    def open(self) -> None:
        with self._post.changed:
            self._post.put(self.connect)
            self.opened = True  # by now nobody's job can come before the connection
            self._post.changed.notify_all()

    def publish(self, topic: str, payload: bytes) -> _Taken | None:
        if not self._up:
            return None
        self._post.put(lambda: self._receive(topic, payload))
        return _Taken()

    def close(self, timeout: float) -> None:
        self._up = False
        self._post.put(self._leave)

    # --- what the platform calls, on its thread ---

    def connect(self) -> None:
        if self.closed or self._up:
            return
        self._up = True
        for lane in self._lanes:
            lane.up()
        self._receive(self._topics.up, self._presence(True))

    def lose(self) -> None:
        """The connection breaks."""
        self._up = False
        for lane in self._lanes:
            lane.down()
        self._receive(self._topics.up, self._presence(False))

    def deliver(self, payload: bytes) -> None:
        """One message to the SDK; lost where there is no connection."""
        if self._up:
            self._on_message(payload)

    def tick(self) -> None:
        for lane in self._lanes if self._up else ():
            lane.tick()

    def _leave(self) -> None:
        self.closed = True
        self._receive(self._topics.up, self._presence(False))

    def _presence(self, connected: bool) -> bytes:
        return encode({"connected": connected, **self._envelope})
