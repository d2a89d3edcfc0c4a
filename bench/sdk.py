"""The SDKs against each other: import, idle memory, calls, and the way to a bare broker."""

import tempfile
from pathlib import Path
from statistics import median

from bench.broker import broker_name
from bench.effort import Effort
from bench.figures import Better, Budget, Figure, Report, curve, limit, pooled, quantile
from bench.sdks import Sdk, bare_paho, ours, peers
from bench.trials import Trials

_IMPORTS = 10
"""In each repetition; their median is its value."""
_NOTES = [
    "polyinterface and udi_interface speak plain TCP here, as ours does; pgc-interface knows only TLS, on port 8883.",
    "A sustained update is a driver value that arrived; at most 2,000 are under way, so that none replaces another.",
    "pgc-interface sends at most 20 values every 5 seconds, by design: its latencies are of those that came in time.",
]
Results = dict[str, list[float]]


def measure(effort: Effort) -> Report:
    own, paho = ours(here=effort.quick), bare_paho(here=effort.quick)
    others = [] if effort.quick else peers()
    with tempfile.TemporaryDirectory(prefix="pgc-bench-") as folder:
        trials = Trials(Path(folder), effort)
        imports = _imports(trials, [paho, own, *others], effort)
        found = {sdk.name: _all_of(trials, sdk, effort) | {"import": imports[sdk.name]} for sdk in (own, *others)}
    mine = found[own.name]
    figures = _alone(mine, imports[paho.name])
    for other in others:
        figures.extend(_compared(mine, found[other.name], other.name))
    return Report(
        benchmark="sdk",
        figures=figures,
        curves={"setDriver → broker at 50/s": {name: curve(results["latencies"]) for name, results in found.items()}},
        notes=[f"Bare broker: {broker_name()}.", *_NOTES],
    )


def _imports(trials: Trials, sdks: list[Sdk], effort: Effort) -> Results:
    """All in turn, so that none has a quieter machine than the others; the first round is to warm up."""
    taken: Results = {sdk.name: [] for sdk in sdks}
    for repetition in range(1 + effort.repetitions):
        rounds: Results = {sdk.name: [] for sdk in sdks}
        for _ in range(effort.count(_IMPORTS) if repetition else 1):
            for sdk in sdks:
                rounds[sdk.name].append(trials.import_(sdk))
        if repetition:
            for name, values in rounds.items():
                taken[name].append(median(values))
    return taken


def _all_of(trials: Trials, sdk: Sdk, effort: Effort) -> Results:
    results: Results = {"memory": [], "calls": [], "rate": []}
    latencies = []
    for _ in range(1 if sdk.boxed else effort.repetitions):
        results["memory"].append(trials.memory(sdk))
        results["calls"].append(trials.calls(sdk))
        latencies.append(trials.latencies(sdk))
        results["rate"].append(trials.rate(sdk))
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        results[name] = [quantile(values, share) for values in latencies]
    return {**results, "latencies": pooled(latencies)}


def _alone(mine: Results, paho: list[float]) -> list[Figure]:
    """Against limits instead of peers."""
    imported = Figure(
        name="import",
        unit="ms",
        values=mine["import"],
        against="paho-mqtt alone",
        reference=paho,
        budget=Budget(1.3, of_ratio=True),
    )
    idle = Figure(name="idle memory", unit="MB", values=mine["memory"], against="limit", reference=limit(25.0))
    return [imported, idle]


def _compared(mine: Results, theirs: Results, name: str) -> list[Figure]:
    wanted = Budget(2.0, of_ratio=True) if name.startswith("udi_interface") else None
    rows = [
        ("import", "ms", "import", Better.LESS, None),
        ("idle memory", "MB", "memory", Better.LESS, None),
        ("setDriver calls", "/s", "calls", Better.MORE, None),
        ("setDriver → broker at 50/s, p50", "ms", "p50", Better.LESS, None),
        ("setDriver → broker at 50/s, p99", "ms", "p99", Better.LESS, None),
        ("sustained updates", "/s", "rate", Better.MORE, wanted),
    ]
    return [
        Figure(
            name=what,
            unit=unit,
            values=mine[key],
            against=name,
            reference=theirs[key],
            better=better,
            budget=budget,
        )
        for what, unit, key, better, budget in rows
    ]
