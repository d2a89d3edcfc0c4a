"""How long to wait before a NodeServer that crashed, or could not start, is started again; and when to give it up."""

import random
from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """Seconds, and how many crashes are borne."""

    first: float = 1.0
    longest: float = 60.0
    steady: float = 300.0
    """A run that lasted so long was well: what was before it is forgotten."""
    most_crashes: int = 5
    within: float = 300.0


class Troubles:
    """Those of one NodeServer since its owner started it. Each pause is twice the one before, up to the longest, less
    up to a quarter, so that many that fell together do not rise together."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._pauses = 0
        self._crashes: deque[float] = deque()

    def restarted(self, lasted: float) -> float:
        """The pause after a run that lasted so long and was ended to be started again: none, unless that is often."""
        if lasted >= self._policy.steady:
            self._pauses = 0
        first = not self._pauses
        pause = self.failed()
        return 0.0 if first else pause

    def failed(self) -> float:
        """The pause after a start that failed: it is tried again for as long as it takes."""
        longest = min(self._policy.first * 2.0**self._pauses, self._policy.longest)
        if longest < self._policy.longest:
            self._pauses += 1
        return longest * random.uniform(0.75, 1.0)  # noqa: S311 (spreads load, guards nothing)

    def crashed(self, now: float, lasted: float) -> float | None:
        """The pause after a run that lasted so long; None if these were too many crashes in too short a time."""
        if lasted >= self._policy.steady:
            self._pauses = 0
            self._crashes.clear()
        self._crashes.append(now)
        while now - self._crashes[0] > self._policy.within:
            self._crashes.popleft()
        return None if len(self._crashes) > self._policy.most_crashes else self.failed()
