"""A thousand connected NodeServers on mosquitto, each with one value a second, on as many ISYs as have slots for them.

The NodeServers are connections of one process (:mod:`bench.crowd`): a thousand real ones would need 22 GB.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from bench.broker import broker_name
from bench.clock import milliseconds
from bench.effort import Effort
from bench.errors import BenchError
from bench.figures import Better, Budget, Figure, Report, curve, limit, pooled, quantile
from bench.home import SLOTS, STAMP, Home, Installed, home
from bench.processes import cpu_seconds

_CONNECTED = 1000
_RATE = 1.0
_SECONDS = 20.0
_LATE = 3.0
"""Seconds that the last value may take."""
_BUDGET = 250.0
_NOTES = ["The NodeServers are connections of one process, which shares the machine with broker, platform and ISYs."]


class Taken(NamedTuple):
    """One repetition: milliseconds of each value that arrived, and the platform's share of a core in percent."""

    latencies: list[float]
    busy: float


def measure(effort: Effort) -> Report:
    if broker_name() != "mosquitto":
        raise BenchError("this benchmark needs mosquitto: the embedded broker is for fewer NodeServers")
    count = effort.count(_CONNECTED)
    with tempfile.TemporaryDirectory(prefix="pgc-bench-") as name:
        program = [sys.executable, "-m", "bench.platform_process"]
        isys = -(-count // SLOTS)
        with home(Path(name), isys=isys, warm_runs=0, broker="mosquitto", program=program) as found:
            installed = found.add(STAMP, count)
            found.start(installed)
            found.isys.quiet(count)
            taken = [_take(found, installed, effort.seconds(_SECONDS)) for _ in range(effort.repetitions)]
    return _report(count, taken, sent=round(count * _RATE * effort.seconds(_SECONDS)))


def _take(found: Home, installed: list[Installed], seconds: float) -> Taken:
    """They begin one after the other, in the three seconds or so that telling them takes."""
    found.isys.clear()
    before, began = cpu_seconds(found.platform_processes()), time.monotonic()
    for each in installed:
        found.isys.command(each.isy, each.slot, "LOAD", RATE=_RATE, SECONDS=seconds)
    time.sleep(seconds + _LATE)
    busy = (cpu_seconds(found.platform_processes()) - before) / (time.monotonic() - began)
    values = [arrival for arrival in found.isys.arrivals() if arrival.driver == "GV1"]
    return Taken([milliseconds(int(arrival.value), arrival.at) for arrival in values], busy * 100)


def _report(count: int, taken: list[Taken], sent: int) -> Report:
    name = f"{count} NodeServers, one value a second each"
    figures = [
        Figure(
            name=f"{name}: setDriver → ISY, {level}",
            unit="ms",
            values=[quantile(each.latencies, share) for each in taken],
            against="limit",
            reference=limit(_BUDGET),
            budget=Budget(_BUDGET) if level == "p99" else None,
        )
        for level, share in (("p50", 0.5), ("p99", 0.99))
    ]
    arrived = Figure(
        name=f"{name}: values that arrived",
        unit="%",
        values=[len(each.latencies) / sent * 100 for each in taken],
        against="limit",
        reference=limit(100.0),
        better=Better.MORE,
        budget=Budget(100.0),
    )
    busy = Figure(
        name=f"{name}: the platform's share of a core",
        unit="%",
        values=[each.busy for each in taken],
        against="limit",
        reference=limit(100.0),
    )
    curves = {name: {"through the platform": curve(pooled([each.latencies for each in taken]))}}
    return Report(benchmark="many", figures=[*figures, arrived, busy], curves=curves, notes=_NOTES)
