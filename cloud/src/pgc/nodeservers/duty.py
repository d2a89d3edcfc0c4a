"""What goes on for one NodeServer that is to run: the task that keeps it so, and what was asked of that."""

import asyncio
from dataclasses import dataclass, field

from pgc.nodeservers.backoff import Troubles


@dataclass(slots=True, eq=False)
class Duty:
    troubles: Troubles
    began: float
    """When its run did; before there is one, when this did."""
    urgent: bool = False
    waits: bool = True
    """For its turn, or for the end of a pause: nothing is lost if it is begun anew."""
    off: asyncio.Event = field(default_factory=asyncio.Event)
    """The start that was asked for is off, or queued, or came to nothing: then with the `error`."""
    error: Exception | None = None
    task: asyncio.Task[None] | None = None

    def renew(self) -> None:
        """It is started again: what came of the start before counts no longer."""
        self.error = None
        self.off.clear()

    def fail(self, error: Exception) -> None:
        self.error = error
        self.off.set()
