"""No isolation, the same contract: for machines that cannot do better, and say so."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pgc.sandbox.contract import Confined, Fact, Limits
from pgc.sandbox.limited import limited

NO_LIMIT = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Unconfined:
    """Runs a command under its limits and with its parent's life, but with all that the user may see and do."""

    reason: str
    isolated: bool = False
    networked: bool = False
    remedy: str = ""

    @property
    def facts(self) -> Sequence[Fact]:
        return (Fact("namespaces", False, self.reason, self.remedy),)

    def wrap(self, confined: Confined) -> list[str]:
        settings = (f"cwd={confined.cwd}", "die=with-parent")
        return limited(confined.argv, _without_processes(confined.limits), settings)

    def sharing(self, reason: str) -> "Unconfined":
        return self

    def groups(self, name: str) -> list[str]:
        return []


def _without_processes(limits: Limits) -> Limits:
    # Outside a user namespace this limit counts everything that the user runs.
    return replace(limits, processes=NO_LIMIT)
