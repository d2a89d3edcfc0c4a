"""How fast one connection may send: token buckets that may go into debt, so that no packet is ever refused."""

import time
from collections.abc import Callable


class Bucket:
    """Fills at `rate` a second up to `burst`."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._level = burst
        self._filled_at = clock()

    def spend(self, cost: float) -> float:
        """Takes `cost` and says how many seconds to wait until the bucket is out of debt."""
        now = self._clock()
        self._level = min(self._burst, self._level + (now - self._filled_at) * self._rate) - cost
        self._filled_at = now
        return max(0.0, -self._level / self._rate)
