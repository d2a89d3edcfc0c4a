"""No isolation, the same contract: for machines that cannot do better, and say so."""

from dataclasses import dataclass, replace

from pgc.sandbox.contract import Confined, Limits
from pgc.sandbox.limited import SHIM, limited

NO_LIMIT = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Unconfined:
    """Runs a command under its limits and with its parent's life, but with all that the user may see and do."""

    reason: str
    isolated: bool = False

    def wrap(self, confined: Confined) -> list[str]:
        settings = (f"cwd={confined.cwd}", "die=with-parent")
        return limited(confined.argv, _without_processes(confined.limits), at=SHIM, settings=settings)


def _without_processes(limits: Limits) -> Limits:
    # Outside a user namespace this limit counts everything that the user runs.
    return replace(limits, processes=NO_LIMIT)
