"""Calling NodeServer code: whatever it raises is logged and goes no further; and which calls a thread is in."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any, NamedTuple

logger = logging.getLogger(__name__)


class Call(NamedTuple):
    """`since` is Unix seconds, for people; `began` the monotonic clock, for measuring."""

    what: str
    since: float
    began: float


_running: dict[int, list[Call]] = {}
"""By thread, the calls it is in, the innermost last."""


def attempt(what: str, function: Any, *arguments: Any) -> bool:
    """Call `function`; True if it returned.

    What is not callable (subclasses shadow names: ``status = None``) is left out and counts as returned.
    ``sys.exit()`` ends the call only, as it would end only a thread of the NodeServer's own. So does everything
    else that is raised: asyncio's CancelledError, for one, is no Exception, and ended the original's threads.
    """
    if not callable(function):
        return True
    thread = threading.get_ident()
    calls = _running.setdefault(thread, [])
    calls.append(Call(what, time.time(), time.monotonic()))
    try:
        function(*arguments)
    except SystemExit:
        logger.info("%s called sys.exit; the NodeServer goes on.", what)
    except BaseException as error:
        logger.exception("%s failed: %s: %s", what, type(error).__name__, _text(error))
        return False
    finally:
        calls.pop()
        if not calls:
            del _running[thread]
    return True


def calls_on(thread: threading.Thread) -> list[Call]:
    """The calls that this thread is in, the innermost last."""
    return list(_running.get(thread.ident or 0, ()))


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as worse:  # noqa: BLE001 - the NodeServer's own __str__
        return f"(its text cannot be told: {type(worse).__name__})"
