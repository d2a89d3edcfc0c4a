"""What the platform and one NodeServer hold while nothing happens, and what they do meanwhile."""

import tempfile
import time
from pathlib import Path

from psutil import Process  # type: ignore[import-untyped]

from bench.effort import Effort
from bench.figures import Budget, Figure, Report, limit
from bench.home import STAMP, Home, home
from bench.processes import cpu_seconds, pss_mb

_SETTLING = 5.0
_WATCHED = 10.0
_MANY = 10


def measure(effort: Effort) -> Report:
    platform: list[float] = []
    busy: list[float] = []
    warm: list[float] = []
    alone: list[float] = []
    each: list[float] = []
    with tempfile.TemporaryDirectory(prefix="pgc-bench-") as folder:
        for _ in range(effort.repetitions):
            with home(Path(folder), warm_runs=1) as found:
                time.sleep(effort.seconds(_SETTLING))
                platform.append(pss_mb(found.platform_processes()))
                busy.append(_busy(found.platform_processes(), effort.seconds(_WATCHED)))
                warm.append(pss_mb(found.run_processes()))
            with home(Path(folder), warm_runs=0) as found:
                alone.append(_idle(found, 1, effort))
                each.append(_idle(found, effort.count(_MANY) - 1, effort) / effort.count(_MANY))
    return Report(
        benchmark="memory",
        figures=[
            _figure("platform idle, PSS", "MB", platform, 150.0),
            _figure("platform idle, processor", "%", busy, 1.0),
            _figure("one idle NodeServer with its keeper, PSS", "MB", alone, 25.0),
            _figure("each of ten idle NodeServers with its keeper, PSS", "MB", each, 25.0),
            _figure("the warm run with its keeper, PSS", "MB", warm, 25.0),
        ],
        notes=["PSS counts memory that processes share in parts. The platform is idle with one ISY connected."],
    )


def _idle(found: Home, more: int, effort: Effort) -> float:
    """What all NodeServers hold together once so many more run and are quiet."""
    if more:
        found.start(found.add(STAMP, more))
    time.sleep(effort.seconds(_SETTLING))
    return pss_mb(found.run_processes())


def _busy(processes: list[Process], seconds: float) -> float:
    """The share of one core that they take, in percent."""
    before = cpu_seconds(processes)
    time.sleep(seconds)
    return (cpu_seconds(processes) - before) / seconds * 100


def _figure(name: str, unit: str, values: list[float], bound: float) -> Figure:
    return Figure(
        name=name,
        unit=unit,
        values=values,
        against="limit",
        reference=limit(bound),
        budget=Budget(bound),
    )
