"""A report as a picture: its curves if it has any, and its ratios."""

from importlib import import_module
from pathlib import Path
from typing import Any

from bench.errors import BenchError
from bench.figures import SHARES, Better, Figure, Report

_WIDTH = 9.0
_GOOD, _BAD = "#2e7d32", "#b71c1c"


def draw(report: Report, file: Path) -> None:
    """
    Raises:
        BenchError: matplotlib is not installed.
    """
    try:
        matplotlib = import_module("matplotlib")
    except ImportError as error:
        raise BenchError("plots need matplotlib", hint="install the extra `bench` of pgc-cloud: make bench") from error
    matplotlib.use("agg")
    pyplot = import_module("matplotlib.pyplot")
    heights = [3.2] * len(report.curves) + [0.6 + 0.3 * len(report.figures)]
    picture, axes = pyplot.subplots(
        len(heights),
        1,
        figsize=(_WIDTH, sum(heights) + 0.6),
        height_ratios=heights,
        squeeze=False,
        layout="constrained",
    )
    for axis, (title, lines) in zip(axes[:-1, 0], report.curves.items(), strict=True):
        _draw_curves(axis, title, lines)
    _draw_ratios(axes[-1, 0], report.figures)
    picture.savefig(file, dpi=80)
    pyplot.close(picture)


def _draw_curves(axis: Any, title: str, lines: dict[str, list[float]]) -> None:
    for label, values in lines.items():
        straight = "straight" in label or "alone" in label
        axis.plot([max(value, 0.01) for value in values], SHARES, label=label, linestyle=":" if straight else "-")
    axis.set(title=title, xscale="log", xlabel="milliseconds", ylabel="share")
    axis.grid(visible=True, which="major", alpha=0.3)
    axis.legend(fontsize="x-small", loc="lower right")


def _draw_ratios(axis: Any, figures: list[Figure]) -> None:
    """The ratio of each figure, with its spread; green is on the good side of 1."""
    rows = range(len(figures))
    for row, figure in zip(rows, figures, strict=True):
        low, high = figure.ratios
        good = figure.met if figure.met is not None else (figure.ratio <= 1) is (figure.better is Better.LESS)
        axis.plot([max(low, 1e-4), max(high, 1e-4)], [row, row], color=_GOOD if good else _BAD, linewidth=4, alpha=0.4)
        axis.plot([max(figure.ratio, 1e-4)], [row], "o", color=_GOOD if good else _BAD)
    axis.axvline(1, color="black", linewidth=0.8)
    axis.set(xscale="log", xlabel="ratio to the peer or limit")
    axis.set_yticks(rows, [f"{figure.name} / {figure.against}" for figure in figures], fontsize="x-small")
    axis.invert_yaxis()
    axis.grid(visible=True, axis="x", alpha=0.3)
