"""Simulated ISYs in a process of their own, asked over its pipes, so that they share no loop with the platform."""

import sys
from pathlib import Path
from typing import Any

import msgspec

from bench.processes import Child

TREE = Path(__file__).parent.parent


class Arrival(msgspec.Struct, array_like=True, frozen=True):
    """One driver value that an ISY was sent; times are stamps of :mod:`bench.clock`."""

    at: int
    isy: int
    address: str
    driver: str
    value: str


class Isys(Child):
    """`urls` are theirs, with user and password `admin`."""

    def __init__(self, count: int, folder: Path) -> None:
        argv = [sys.executable, "-m", "bench.isy_process", str(count)]
        super().__init__(argv, cwd=folder, environment={"PYTHONPATH": str(TREE), "PATH": "/usr/bin:/bin"}, name="isys")
        self.urls: list[str] = self.read()

    def slow(self, seconds: float) -> None:
        """They take so long to answer from now on."""
        self._ask(do="slow", seconds=seconds)

    def clear(self) -> None:
        self._ask(do="clear")

    def arrivals(self) -> list[Arrival]:
        """What came since the last :meth:`clear`."""
        return msgspec.convert(self._ask(do="arrivals"), list[Arrival])

    def quiet(self, nodes: int, seconds: float = 1.0) -> None:
        """Waits until they have so many nodes and nothing has come for so long."""
        self._ask(do="quiet", nodes=nodes, seconds=seconds)

    def connect(self, isy: int, slot: int, port: int) -> None:
        """Registers a NodeServer by hand: the slot, its node `controller`, and where it listens."""
        self._ask(do="connect", isy=isy, slot=slot, port=port)

    def command(self, isy: int, slot: int, name: str, **params: float) -> None:
        self._ask(do="command", isy=isy, slot=slot, name=name, params=params)

    def round_trips(self, isy: int, slot: int, count: int, pause: float) -> list[float]:
        """Milliseconds from sending a command until the driver that it sets is back, one after the other."""
        return [float(value) for value in self._ask(do="round_trips", isy=isy, slot=slot, count=count, pause=pause)]

    def _ask(self, **question: Any) -> Any:
        self.write(msgspec.json.encode(question) + b"\n")
        return self.read()
