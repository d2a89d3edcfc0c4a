"""How long the process lives: until it is told to stop, then at most five seconds more.

The thread that waits for the stop is no daemon, so it keeps the process up when the NodeServer's script has
ended; the original's threads did the same. (Python 3.12.0 to 3.12.2 start no new thread by then. Under the launcher,
which waits on the main thread, they do.) A stop may be asked for from anywhere, a signal handler included.

Three things end the process, each for when the one before cannot. The script ends by itself. A guard ends it with
`os._exit`, whatever its threads do; it is there from the beginning, since a process that has too many threads cannot
make one any more. Last, faulthandler ends it (code 1, all stacks in the log) if foreign code holds the interpreter
itself and none of its threads can run.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import sys
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Callable, Sequence

from .bell import Bell

logger = logging.getLogger(__name__)

GRACE = 0.5
"""Seconds that the interpreter gets to end by itself once all is said and sent."""
LIMIT = 4.5
"""Seconds after which the process ends even if the stop hangs."""
FLUSH = 0.2
"""Seconds for writing out what was printed; a reader that has stopped reading must not hold up the end."""
STDERR = 2


class Lifetime:
    def __init__(self, wind_down: Callable[[], None], ends_process: bool) -> None:
        self._wind_down = wind_down
        self._ends_process = ends_process
        self._bell = Bell()
        self._stopping = threading.Event()
        self._over = threading.Event()
        self._code = 0
        self._thread = threading.Thread(target=self._run, name="Interface", daemon=False)
        self._helpers: set[threading.Thread] = {self._thread}

    @property
    def begun(self) -> bool:
        return self._thread.ident is not None

    def begin(self) -> None:
        """Keep the process up from now on; stop in good order on SIGTERM, SIGINT and when the script fails."""
        self._bell.hang()
        self._thread.start()
        if not self._ends_process:
            return
        threading.Thread(target=self._guard, name="Guard", daemon=True).start()
        sys.excepthook = self._script_failed
        if threading.current_thread() is threading.main_thread():
            self._bell.let_signals_ring()

    def request_stop(self, reason: str) -> None:
        """Begin to stop; more requests change nothing. Takes no lock, so a signal handler may call it."""
        self._bell.ring(reason)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the stop is over; at once, and False, on a thread that the stop itself waits for."""
        if threading.current_thread() in self._helpers or not self.begun:
            return False
        return self._over.wait(timeout)

    def run_helpers(self, name: str, functions: Sequence[Callable[[], object]], timeout: float) -> bool:
        """Run parts of the stop one after the other, on threads of their own; False if not all returned in time.

        One that hangs uses up its share of the time and no more: the next one begins all the same.
        """
        deadline = time.monotonic() + timeout
        helpers = [threading.Thread(target=function, name=name, daemon=True) for function in functions]
        self._helpers.update(helpers)
        started = []
        for waiting, helper in zip(range(len(helpers), 0, -1), helpers):
            if _started(helper):
                started.append(helper)
                helper.join(max(0.0, deadline - time.monotonic()) / waiting)
        for helper in started:
            helper.join(max(0.0, deadline - time.monotonic()))
        return not any(helper.is_alive() for helper in started)

    # --- the stop ---

    def _run(self) -> None:
        reason = self._bell.wait()
        self._stopping.set()
        if self._ends_process:
            with suppress(RuntimeError):  # no thread can be made any more
                faulthandler.dump_traceback_later(LIMIT + FLUSH, exit=True, file=STDERR)
        try:
            logger.info("Stopping: %s.", reason)
            self._wind_down()
        finally:
            self._over.set()
        if not self._ends_process:
            self._bell.take_down()

    def _guard(self) -> None:
        """End the process in time, whatever its other threads do."""
        self._stopping.wait()
        deadline = time.monotonic() + LIMIT
        self._over.wait(LIMIT)
        time.sleep(max(0.0, min(GRACE, deadline - time.monotonic())))
        with suppress(RuntimeError):  # no thread can be made any more: what was printed has to be out already
            flushing = threading.Thread(target=_flush, daemon=True)
            flushing.start()
            flushing.join(FLUSH)
        os._exit(self._code)

    def _script_failed(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        logger.critical("The NodeServer's script failed: %s", error, exc_info=(kind, error, trace))
        self._code = 1
        self.request_stop("the script failed")


def _started(helper: threading.Thread) -> bool:
    """Whether it runs on a thread of its own; where none can be made any more, it has run on this one."""
    try:
        helper.start()
    except RuntimeError:
        helper.run()
        return False
    return True


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed, replaced or gone
            stream.flush()
