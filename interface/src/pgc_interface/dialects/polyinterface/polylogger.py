"""`LOG_HANDLER`: with it a NodeServer chooses the format of its log and what other packages may say in it."""

from __future__ import annotations

import logging
from typing import Any

from ... import logs
from ...logs import LOGGER


class PolyLogger:
    """The original wrote to ``logs/debug.log``; here everything goes the way of all logs, to the platform."""

    NAME = LOGGER.name
    LEVEL = logging.DEBUG
    WARN_LOGGER_NAME = "py.warnings"
    FMT_STRING = "%(asctime)s %(threadName)-10s %(name)-18s %(levelname)-8s %(module)s:%(funcName)s: %(message)s"

    def __init__(self) -> None:
        self.logger = LOGGER
        self.handler = LOGGER.handlers[0]
        self.warnlog = logging.getLogger(self.WARN_LOGGER_NAME)

    def set_log_format(self, fmt_string: str) -> None:
        """Write lines in this format of :mod:`logging`.

        Time, level, thread and logger are left out of it where each line of the log carries them anyway.
        """
        logs.set_format(fmt_string)

    def set_basic_config(self, enable: bool = True, level: Any = None) -> None:
        """Have what other packages log in the log as well, from this level up (that of `LOGGER` if None), or not.

        As in the original, other handlers of the root logger are taken away.
        """
        for handler in logging.root.handlers[:]:
            logging.root.removeHandler(handler)
        if enable:
            logging.root.addHandler(self.handler)
            logging.root.setLevel(self.logger.getEffectiveLevel() if level is None else level)

    @staticmethod
    def warning_on_one_line(
        message: Any, category: Any, filename: str, lineno: int, file: Any = None, line: Any = None
    ) -> str:
        """A warning as one line of text, as :func:`warnings.formatwarning` is called."""
        return f"{filename}:{lineno}: {category.__name__}: {message}"


LOG_HANDLER = PolyLogger()
