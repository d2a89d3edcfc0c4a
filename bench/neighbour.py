"""From setDriver to the ISY beside a NodeServer that takes all it gets, against the same NodeServer alone."""

import tempfile
import time
from pathlib import Path

from bench.effort import Effort
from bench.figures import Budget, Figure, Report, curve, pooled, quantile
from bench.home import PROGRAMS, Installed
from bench.loads import AtHome, Load, at_home, latencies

_GREEDY = PROGRAMS / "greedy"
_KINDS = ("forks without end", "floods the broker", "floods the log", "eats memory", "burns the processor")
"""In the order in which the NodeServer counts them."""
_ALONE = "alone"
_LOAD = Load(50)
_NODES = 7
"""On the ISY: five of the neighbour, the greedy one's, and one by hand."""
_SETTLING = 2.0
"""Seconds in which greed gets what it can have."""
_BUDGET = Budget(2.0, of_ratio=True)
_NOTES = [
    f"{_LOAD.name} of one NodeServer, alone and beside another one that does as named; in turn, so that both see the "
    "same machine.",
]


def measure(effort: Effort) -> Report:
    with tempfile.TemporaryDirectory(prefix="pgc-bench-") as name, at_home(Path(name), 1) as found:
        (greedy,) = found.home.add(_GREEDY)
        kinds = _KINDS[:1] if effort.quick else _KINDS
        measured = {kind: _in_turn(found, greedy, kind, effort) for kind in kinds}
    figures = [figure for kind, both in measured.items() for figure in _figures(kind, *both)]
    lines = {f"beside one that {kind}": curve(pooled(beside)) for kind, (beside, _) in measured.items()}
    lines[_ALONE] = curve(pooled([values for _, alone in measured.values() for values in alone]))
    return Report(benchmark="neighbour", figures=figures, curves={"setDriver → ISY": lines}, notes=_NOTES)


def _in_turn(
    found: AtHome, greedy: Installed, kind: str, effort: Effort
) -> tuple[list[list[float]], list[list[float]]]:
    """Milliseconds beside the greedy one, and alone; one list a repetition."""
    both: tuple[list[list[float]], list[list[float]]] = ([], [])
    load = Load(_LOAD.rate, effort.seconds(_LOAD.seconds))
    for _ in range(effort.repetitions):
        both[1].append(_latencies(found, greedy, load))
        found.home.start([greedy])
        found.home.isys.quiet(_NODES, _SETTLING / 2)
        found.home.isys.command(greedy.isy, greedy.slot, "GREED", KIND=float(_KINDS.index(kind)))
        time.sleep(_SETTLING)
        both[0].append(_latencies(found, greedy, load))
        found.home.stop_one(greedy)
        time.sleep(_SETTLING)
    return both


def _latencies(found: AtHome, greedy: Installed, load: Load) -> list[float]:
    """Of the neighbour's values only."""
    arrivals, _ = found.through(load)
    return latencies([each for each in arrivals if not each.address.startswith(f"n{greedy.slot:03}_")], load)


def _figures(kind: str, beside: list[list[float]], alone: list[list[float]]) -> list[Figure]:
    return [
        Figure(
            name=f"beside one that {kind}, {name}",
            unit="ms",
            values=[quantile(values, share) for values in beside],
            against=_ALONE,
            reference=[quantile(values, share) for values in alone],
            budget=_BUDGET,
        )
        for name, share in (("p50", 0.5), ("p99", 0.99))
    ]
