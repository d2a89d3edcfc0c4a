"""How much is measured."""

from dataclasses import dataclass

_GLANCE = 1.0


@dataclass(frozen=True, slots=True)
class Effort:
    """The full measure is for the documents; the quick one only shows that all of it works."""

    quick: bool = False

    @property
    def repetitions(self) -> int:
        return 1 if self.quick else 3

    def seconds(self, full: float) -> float:
        return min(full, _GLANCE) if self.quick else full

    def count(self, full: int) -> int:
        return max(1, full // 10) if self.quick else full
