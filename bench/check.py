"""New figures held against stored ones: by their ratios, since these hold on any machine."""

from collections.abc import Iterator

from bench.figures import Better, Figure, Report

TOLERANCE = 0.3
"""A ratio may be worse by this part. One that is worse by more counts if its best repetition is also worse than the
worst one stored."""
_SAME = ("cores", "bare_broker", "python")
"""Facts without which ratios cannot be compared."""


def differences(new: Report, stored: Report) -> list[str]:
    """What makes the two incomparable."""
    if stored.quick or new.quick:
        return ["a quick run cannot be compared"]
    pairs = [(key, stored.machine.get(key), new.machine.get(key)) for key in _SAME]
    return [f"{key}: {before} then, {now} now" for key, before, now in pairs if before != now]


def regressions(new: Report, stored: Report) -> Iterator[str]:
    """Each as a line for people."""
    before = {(figure.name, figure.against): figure for figure in stored.figures}
    for figure in new.figures:
        old = before.pop((figure.name, figure.against), None)
        if old is not None and _worse(figure, old):
            ratios = f"ratio {figure.ratio:.3g}, was {old.ratio:.3g}"
            yield f"{new.benchmark}: {figure.name} against {figure.against}: {ratios}"
    for name, against in before:
        yield f"{new.benchmark}: {name} against {against} is no longer measured"


def _worse(new: Figure, old: Figure) -> bool:
    if new.better is Better.LESS:
        return new.ratio > old.ratio * (1 + TOLERANCE) and new.ratios[0] > old.ratios[1]
    return new.ratio < old.ratio / (1 + TOLERANCE) and new.ratios[1] < old.ratios[0]
