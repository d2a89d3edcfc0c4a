"""Loads on a home: how many values a second, from how many NodeServers, to how slow an ISY, and what came of them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bench.clock import milliseconds
from bench.direct import send_flat_out, send_paced
from bench.effort import Effort
from bench.home import BY_HAND, LOAD, SLOTS, Home, Installed, home
from bench.isys import Arrival, Isys

_NODES = 5
"""Of one NodeServer of :data:`bench.home.LOAD`."""
_LATE = 1.0
"""Seconds that the last value may take."""


@dataclass(frozen=True, slots=True)
class Load:
    """So many values a second from all NodeServers together, to ISYs that take so long to answer."""

    rate: float
    seconds: float = 4.0
    isy_seconds: float = 0.0
    nodeservers: int = 1

    @property
    def name(self) -> str:
        slow = f", ISY {self.isy_seconds * 1000:g} ms" if self.isy_seconds else ""
        many = f", {self.nodeservers} NodeServers" if self.nodeservers > 1 else ""
        return f"{self.rate:g}/s{slow}{many}"


@dataclass(slots=True)
class Measured:
    """Milliseconds, without the ISY's own; one list a repetition. `lost` are values replaced by newer ones."""

    load: Load
    latencies: list[list[float]]
    straight: list[list[float]]
    sent: int = 0
    lost: int = 0


class AtHome:
    """A home in which so many NodeServers are connected and quiet."""

    def __init__(self, found: Home, installed: list[Installed]) -> None:
        self.home = found
        self._installed = installed

    @property
    def _isys(self) -> Isys:
        return self.home.isys

    def measure(self, load: Load, effort: Effort) -> Measured:
        """Through the platform and straight in turn, after a second of it to warm up."""
        self._isys.slow(load.isy_seconds)
        self.through(replace(load, seconds=1.0))
        wanted = replace(load, seconds=effort.seconds(load.seconds))
        measured = Measured(load, [], [])
        for _ in range(effort.repetitions):
            arrivals, sent = self.through(wanted)
            measured.latencies.append(latencies(arrivals, load))
            measured.straight.append(self._straight(wanted))
            measured.sent += sent
            measured.lost += sent - len(arrivals)
        self._isys.slow(0.0)
        return measured

    def through(self, load: Load) -> tuple[list[Arrival], int]:
        """The arrivals of a load on all NodeServers, and how many values these have set."""
        self._isys.clear()
        rate = load.rate / len(self._installed)
        for each in self._installed:
            self._isys.command(each.isy, each.slot, "LOAD", RATE=rate, SECONDS=load.seconds)
        time.sleep(load.seconds + _LATE + 4 * load.isy_seconds)
        arrivals = self._isys.arrivals()
        counts = [int(arrival.value) for arrival in arrivals if _is_controller(arrival) and arrival.driver == "GV2"]
        return [arrival for arrival in arrivals if not _is_controller(arrival)], sum(counts)

    def rates(self, load: Load, effort: Effort) -> list[float]:
        """Values a second that arrive of more than can."""
        wanted = replace(load, seconds=effort.seconds(load.seconds))
        return [_rate(self.through(wanted)[0]) for _ in range(effort.repetitions)]

    def straight_rates(self, effort: Effort) -> list[float]:
        """Requests a second straight to an ISY, over as many connections as the platform uses."""
        seconds = effort.seconds(3.0)
        return [send_flat_out(self._isys.urls[0], seconds) / seconds for _ in range(effort.repetitions)]

    def _straight(self, load: Load) -> list[float]:
        self._isys.clear()
        send_paced(self._isys.urls[0], load.rate, load.seconds)
        return latencies(self._isys.arrivals(), load)


@contextmanager
def at_home(folder: Path, nodeservers: int) -> Iterator[AtHome]:
    isys = -(-nodeservers // SLOTS)
    with home(folder, isys=isys) as found:
        installed = found.add(LOAD, nodeservers)
        found.start(installed)
        for isy in range(isys):
            found.isys.connect(isy, BY_HAND, 9)
        found.isys.quiet(_NODES * nodeservers + isys)
        yield AtHome(found, installed)


def _is_controller(arrival: Arrival) -> bool:
    return arrival.address.endswith("_controller")


def latencies(arrivals: list[Arrival], load: Load) -> list[float]:
    own = load.isy_seconds * 1000
    return [max(0.0, milliseconds(int(arrival.value), arrival.at) - own) for arrival in arrivals]


def _rate(arrivals: list[Arrival]) -> float:
    if len(arrivals) < 2:
        return 0.0
    return (len(arrivals) - 1) / (milliseconds(arrivals[0].at, arrivals[-1].at) / 1000)
