"""Handlers of the NodeServer that keep others waiting: named in its log, and told to the platform as `beat`.

There is no thread and no timer for it: it looks when the link looks, every few seconds. A `beat` is sent when a
handler has run for over ten seconds, again each minute and after each reconnect while it goes on (a platform that was
restarted learns of it so), and once, empty, when it has ended. A NodeServer that answers in time sends none: that it
lives, the broker sees by itself. `start()` has a thread of its own and may block for ever; it is not looked at.
"""

from __future__ import annotations

import linecache
import logging
import os
import sys
import threading
import time
import traceback
from math import inf
from types import FrameType
from typing import Any, Callable, Dict, Optional

from .calls import Call, calls_on
from .link import Receipt

logger = logging.getLogger(__name__)

SLOW = 10.0
"""Seconds after which a handler is named."""
REPEAT = 60.0
"""Seconds between two beats about the same handler."""
_LONGEST_NAME = 200
_SDK = os.path.dirname(os.path.abspath(__file__))
_UNSURE = Call("", 0.0, 0.0)
"""What the platform was told last may not have come."""
Send = Callable[[Dict[str, Any]], Optional[Receipt]]
"""Publishes one message on the hot lane; None if there is no connection."""


class Watch:
    """A lane of the link that speaks of the threads given to :meth:`over`; `home` is the NodeServer's folder."""

    def __init__(self, send: Send, home: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._send = send
        self._home = os.path.join(os.path.abspath(home), "")
        self._clock = clock
        self._threads: tuple[threading.Thread, ...] = ()
        self._slow: dict[threading.Thread, Call] = {}
        self._told: Call | None = None
        self._told_at = -inf

    def over(self, *threads: threading.Thread) -> None:
        self._threads = threads

    # --- what the link tells ---

    def up(self) -> None:
        if self._told_at > -inf:
            self._told = _UNSURE

    def down(self) -> None: ...

    def confirmed(self) -> None: ...

    def tick(self) -> None:
        running = {thread: calls_on(thread) for thread in self._threads}
        for thread, call in list(self._slow.items()):
            if call not in running[thread]:
                del self._slow[thread]
                logger.info("%s has ended, after about %.0f seconds.", call.what, self._clock() - call.began)
        for thread, calls in running.items():
            slow = [call for call in calls if self._clock() - call.began >= SLOW]
            if slow and self._slow.get(thread) != slow[-1]:
                self._slow[thread] = slow[-1]
                self._name(thread, slow[-1])
        self._tell(min(self._slow.values(), key=lambda call: call.began, default=None))

    # --- inside ---

    def _name(self, thread: threading.Thread, call: Call) -> None:
        logger.warning(
            "%s has not returned for %.0f seconds, since %s, and what came after it waits. It is at %s",
            call.what,
            self._clock() - call.began,
            time.strftime("%H:%M:%S", time.localtime(call.since)),
            self._place(thread),
        )

    def _tell(self, call: Call | None) -> None:
        if call == self._told and (call is None or self._clock() - self._told_at < REPEAT):
            return
        body = {} if call is None else {"handler": call.what[:_LONGEST_NAME], "since": round(call.since, 3)}
        if self._send({"beat": body}) is not None:
            self._told, self._told_at = call, self._clock()

    def _place(self, thread: threading.Thread) -> str:
        """Where the thread stands: the innermost line of the NodeServer's own, or at least not the SDK's."""
        top = sys._current_frames().get(thread.ident or 0)
        stack = [] if top is None else list(traceback.walk_stack(top))
        own = [at for at in stack if _file(at[0]).startswith(self._home)]
        for frame, number in own or [at for at in stack if not _file(at[0]).startswith(_SDK)]:
            name = os.path.relpath(_file(frame), self._home) if own else _file(frame)
            source = linecache.getline(_file(frame), number, frame.f_globals).strip()
            return f"{name}, line {number}, in {frame.f_code.co_name}: {source}"
        return "a place that cannot be told"


def _file(frame: FrameType) -> str:
    return os.path.abspath(frame.f_code.co_filename)
