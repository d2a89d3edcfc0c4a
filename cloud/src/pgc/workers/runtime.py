"""The contract of runtimes: how runs of NodeServers are started, found again, watched and ended."""

import signal as signals
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import msgspec

from pgc.sandbox.contract import Sandbox
from pgc.sandbox.pythons import AUTO
from pgc_interface.dialects import Dialect


class Stream(StrEnum):
    STDOUT = "stdout"
    STDERR = "stderr"
    KEEPER = "keeper"
    """Not the NodeServer's: a word about its output, such as lines that were left out."""


class LogLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of output; `number` counts from 1 in each run, `time` is in Unix seconds.

    One that stands for others says how many were `missed`; its number is that of the last of them.
    """

    number: int
    time: float
    stream: Stream
    text: str
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Exit:
    """How a run ended; both are None where its keeper was lost with the answer."""

    code: int | None = None
    signal: int | None = None
    out_of_memory: bool = False
    """Something of it was killed for the memory that it took."""
    ended_for: str = ""
    """What it did too much of, in plain words, where its keeper ended it for that."""

    @property
    def text(self) -> str:
        if self.ended_for:
            return f"ended because {self.ended_for}"
        return f"{self._text}: out of memory" if self.out_of_memory else self._text

    @property
    def _text(self) -> str:
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
    certificates: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """The files below ``/app/certs`` of an original client, by name."""


@dataclass(frozen=True, slots=True)
class Original:
    """What a run with an original client library needs beyond Python: `program` becomes the NodeServer where it is not
    written in Python, sees `folders`, and may reserve `address_space` where that is not 0. All else is bounded as in
    any run."""

    program: tuple[str, ...] = ()
    folders: tuple[Path, ...] = ()
    address_space: int = 0


@dataclass(frozen=True, slots=True)
class Outside:
    """What a NodeServer's owner lets it reach, and be reached by, besides the internet.

    `lan`: the home's network. `port`: its port 3000 is this one of the platform's machine, at the address `host`; 0 for
    none.
    """

    lan: bool = False
    port: int = 0
    host: str = "127.0.0.1"


class Run(Protocol):
    """One start-to-stop life of a NodeServer."""

    @property
    def id(self) -> str: ...

    @property
    def pid(self) -> int | None:
        """The NodeServer's process as this machine sees it, once it is known."""

    @property
    def door(self) -> Path | None:
        """Where a unix socket can be made that this run sees and no other; None if it has no original client."""

    async def assign(self, contents: Contents, assignment: Assignment, outside: Outside | None = None) -> None:
        """Hands a warm run its NodeServer, once; returns when the launcher has it.

        Raises:
            WorkerError: the run has ended, has its NodeServer already, or cannot have what it is let from `outside`.
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

    async def prepare(self, python: str) -> None:
        """Sees to it that runs can be had on this Python, such as 3.8; what that needs may have to be fetched.

        Raises:
            InterpreterError: there is no such Python.
            WorkerError: what the SDK needs on it cannot be had.
        """

    async def spawn(self, original: Original | None = None, *, python: str = AUTO) -> Run:
        """A warm run: interpreter up, SDK imported, waiting for its assignment. With an original client, nothing is
        imported, and it finds ``/app`` as it was where that was written for.

        Raises:
            InterpreterError: there is no such Python.
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
