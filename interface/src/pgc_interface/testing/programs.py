"""The two ways of starting a NodeServer in this process: from its Controller class, or from the file that
server.json names."""

from __future__ import annotations

import sys
import threading
import time
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from ..interface import Interface
from .errors import NodeServerFailed
from .run import Run
from .stacks import whereabouts

__tracebackhide__ = True  # pytest then shows the line of the test


class Program(Protocol):
    def start(self, run: Run, deadline: float) -> None:
        """Returns once the Interface is started; it is the run's by then."""


class FromClass:
    def __init__(self, controller: Any) -> None:
        self._controller = controller

    def start(self, run: Run, deadline: float) -> None:
        run.interface = self._interface()("NodeServer")
        run.interface.start()
        self._controller(run.interface)

    def _interface(self) -> Any:
        """That of the dialect whose Controller this is."""
        package = next((base.__module__ for base in self._controller.__mro__ if _of_sdk(base)), None)
        if package is None:
            raise NodeServerFailed(f"{self._controller.__name__} is no Controller: derive it from the SDK's.")
        return import_module(package.rpartition(".")[0]).Interface


class FromScript:
    """Runs the file as ``__main__`` on a thread of its own, since some serve for ever at its end."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def start(self, run: Run, deadline: float) -> None:
        threading.Thread(target=self._execute, args=(run,), name="Script", daemon=True).start()
        with run.post.changed:
            run.post.changed.wait_for(lambda: run.opened or run.failed, max(0.0, deadline - time.monotonic()))
        if run.opened and Interface.current is not None:
            run.interface = Interface.current  # also where the program failed afterwards: it has to be stopped
        failure, run.failure = run.failure, None
        if failure is not None:
            raise NodeServerFailed(f"{self._path.name} failed: {failure!r}") from failure
        if not run.opened:
            raise NodeServerFailed(f"{self._path.name} has not called start() of an Interface.{whereabouts()}")

    def _execute(self, run: Run) -> None:
        module = ModuleType("__main__")
        module.__file__ = str(self._path)
        try:
            code = compile(self._path.read_bytes(), str(self._path), "exec", dont_inherit=True)
            exec(code, module.__dict__)  # noqa: S102 - the author's own program
        except BaseException as error:  # noqa: BLE001 - the test raises it
            if not (isinstance(error, SystemExit) and not error.code):
                run.fail(error)
        finally:
            run.program_ended = True


def _of_sdk(base: type) -> bool:
    return base.__module__.startswith(__name__.partition(".")[0] + ".") and hasattr(
        sys.modules[base.__module__.rpartition(".")[0]], "Interface"
    )
