"""A report as a Markdown table: every figure with its ratio to a peer or limit of the same run."""

from statistics import median

from bench.figures import Better, Figure, Report

_HEAD = "| what | median | spread | against | there | ratio | budget |\n|---|---:|---:|---|---:|---:|---|"


def table(report: Report) -> str:
    rows = "\n".join(_row(figure) for figure in report.figures)
    notes = "\n".join(f"- {note}" for note in report.notes)
    return f"# {report.benchmark}\n\n{_machine(report)}\n\n{_HEAD}\n{rows}\n\n{notes}\n"


def number(value: float) -> str:
    """Three digits that matter."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _row(figure: Figure) -> str:
    low, high = figure.ratios
    cells = [
        figure.name,
        f"{number(figure.median)} {figure.unit}",
        f"{number(min(figure.values))}–{number(max(figure.values))}",
        figure.against,
        f"{number(median(figure.reference))} {figure.unit}",
        f"**{number(figure.ratio)}** ({number(low)}–{number(high)})",
        _budget(figure),
    ]
    return f"| {' | '.join(cells)} |"


def _budget(figure: Figure) -> str:
    if figure.budget is None:
        return ""
    sign = "≤" if figure.better is Better.LESS else "≥"
    unit = " ×" if figure.budget.of_ratio else f" {figure.unit}"
    return f"{sign} {number(figure.budget.bound)}{unit}: {'met' if figure.met else '**missed**'}"


def _machine(report: Report) -> str:
    machine = report.machine
    before, after = (" ".join(map(str, machine[key])) for key in ("load_before", "load_after"))
    quick = " (quick)" if report.quick else ""
    return (
        f"Taken {report.taken}{quick} on {machine['cores']} cores ({machine['processor']}), "
        f"{machine['memory_gib']} GiB, Linux {machine['kernel']}, Python {machine['python']}; "
        f"load averages {before} before, {after} after."
    )
