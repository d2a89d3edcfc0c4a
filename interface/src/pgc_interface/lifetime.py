"""How long the process lives: until it is told to stop, then at most five seconds more.

The thread that waits for the stop is no daemon, so it keeps the process up when the NodeServer's script has
ended; the original's threads did the same. A stop may be asked for from anywhere, a signal handler included.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from contextlib import suppress
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Callable

logger = logging.getLogger(__name__)

GRACE = 0.5
"""Seconds that the interpreter gets to end by itself once all is said and sent."""
LIMIT = 4.5
"""Seconds after which the process ends even if the stop hangs."""


class Lifetime:
    def __init__(self, wind_down: Callable[[], None], ends_process: bool) -> None:
        self._wind_down = wind_down
        self._ends_process = ends_process
        self._requests: SimpleQueue[str] = SimpleQueue()
        self._over = threading.Event()
        self._code = 0
        self._thread = threading.Thread(target=self._run, name="Interface", daemon=False)
        self._helpers: set[threading.Thread] = {self._thread}

    @property
    def begun(self) -> bool:
        return self._thread.ident is not None

    def begin(self) -> None:
        """Keep the process up from now on; stop in good order on SIGTERM, SIGINT and when the script fails."""
        self._thread.start()
        if not self._ends_process:
            return
        sys.excepthook = self._script_failed
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, self._signalled)
            signal.signal(signal.SIGINT, self._signalled)

    def request_stop(self, reason: str) -> None:
        """Begin to stop; more requests change nothing. Takes no lock, so a signal handler may call it."""
        self._requests.put(reason)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the stop is over; at once, and False, on a thread that the stop itself waits for."""
        if threading.current_thread() in self._helpers or not self.begun:
            return False
        return self._over.wait(timeout)

    def run_helper(self, name: str, function: Callable[[], None], timeout: float) -> bool:
        """Run part of the stop on a thread of its own; False if it has not returned in time."""
        helper = threading.Thread(target=function, name=name, daemon=True)
        self._helpers.add(helper)
        helper.start()
        helper.join(timeout)
        return not helper.is_alive()

    def _run(self) -> None:
        logger.info("Stopping: %s.", self._requests.get())
        self._end_after(LIMIT)
        try:
            self._wind_down()
        finally:
            self._over.set()
            self._end_after(GRACE)

    def _end_after(self, seconds: float) -> None:
        if self._ends_process:
            threading.Thread(target=_end_process, args=(seconds, self._code), name="Last resort", daemon=True).start()

    def _script_failed(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        logger.critical("The NodeServer's script failed: %s", error, exc_info=(kind, error, trace))
        self._code = 1
        self.request_stop("the script failed")

    def _signalled(self, number: int, frame: Any) -> None:
        self.request_stop(signal.Signals(number).name)


def _end_process(seconds: float, code: int) -> None:
    """End the process, whatever its other threads do; what they have printed is not lost."""
    threading.Event().wait(seconds)
    _flush(sys.stdout)
    _flush(sys.stderr)
    os._exit(code)


def _flush(stream: Any) -> None:
    with suppress(OSError, ValueError, AttributeError):  # closed, replaced or gone
        stream.flush()
