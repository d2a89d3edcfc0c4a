"""The durable lane: saves, nodes, commands, reports; each frame is kept until the platform says it is done.

Frames carry `seq` 1, 2, 3 … without gaps and go out in order, at most :data:`WINDOW` of them before the
platform answers. They are sent again after a reconnect and when the answer is late; the platform drops what it
has applied already. Nodes added in quick succession share frames: while anything is unanswered they gather.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from typing import Any, Callable, NamedTuple, Optional

from .link import Receipt
from .wire import MAX_UNANSWERED, SeqResult, WireError, check_depth, encode

logger = logging.getLogger(__name__)

WINDOW = MAX_UNANSWERED
"""Frames on the wire that are not answered yet."""
MAX_ADDS = 100
"""Nodes in one frame: with 64 drivers each they stay well below the size of a frame."""
PATIENCE = 10.0
"""Seconds before unanswered frames are sent again, doubled up to :data:`MAX_PATIENCE`."""
MAX_PATIENCE = 60.0
STOPPED = "the NodeServer stopped before the platform confirmed it"
Publish = Callable[[str, bytes], Optional[Receipt]]


class Answer:
    """What the platform says to one frame, for a thread that waits for it. `reason` is why it was not taken."""

    def __init__(self) -> None:
        self.reason: str | None = None
        self._given = threading.Event()

    def give(self, reason: str | None) -> None:
        self.reason = reason
        self._given.set()

    def wait(self, timeout: float) -> bool:
        """False if there was none in so many seconds."""
        return self._given.wait(timeout)


class _Frame(NamedTuple):
    seq: int
    topic: str
    payload: bytes
    subject: str
    answer: Answer | None


class DurableLane:
    def __init__(
        self,
        publish: Publish,
        envelope: dict[str, Any],
        up_topic: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._publish = publish
        self._envelope = envelope
        self._up_topic = up_topic
        self._clock = clock
        self._changed = threading.Condition(threading.RLock())
        self._frames: deque[_Frame] = deque()
        """Unanswered, in order; the first `_on_wire` of them have been published on this connection."""
        self._on_wire = 0
        self._adds: list[dict[str, Any]] = []
        self._seq = 0
        self._up = False
        self._closed = False
        self._moved = 0.0
        """When the lane last made progress or tried again."""
        self._patience = PATIENCE

    @property
    def settled(self) -> int:
        """All frames up to this `seq` are answered."""
        with self._changed:
            return self._frames[0].seq - 1 if self._frames else self._seq

    def send(self, topic: str, message: dict[str, Any], answer: Answer | None = None) -> int:
        """Keep and send one message; its `seq`. `answer` is given once the platform has answered it.

        Raises:
            WireError: it cannot be sent at all; nothing was kept.
        """
        with self._changed:
            self._close_adds()
            seq = self._append(topic, message, answer)
            self._pump()
            if self._closed and answer is not None:
                answer.give(STOPPED)
        return seq

    def add_node(self, node: dict[str, Any]) -> None:
        """Send one ``addnode``, together with others that come while the platform has not answered."""
        encode(node)
        with self._changed:
            self._adds.append(node)
            if not self._frames or len(self._adds) >= MAX_ADDS:
                self._close_adds()
            self._pump()

    def settle(self, result: SeqResult) -> None:
        """The platform's answer: everything up to `upTo` is done, or `seq` was refused, which is done too."""
        done = result.upTo if result.upTo is not None else result.seq
        if done is None:
            return
        refused = {refusal.seq: refusal.error for refusal in result.refused}
        if result.seq is not None:
            refused[result.seq] = result.error or "it does not say why"
        with self._changed:
            while self._frames and self._frames[0].seq <= done:
                self._settle_first(refused.get(self._frames[0].seq))
            if not self._frames:
                self._close_adds()
            self._pump()
            self._changed.notify_all()

    def drain(self, timeout: float) -> bool:
        """Wait until all is answered, as long as there is a connection; False if that did not happen in time."""
        with self._changed:
            self._changed.wait_for(lambda: not self._frames or not self._up, timeout)
            return not self._frames

    def close(self) -> None:
        """Nothing is answered any more: those who wait for an answer are told so."""
        with self._changed:
            self._closed = True
            for frame in self._frames:
                if frame.answer is not None:
                    frame.answer.give(STOPPED)

    # --- what the link tells ---

    def up(self) -> None:
        with self._changed:
            self._up = True
            self._resend()

    def down(self) -> None:
        with self._changed:
            self._up = False
            self._changed.notify_all()

    def confirmed(self) -> None:
        """The broker's word does not count here, only the platform's."""

    def tick(self) -> None:
        with self._changed:
            if self._up and self._on_wire and self._clock() - self._moved > self._patience:
                logger.debug("%d messages are unanswered; sending them again.", self._on_wire)
                self._patience = min(self._patience * 2, MAX_PATIENCE)
                self._resend()

    # --- inside ---

    def _append(self, topic: str, message: dict[str, Any], answer: Answer | None = None) -> int:
        check_depth(message)
        seq = self._seq + 1
        payload = encode({**message, **self._envelope, "seq": seq})
        self._frames.append(_Frame(seq, topic, payload, ", ".join(map(str, message)), answer))
        self._seq = seq
        return seq

    def _close_adds(self) -> None:
        if self._adds:
            adds, self._adds = self._adds, []
            self._append_adds(adds)

    def _append_adds(self, adds: list[dict[str, Any]]) -> None:
        try:
            self._append(self._up_topic, {"batch": {"addnode": adds}})
        except WireError as error:
            if len(adds) == 1:
                logger.error("The node %s cannot be added: the message %s.", adds[0].get("address"), error)
                return
            half = len(adds) // 2
            self._append_adds(adds[:half])
            self._append_adds(adds[half:])

    def _settle_first(self, error: str | None) -> None:
        frame = self._frames.popleft()
        self._on_wire = max(0, self._on_wire - 1)
        self._moved, self._patience = self._clock(), PATIENCE
        if error is not None:
            logger.error("The platform refused %s: %s", frame.subject, error)
        if frame.answer is not None:
            frame.answer.give(error and f"the platform refused it: {error}")

    def _resend(self) -> None:
        self._on_wire = 0
        self._pump()

    def _pump(self) -> None:
        if self._up and self._on_wire == 0:
            self._moved = self._clock()
        while self._up and self._on_wire < min(len(self._frames), WINDOW):
            frame = self._frames[self._on_wire]
            if self._publish(frame.topic, frame.payload) is None:
                return
            self._on_wire += 1
