"""The log of a NodeServer: one plain logger on stderr, for people or, for a worker, one JSON object a line."""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
from contextlib import suppress
from typing import Any

import msgspec

LOGGER = logging.getLogger("pgc_interface")
"""The logger that NodeServers import; a plain one, with `setLevel`, `level` and `handlers`."""
_HUMAN_FORMAT = "%(asctime)s [%(threadName)-10s] [%(levelname)-5s] %(message)s"
_TOLD_ANYWAY = re.compile(r"\[?%\((asctime|levelname|threadName|name)\)[-+ #0-9.]*[sd]\]?[\s:,-]*")
_format: str | None = None
"""What the NodeServer asked for."""


class StderrHandler(logging.Handler):
    """Writes each record with one call to whatever ``sys.stderr`` is by then, so that lines never mix."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except Exception:  # noqa: BLE001 - a lost line must not end a thread; stderr and what is said are the NodeServer's
            with suppress(Exception):
                self.handleError(record)


class JsonFormatter(logging.Formatter):
    """`message` is in the format that the NodeServer asked for, without what stands in the line anyway."""

    def __init__(self, wanted: str | None = None) -> None:
        super().__init__(_TOLD_ANYWAY.sub("", wanted) if wanted else None)

    def format(self, record: logging.LogRecord) -> str:
        record.message = record.getMessage()
        line: dict[str, Any] = {
            "time": record.created,
            "level": record.levelname,
            "logger": record.name,
            "thread": record.threadName,
            "message": self.formatMessage(record),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return _as_json(line)


def set_up() -> None:
    """Give :data:`LOGGER` its handler; again only replaces the format."""
    if not LOGGER.handlers:
        LOGGER.addHandler(StderrHandler())
        LOGGER.setLevel(logging.DEBUG)
        LOGGER.propagate = False
    set_format(_format)


def set_format(wanted: str | None) -> None:
    """Write lines in this format of :mod:`logging` from now on; None is our own."""
    global _format
    json_wanted = os.environ.get("PGC_LOG_FORMAT") == "json"
    formatter = JsonFormatter(wanted) if json_wanted else logging.Formatter(wanted or _HUMAN_FORMAT)
    _format = wanted
    for handler in LOGGER.handlers:
        if isinstance(handler, StderrHandler):
            handler.setFormatter(formatter)


def take_over_process() -> None:
    """Send this process's warnings and the uncaught exceptions of its threads to the log as well."""
    warnings_logger = logging.getLogger("py.warnings")
    for handler in LOGGER.handlers:
        if handler not in warnings_logger.handlers:
            warnings_logger.addHandler(handler)
    warnings_logger.propagate = False
    logging.captureWarnings(True)
    threading.excepthook = _log_uncaught


def set_level(name: str) -> None:
    """The level by its name or number; what is neither is refused with a line in the log."""
    try:
        LOGGER.setLevel(int(name) if name.isdigit() else name.upper())
    except ValueError:
        LOGGER.warning("There is no log level %r; it stays %s.", name, logging.getLevelName(LOGGER.level))


def _log_uncaught(failure: threading.ExceptHookArgs) -> None:
    if failure.exc_type is SystemExit or failure.exc_value is None:
        return
    name = failure.thread.name if failure.thread else "?"
    LOGGER.error(
        "The thread %s ended: %s",
        name,
        failure.exc_value,
        exc_info=(failure.exc_type, failure.exc_value, failure.exc_traceback),
    )


def _as_json(line: dict[str, Any]) -> str:
    try:
        return msgspec.json.encode(line).decode()
    except UnicodeEncodeError:  # lone surrogates, as in undecodable file names
        clean = {key: _encodable(value) if isinstance(value, str) else value for key, value in line.items()}
        return msgspec.json.encode(clean).decode()


def _encodable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()
