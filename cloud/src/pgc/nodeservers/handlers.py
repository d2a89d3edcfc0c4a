"""NodeServer code that takes long: its SDK tells of it with `beat`, and over ten minutes it is shown as stuck.

A beat comes when a handler has run for ten seconds, each minute while it goes on, and when it has ended; a `start()`
that serves for ever is none. A stuck one is shown; its NodeServer is restarted only where the owner chose so.
"""

import time
from dataclasses import dataclass, replace

from pgc.nodeservers.journal import Journal
from pgc.workers.logs import clean
from pgc_interface import wire

STUCK = 600.0
_LONGEST_NAME = 200
_SAME = 1.0
"""Seconds within which two beats speak of the same beginning."""


@dataclass(frozen=True, slots=True)
class Handler:
    """What the NodeServer is in, by the SDK's name for it, since when (Unix seconds), and whether its owner was told
    that it is stuck."""

    name: str
    since: float
    told: bool = False

    @property
    def stuck(self) -> bool:
        return time.time() - self.since >= STUCK


def heard(beat: wire.Beat, before: Handler | None, journal: Journal, *, started: float) -> Handler | None:
    """What the run is in after this beat; None if in nothing that takes long. `started` is when the run was."""
    if beat.handler is None:
        return None
    now = time.time()
    since = min(max(beat.since or now, started), now)  # a clock that is wrong makes nothing stuck for years
    handler = Handler(clean(beat.handler, _LONGEST_NAME), since)
    if before and before.told and before.name == handler.name and abs(before.since - since) < _SAME:
        return before
    if not handler.stuck:
        return handler
    minutes = (now - since) / 60
    journal.remark(
        f"{handler.name} has not returned for {minutes:.0f} minutes: it is stuck, and so is what waits for it",
        "WARNING",
    )
    return replace(handler, told=True)
