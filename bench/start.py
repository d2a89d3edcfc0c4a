"""From the call that starts a NodeServer until its `start()` is entered: warm and cold, one and ten at once."""

import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from bench.clock import milliseconds, stamp
from bench.effort import Effort
from bench.errors import BenchError
from bench.figures import Budget, Figure, Report, limit, pooled
from bench.home import STAMP, Home, Installed, home
from pgc.sandbox.python import interpreter

_AGAINST = "bare python -I -S -c"
_BUDGET = 150.0
_REFILL = 2.0
"""Seconds in which the pool has made new warm runs, one after the other; each needs a part of one."""
_TOGETHER = 10
_PATIENCE = 60.0
Slot = tuple[int, int]
"""The number of the ISY, and the slot there."""


def measure(effort: Effort) -> Report:
    bare = [_bare() for _ in range(effort.count(20))]
    together = effort.count(_TOGETHER)
    with tempfile.TemporaryDirectory(prefix="pgc-bench-") as name:
        folder = Path(name)
        warm = _starts(folder, 1, warm_runs=1, effort=effort)
        cold = _starts(folder, 1, warm_runs=0, effort=effort)
        warm_ten = _starts(folder, together, warm_runs=together, effort=effort)
        cold_ten = _starts(folder, together, warm_runs=0, effort=effort)
    rows = {"one, warm": warm, "one, cold": cold, "ten at once, warm": warm_ten, "ten at once, cold": cold_ten}
    figures = [_figure(f"{name}, p50", [median(values) for values in found], bare) for name, found in rows.items()]
    return Report(benchmark="start", figures=[*figures, *_limits(warm, cold)], notes=_NOTES)


_NOTES = [
    "From just before the HTTP request to the platform until the first line of the NodeServer's start(); the ISY has"
    " its nodes from before. A median of the starts of one repetition is one value.",
]


def _limits(warm: list[list[float]], cold: list[list[float]]) -> list[Figure]:
    warms = [median(values) for values in warm]
    stated = Figure(
        name="one, warm, p50",
        unit="ms",
        values=warms,
        against="limit",
        reference=limit(_BUDGET),
        budget=Budget(_BUDGET),
    )
    worth_it = Figure(
        name="one, warm, p50",
        unit="ms",
        values=warms,
        against="one, cold",
        reference=[median(values) for values in cold],
        budget=Budget(0.5, of_ratio=True),
    )
    return [stated, worth_it]


def _figure(name: str, values: list[float], bare: list[float]) -> Figure:
    return Figure(name=name, unit="ms", values=values, against=_AGAINST, reference=bare)


def _starts(folder: Path, together: int, *, warm_runs: int, effort: Effort) -> list[list[float]]:
    """Milliseconds of each start, by repetition; the first start of all is to warm up."""
    rounds = 1 if together > 1 else effort.count(10)
    with home(folder, warm_runs=warm_runs) as found:
        installed = found.add(STAMP, together)
        _once(found, installed, warm_runs)
        return [pooled([_once(found, installed, warm_runs) for _ in range(rounds)]) for _ in range(effort.repetitions)]


def _once(found: Home, installed: list[Installed], warm_runs: int) -> list[float]:
    """Starts them all at once, and stops them again."""
    time.sleep(_REFILL + warm_runs * _REFILL / 5 if warm_runs else 0.2)
    found.isys.clear()
    with ThreadPoolExecutor(len(installed)) as pool:
        called = dict(pool.map(lambda each: _start(found, each), installed))
        took = _entered(found, called)
        list(pool.map(found.stop_one, installed))
    return took


def _entered(found: Home, called: dict[Slot, int]) -> list[float]:
    """Milliseconds from each call to its start(), once all have reported; values from an earlier start do not count."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        time.sleep(0.1)
        took: dict[Slot, float] = {}
        for arrival in found.isys.arrivals():
            slot = (arrival.isy, int(arrival.address[1:4]))
            since = milliseconds(called[slot], int(arrival.value)) if arrival.driver == "GV1" else None
            if since is not None and since < _PATIENCE * 1000:
                took[slot] = since
        if len(took) == len(called):
            return list(took.values())
    raise BenchError("not every NodeServer has reported that it was started")


def _start(found: Home, installed: Installed) -> tuple[Slot, int]:
    called = stamp()
    found.start_one(installed)
    return (installed.isy, installed.slot), called


def _bare() -> float:
    began = time.perf_counter()
    subprocess.run([interpreter(), "-I", "-S", "-c", "pass"], check=True)
    return (time.perf_counter() - began) * 1000
