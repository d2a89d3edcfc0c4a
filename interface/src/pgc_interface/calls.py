"""Calling NodeServer code: whatever it raises is logged and goes no further."""

from __future__ import annotations

import logging
from typing import Any

logger = logging.getLogger(__name__)


def attempt(what: str, function: Any, *arguments: Any) -> bool:
    """Call `function`; True if it returned.

    What is not callable (subclasses shadow names: ``status = None``) is left out and counts as returned.
    ``sys.exit()`` ends the call only, as it would end only a thread of the NodeServer's own.
    """
    if not callable(function):
        return True
    try:
        function(*arguments)
    except SystemExit:
        logger.info("%s called sys.exit; the NodeServer goes on.", what)
    except Exception as error:
        logger.exception("%s failed: %s: %s", what, type(error).__name__, error)
        return False
    return True
