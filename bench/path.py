"""From setDriver to the request that the ISY sees: at several loads, with slow ISYs, with many NodeServers."""

import tempfile
from pathlib import Path

from bench.effort import Effort
from bench.figures import Better, Budget, Curves, Figure, Report, curve, limit, pooled, quantile
from bench.loads import AtHome, Load, Measured, at_home

_AGAINST = "straight HTTP"
_SUSTAINED = 1500.0
_BUDGETED = Load(50)
_LOADS = (
    Load(1, 6.0),
    _BUDGETED,
    Load(500),
    Load(50, isy_seconds=0.005),
    Load(50, isy_seconds=0.05),
    Load(10, isy_seconds=0.25),
)
_MANY = (Load(50, nodeservers=10), Load(50, nodeservers=50))
_MORE_THAN_CAN = {"ceiling, 3,000/s set": Load(3000), "ceiling, 20,000/s set": Load(20_000)}
_NOTES = [
    "Times are without the ISY's own answer time.",
    "Straight HTTP is the same request from aiohttp to the simulator, at the same rate.",
]


def measure(effort: Effort) -> Report:
    with tempfile.TemporaryDirectory(prefix="pgc-bench-") as name:
        folder = Path(name)
        with at_home(folder, 1) as found:
            measured = [found.measure(load, effort) for load in ((_BUDGETED,) if effort.quick else _LOADS)]
            ceilings = _ceilings(found, effort)
        for load in () if effort.quick else _MANY:
            with at_home(folder, load.nodeservers) as found:
                measured.append(found.measure(load, effort))
    figures = [figure for each in measured for figure in _figures(each)]
    counts = [f"{each.load.name}: {each.sent} values set, {each.lost} replaced by newer ones." for each in measured]
    return Report(benchmark="path", figures=[*figures, *ceilings], curves=_curves(measured), notes=[*_NOTES, *counts])


def _figures(measured: Measured) -> list[Figure]:
    found = []
    for name, share, bound in (("p50", 0.5, 5.0), ("p99", 0.99, 30.0)):
        figure = Figure(
            name=f"setDriver → ISY at {measured.load.name}, {name}",
            unit="ms",
            values=[quantile(values, share) for values in measured.latencies],
            against=_AGAINST,
            reference=[quantile(values, share) for values in measured.straight],
            budget=Budget(bound) if measured.load is _BUDGETED else None,
        )
        found.append(figure)
    return found


def _ceilings(found: AtHome, effort: Effort) -> list[Figure]:
    """What arrives of more values than can be sent on, all of different drivers or newer."""
    straight = found.straight_rates(effort)
    figures = []
    for name, load in _MORE_THAN_CAN.items():
        rates = found.rates(load, effort)
        for against, reference, budget in (
            (_AGAINST, straight, None),
            ("limit", limit(_SUSTAINED), Budget(_SUSTAINED)),
        ):
            figure = Figure(
                name=name,
                unit="/s",
                values=rates,
                against=against,
                reference=reference,
                better=Better.MORE,
                budget=budget,
            )
            figures.append(figure)
    return figures


def _curves(measured: list[Measured]) -> Curves:
    alone = [each for each in measured if not each.load.isy_seconds and each.load.nodeservers == 1]
    slow = [each for each in measured if each.load.isy_seconds]
    many = [each for each in measured if each.load.nodeservers > 1]
    panels = {"one NodeServer": alone, "a slow ISY": slow, "many NodeServers": many}
    return {title: _lines(group) for title, group in panels.items() if group}


def _lines(group: list[Measured]) -> dict[str, list[float]]:
    lines = {}
    for each in group:
        lines[each.load.name] = curve(pooled(each.latencies))
        lines[f"{each.load.name}, {_AGAINST}"] = curve(pooled(each.straight))
    return lines
