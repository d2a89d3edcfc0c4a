"""Short forms of benchmarks run to their end and leave a report; what they measured is not judged.

The two that are run here use all that the others use, but for half a minute less.
"""

from pathlib import Path

import msgspec
import pytest
from bench.benchmarks import take
from bench.check import differences, regressions
from bench.effort import Effort
from bench.figures import Better, Budget, Figure, Report
from bench.files import read, write


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", ["sdk", "command"])
def test_the_short_form_leaves_a_report(name: str, tmp_path: Path) -> None:
    report = take(name, Effort(quick=True))
    write(report, tmp_path)
    assert read(name, tmp_path) == report
    assert report.figures
    assert f"| {report.figures[0].name} |" in (tmp_path / f"{name}.md").read_text()
    assert (tmp_path / f"{name}.png").stat().st_size > 0


def figure(*values: float, better: Better = Better.LESS, budget: Budget | None = None) -> Figure:
    return Figure(
        name="speed", unit="ms", values=list(values), against="peer", reference=[10.0], better=better, budget=budget
    )


def report(*figures: Figure) -> Report:
    return Report(benchmark="sdk", figures=list(figures), machine={"cores": 2, "bare_broker": "b", "python": "3"})


def test_a_figure_is_held_against_its_reference_and_its_budget() -> None:
    assert figure(5.0, 20.0, 30.0).ratio == 2.0
    assert figure(5.0, 20.0, 30.0).ratios == (0.5, 3.0)
    assert figure(20.0, budget=Budget(20.0)).met is True
    assert figure(20.0, budget=Budget(1.5, of_ratio=True)).met is False
    assert figure(20.0, better=Better.MORE, budget=Budget(1.5, of_ratio=True)).met is True


@pytest.mark.parametrize(
    ("new", "better", "named"),
    [
        ((12.0, 12.0), Better.LESS, False),  # within the tolerance
        ((9.0, 20.0, 20.0), Better.LESS, False),  # its best is within what was seen before
        ((15.0, 15.0), Better.LESS, True),
        ((5.0, 5.0), Better.LESS, False),
        ((5.0, 5.0), Better.MORE, True),
    ],
)
def test_what_got_worse_is_named(new: tuple[float, ...], better: Better, named: bool) -> None:
    found = list(regressions(report(figure(*new, better=better)), report(figure(10.0, 10.0, better=better))))
    assert bool(found) is named
    assert all("speed against peer" in line for line in found)


def test_a_figure_that_is_gone_is_named() -> None:
    assert list(regressions(report(), report(figure(1.0)))) == ["sdk: speed against peer is no longer measured"]


def test_other_machines_are_not_compared() -> None:
    here = report()
    assert differences(here, here) == []
    there = msgspec.structs.replace(here, machine={**here.machine, "cores": 8})
    assert differences(here, there) == ["cores: 8 then, 2 now"]
    assert differences(here, msgspec.structs.replace(here, quick=True))
