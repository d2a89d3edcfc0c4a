"""What a NodeServer finds and changes in its process: set up for a test, and put back after it."""

from __future__ import annotations

import logging
import os
import sys
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Callable, Iterator
from unittest.mock import patch

from ..environment import Environment
from ..interface import Interface
from ..link import OnMessage
from ..logs import LOGGER
from ..surroundings import Surroundings
from .clock import Clock
from .line import Line

_SDK = Path(__file__).parent.parent


class Ear(logging.Handler):
    """Hears the log; `raised` holds what NodeServer code raised and the SDK caught, each with its traceback."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.records: list[logging.LogRecord] = []
        self.raised: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)
        if record.exc_info and record.exc_info[0] is not None and Path(record.pathname).parent == _SDK:
            self.raised.append(self.format(record))


@contextmanager
def borrowed_process(connect: Callable[[Environment, OnMessage], Line], clock: Clock, ear: Ear) -> Iterator[None]:
    """While it lasts, Interfaces connect to the fake platform and leave the process alive; the log is heard by `ear`
    and goes on to pytest's own handlers."""
    with ExitStack() as back:
        back.enter_context(patch.dict(os.environ))
        back.callback(os.chdir, Path.cwd())
        back.enter_context(patch.object(threading, "excepthook", threading.excepthook))
        back.enter_context(patch.object(Interface, "surroundings", Surroundings(connect, clock)))
        back.enter_context(patch.object(Interface, "ends_process", False))
        back.enter_context(patch.object(Interface, "host_waits", True))
        back.enter_context(patch.object(Interface, "current", None))
        for logger in (LOGGER, logging.getLogger("py.warnings"), logging.root):
            back.callback(_restore, logger, logger.level, logger.propagate, list(logger.handlers))
        back.callback(logging.captureWarnings, False)
        LOGGER.handlers[:] = [ear]
        LOGGER.propagate = True
        yield


@contextmanager
def own_modules(folder: Path) -> Iterator[None]:
    """Modules are found in `folder` first, as in a worker, and those that come from there are forgotten afterwards."""
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            file = getattr(sys.modules[name], "__file__", None)
            if file and folder in Path(file).parents:
                del sys.modules[name]


def _restore(logger: logging.Logger, level: int, propagate: bool, handlers: list[logging.Handler]) -> None:
    logger.setLevel(level)
    logger.propagate = propagate
    logger.handlers[:] = handlers
