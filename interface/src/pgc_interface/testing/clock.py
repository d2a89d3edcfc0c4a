"""Time that stands still until a test moves it."""

from __future__ import annotations

BEGINNING = 1_700_000_000.0
"""Unix seconds at which every test begins."""


class Clock:
    """Calling it gives the seconds, for the SDK's clock and for the platform's."""

    def __init__(self) -> None:
        self.now = BEGINNING

    def __call__(self) -> float:
        return self.now

    @property
    def milliseconds(self) -> int:
        return int(self.now * 1000)
