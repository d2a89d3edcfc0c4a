"""When the NodeServer's short and long polls are due: a schedule without a thread of its own."""

from __future__ import annotations

import threading
import time
from math import inf
from typing import Any, Callable, Mapping

from .calls import attempt

POLLS = ("shortPoll", "longPoll")
GRACE = 30.0
"""Seconds after which polls begin although `start()` has not returned: one that serves for ever is legal."""

LONGEST = 366 * 86400.0
"""Seconds between two polls at most: no thread can wait for ever so many."""


class _Interval:
    __slots__ = ("next", "seconds")

    def __init__(self, seconds: float, now: float) -> None:
        self.seconds = seconds
        self.next = now + seconds

    def passed(self, now: float) -> bool:
        """Whether it is over; the next one then lies ahead, however many were missed."""
        if now < self.next:
            return False
        self.next = now + self.seconds - (now - self.next) % self.seconds
        return True


class Polls:
    """Polls that fall due before `start()` has returned are skipped, for at most :data:`GRACE` seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._intervals: dict[str, _Interval] = {}
        self._opens = inf
        self.free = threading.Event()
        """Set once `start()` has returned, so that nothing holds back the polls."""

    def set(self, seconds: Mapping[str, Any]) -> None:
        """Take `shortPoll` and `longPoll` in seconds, numbers or digits; 0 is never. Only a change starts anew."""
        for name in POLLS:
            wanted = _seconds(seconds.get(name))
            if wanted is None:
                continue
            if wanted <= 0:
                self._intervals.pop(name, None)
            elif name not in self._intervals or self._intervals[name].seconds != wanted:
                self._intervals[name] = _Interval(wanted, self._clock())

    def start_entered(self) -> None:
        self._opens = self._clock() + GRACE

    def start_returned(self) -> None:
        self.free.set()

    def due(self) -> list[str]:
        now = self._clock()
        passed = [name for name, interval in self._intervals.items() if interval.passed(now)]
        return passed if self.free.is_set() or now >= self._opens else []

    def pause(self) -> float | None:
        """Seconds until the next one; None if there is none."""
        if not self._intervals:
            return None
        return max(0.0, min(interval.next for interval in self._intervals.values()) - self._clock())


def repeat(seconds: float, function: Callable[..., Any], *arguments: Any) -> Callable[[], None]:
    """Call a function of the NodeServer's time and again, on a thread of its own; the result ends that."""
    over = threading.Event()

    def run() -> None:
        while not over.wait(seconds):
            attempt("A function of setInterval", function, *arguments)

    threading.Thread(target=run, name="Interval", daemon=True).start()
    return over.set


def _seconds(value: Any) -> float | None:
    try:
        seconds = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return min(seconds, LONGEST) if seconds == seconds else None  # nan differs from itself
