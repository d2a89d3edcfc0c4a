"""What a benchmark finds: figures, each beside what it is measured against, and curves to draw."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from statistics import median
from typing import Any

import msgspec


class Better(StrEnum):
    LESS = "less"
    MORE = "more"


class Budget(msgspec.Struct, frozen=True):
    """A row of the design's budgets: a bound on the value itself or, if `of_ratio`, on the ratio."""

    bound: float
    of_ratio: bool = False


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """`values` has one entry a repetition; `reference` those of the peer or limit `against`, from the same run."""

    name: str
    unit: str
    values: list[float]
    against: str
    reference: list[float]
    better: Better = Better.LESS
    budget: Budget | None = None

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def ratio(self) -> float:
        return self.median / median(self.reference)

    @property
    def ratios(self) -> tuple[float, float]:
        """The smallest and the largest of the repetitions, each over the reference's median."""
        base = median(self.reference)
        return min(self.values) / base, max(self.values) / base

    @property
    def met(self) -> bool | None:
        """Whether the budget is met; None without one."""
        if self.budget is None:
            return None
        found = self.ratio if self.budget.of_ratio else self.median
        return found <= self.budget.bound if self.better is Better.LESS else found >= self.budget.bound


Curves = dict[str, dict[str, list[float]]]
"""Title of a panel → label of a line → its values in milliseconds, at :data:`SHARES` of all measurements."""
SHARES = [*(share / 100 for share in range(1, 100)), 0.995, 0.999]


class Report(msgspec.Struct, kw_only=True):
    benchmark: str
    figures: list[Figure]
    curves: Curves = {}
    notes: list[str] = []
    quick: bool = False
    taken: str = ""
    machine: dict[str, Any] = {}


def quantile(values: Iterable[float], share: float) -> float:
    """The nearest-rank quantile; `values` need not be sorted."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def curve(values: Iterable[float]) -> list[float]:
    ordered = sorted(values)
    return [round(quantile(ordered, share), 4) for share in SHARES]


def limit(value: float) -> list[float]:
    """A stated limit in the place of measured repetitions."""
    return [value]


def pooled(repetitions: Sequence[Sequence[float]]) -> list[float]:
    return [value for values in repetitions for value in values]
