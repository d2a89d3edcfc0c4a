"""All benchmarks by name, and how one is taken."""

import datetime
from collections.abc import Callable

import msgspec

from bench import command, many, memory, neighbour, path, sdk, start
from bench.broker import broker_name
from bench.effort import Effort
from bench.figures import Report
from bench.machine import facts, load

BENCHMARKS: dict[str, Callable[[Effort], Report]] = {
    "sdk": sdk.measure,
    "path": path.measure,
    "command": command.measure,
    "memory": memory.measure,
    "start": start.measure,
    "neighbour": neighbour.measure,
    "many": many.measure,
}
BY_NAME_ONLY = frozenset({"many"})
"""It takes as long as two of the others."""


def take(name: str, effort: Effort) -> Report:
    machine = {**facts(), "bare_broker": broker_name()}
    report = BENCHMARKS[name](effort)
    taken = datetime.datetime.now(datetime.UTC).isoformat(timespec="minutes")
    return msgspec.structs.replace(report, machine={**machine, "load_after": load()}, taken=taken, quick=effort.quick)
