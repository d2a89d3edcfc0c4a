"""One life of a NodeServer on the fake platform: its line, what came and went on it, and whether it is quiet."""

from __future__ import annotations

import time
from typing import Any, Callable

from .. import wire
from ..environment import Environment
from ..interface import Interface
from ..link import OnMessage
from .books import Books
from .inbound import Inbound
from .line import Line
from .post import Post

_SLICE = 0.5
"""Seconds after which a wait looks whether the run is over."""


class Run:
    """`line` and `interface` are there once the NodeServer has made its Interface and started it."""

    line: Line
    interface: Interface

    def __init__(self, books: Books, post: Post) -> None:
        self.post = post
        self.inbound = Inbound(books, self.send, self._acknowledged)
        self.failure: BaseException | None = None
        """What its program raised."""
        self.program_ended = False
        self._traffic = 0
        self._asked = 0
        self._barriers: set[str] = set()
        self._waiting: dict[str, wire.Downstream] = {}
        """Sent and not acknowledged, by their `mid`."""

    def connect(self, environment: Environment, on_message: OnMessage) -> Line:
        self.line = Line(environment, on_message, self.post, self._receive)
        return self.line

    @property
    def opened(self) -> bool:
        """Whether the NodeServer has started its Interface."""
        return hasattr(self, "line") and self.line.opened

    @property
    def up(self) -> bool:
        return hasattr(self, "line") and self.line.connected

    @property
    def over(self) -> bool:
        return hasattr(self, "line") and self.line.closed

    @property
    def failed(self) -> bool:
        return self.failure is not None

    def fail(self, error: BaseException) -> None:
        with self.post.changed:
            self.failure = error
            self.post.changed.notify_all()

    # --- on the platform's thread ---

    def send(self, frame: wire.Downstream) -> None:
        """One frame that may be lost with the connection."""
        self._traffic += 1
        if hasattr(self, "line"):
            self.line.deliver(wire.encode(frame))

    def deliver(self, frame: wire.Downstream) -> None:
        """One frame that is kept until the SDK has dealt with it, and sent again when it is back."""
        self._asked += 1
        frame.mid = f"mid-{self._asked}"
        self._waiting[frame.mid] = frame
        self.send(frame)

    def reconnect(self) -> None:
        self.line.connect()
        for frame in list(self._waiting.values()):
            self.send(frame)

    # --- on the test's thread ---

    def has_begun(self, deadline: float) -> bool:
        """Wait until there is a Controller at work; a program that has ended without one will make none."""
        while not self.interface.begun.wait(_SLICE):
            if self.failed or self.program_ended or self.over:
                return True
            if time.monotonic() > deadline:
                return False
        return True

    def start_returned(self, deadline: float) -> bool:
        """Wait for the Controller's `start()`; False if it takes too long."""
        return self.interface.polls.free.wait(max(0.0, deadline - time.monotonic()))

    def is_quiet(self, deadline: float) -> bool | None:
        """Wait until all that is on its way has been dealt with; False if that caused more, None if it takes too
        long."""
        before = self._traffic
        if not (self._answers(deadline) and self._observers_are_done(deadline)):
            return None
        self.interface.outbox.flush()
        return self._traffic == before if self._answers(deadline) else None

    def _observers_are_done(self, deadline: float) -> bool:
        """A run that is over, or ends meanwhile, has none."""
        while not (self.over or self.failed) and time.monotonic() < deadline:
            if self.interface.wait_for_observers(_SLICE):
                return True
        return self.over or self.failed

    def _answers(self, deadline: float) -> bool:
        """Wait until the SDK's inbox, which keeps the order, has come to a message that says nothing."""
        self._asked += 1
        mid = f"barrier-{self._asked}"
        self._barriers.add(mid)
        asked = self._do(lambda: self._ask(mid), deadline)
        return asked and self._wait(lambda: mid not in self._barriers or not self.up or self.failed, deadline)

    def _do(self, job: Callable[[], Any], deadline: float) -> bool:
        """Have the platform's thread do this; False if it did not come to it in time."""
        done: list[bool] = []

        def and_tell() -> None:
            job()
            done.append(True)

        self.post.put(and_tell)
        return self._wait(lambda: bool(done) or self.post.fault is not None, deadline)

    def _ask(self, mid: str) -> None:
        self.line.deliver(wire.encode(wire.Downstream(mid=mid, result=wire.Result())))

    def _wait(self, true: Callable[[], bool], deadline: float) -> bool:
        with self.post.changed:
            return self.post.changed.wait_for(true, max(0.0, deadline - time.monotonic()))

    # --- what comes ---

    def _receive(self, topic: str, payload: bytes) -> None:
        before = len(self._barriers)
        self.inbound.receive(topic, payload)
        if len(self._barriers) == before:
            self._traffic += 1

    def _acknowledged(self, mid: str) -> None:
        self._barriers.discard(mid)
        self._waiting.pop(mid, None)
