"""The contract of runtimes: how runs of NodeServers are started, found again, watched and ended."""

import signal as signals
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import msgspec

from pgc.sandbox.contract import Sandbox
from pgc_interface.dialects import Dialect


class Stream(StrEnum):
    STDOUT = "stdout"
    STDERR = "stderr"
    KEEPER = "keeper"
    """Not the NodeServer's: a word about its output, such as lines that were left out."""


class LogLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of output; `number` counts from 1 in each run, `time` is in Unix seconds."""

    number: int
    time: float
    stream: Stream
    text: str


@dataclass(frozen=True, slots=True)
class Exit:
    """How a run ended; both are None where its keeper was lost with the answer."""

    code: int | None = None
    signal: int | None = None

    @property
    def text(self) -> str:
        if self.signal is not None:
            return f"killed by signal {self.signal} ({_signal_name(self.signal)})"
        return "exit unknown: its keeper was lost" if self.code is None else f"exit code {self.code}"


class Assignment(msgspec.Struct, frozen=True):
    """What a run is handed. `environment` holds secrets: it is never on a command line, in a log or in a repr."""

    executable: str
    """Path inside the NodeServer's folder."""
    environment: dict[str, str]
    dialect: Dialect = Dialect.PGC

    def __repr__(self) -> str:
        return f"Assignment(executable={self.executable!r}, environment=<{len(self.environment)} names>)"


@dataclass(frozen=True, slots=True)
class Contents:
    """A bundle's folders: the NodeServer's files, and the packages it asked for."""

    source: Path
    site: Path | None = None


class Run(Protocol):
    """One start-to-stop life of a NodeServer."""

    @property
    def id(self) -> str: ...

    @property
    def pid(self) -> int | None:
        """The NodeServer's process as this machine sees it, once it is known."""

    async def assign(self, contents: Contents, assignment: Assignment) -> None:
        """Hands a warm run its NodeServer, once; returns when the launcher has it.

        Raises:
            WorkerError: the run has ended, or has its NodeServer already.
        """

    def lines(self) -> AsyncIterator[LogLine]:
        """All kept lines from the first, then live ones until the exit.

        Any number of readers. The overflow strategy is *drop oldest, tell the gap*: whoever reads too slowly gets
        a line of :attr:`Stream.KEEPER` in place of what it missed.
        """

    async def exited(self) -> Exit:
        """Waits for the end.

        Raises:
            WorkerError: it was let go of before it ended.
        """

    async def end(self, grace: float) -> Exit:
        """SIGTERM, after `grace` seconds SIGKILL to all of it; then its folder goes. Harmless when it has ended."""

    async def detach(self) -> None:
        """Lets go of it without ending it, unless it is still warm: a warm run ends with its connection."""


class Runtime(Protocol):
    @property
    def sandbox(self) -> Sandbox: ...

    async def spawn(self) -> Run:
        """A warm run: interpreter up, SDK imported, waiting for its assignment.

        Raises:
            WorkerError: it could not be started; the text holds its own last words.
        """

    async def attach(self, run_id: str) -> Run | None:
        """Finds a run again, after a restart of the platform; None if it is gone."""

    def known(self) -> list[str]:
        """The ids of all runs that have left a trace on this machine."""

    async def remove_leftovers(self, keep: set[str]) -> None:
        """Ends and removes every run that is not in `keep`."""


def _signal_name(number: int) -> str:
    try:
        return signals.Signals(number).name
    except ValueError:
        return "unknown signal"
