"""What an Interface takes from the world around it: a way to the platform, and the time. The test kit has its own."""

from __future__ import annotations

import time
from typing import Callable, NamedTuple, Protocol

from .environment import Environment
from .link import Lane, Link, OnMessage, Receipt


class Transport(Protocol):
    """What lies below the lanes. `open` and `close` are each called once; messages come by `on_message`."""

    @property
    def connected(self) -> bool: ...

    def attach(self, *lanes: Lane) -> None: ...
    def open(self) -> None: ...
    def publish(self, topic: str, payload: bytes) -> Receipt | None: ...
    def close(self, timeout: float) -> None: ...


class Surroundings(NamedTuple):
    """`clock` gives seconds from any beginning; polls and the waits before trying again go by it."""

    connect: Callable[[Environment, OnMessage], Transport] = Link
    clock: Callable[[], float] = time.monotonic
