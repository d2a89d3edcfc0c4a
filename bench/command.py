"""A command's round trip: from the ISY to the NodeServer's function, and the driver that it sets back to the ISY."""

import tempfile
from pathlib import Path

from bench.echo import Echo
from bench.effort import Effort
from bench.figures import Figure, Report, curve, pooled, quantile
from bench.home import BY_HAND, LOAD, home
from bench.isys import Isys

_NODES = 5
_AGAINST = "straight HTTP"
_PAUSES = {"at ease": 0.05, "back to back": 0.0}
"""Seconds between a round trip and the next command."""


def measure(effort: Effort) -> Report:
    figures, curves = [], {}
    for name, (through, straight) in _round_trips(effort).items():
        curves[f"{name}, through the platform"] = curve(pooled(through))
        curves[f"{name}, {_AGAINST}"] = curve(pooled(straight))
        for level, share in (("p50", 0.5), ("p99", 0.99)):
            figure = Figure(
                name=f"round trip {name}, {level}",
                unit="ms",
                values=[quantile(values, share) for values in through],
                against=_AGAINST,
                reference=[quantile(values, share) for values in straight],
            )
            figures.append(figure)
    note = "Straight HTTP: an aiohttp server that answers the command and reports the driver at once."
    return Report(benchmark="command", figures=figures, curves={"ISY → function → ISY": curves}, notes=[note])


def _round_trips(effort: Effort) -> dict[str, tuple[list[list[float]], list[list[float]]]]:
    count = effort.count(100)
    with tempfile.TemporaryDirectory(prefix="pgc-bench-") as folder, home(Path(folder)) as found:
        installed = found.add(LOAD)
        found.start(installed)
        with Echo(found.isys.urls[0], BY_HAND) as echo:
            found.isys.connect(0, BY_HAND, echo.port)
            found.isys.quiet(_NODES + 1)
            slots = (installed[0].slot, BY_HAND)
            for slot in slots:
                found.isys.round_trips(0, slot, effort.count(20), 0.0)
            return {name: _in_turn(found.isys, slots, count, pause, effort) for name, pause in _PAUSES.items()}


def _in_turn(
    isys: Isys, slots: tuple[int, int], count: int, pause: float, effort: Effort
) -> tuple[list[list[float]], list[list[float]]]:
    """The repetitions of both, one after the other, so that both see the same machine."""
    both: tuple[list[list[float]], list[list[float]]] = ([], [])
    for _ in range(effort.repetitions):
        for slot, found in zip(slots, both, strict=True):
            found.append(isys.round_trips(0, slot, count, pause))
    return both
