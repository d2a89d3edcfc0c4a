"""What the supervisor has to say of a NodeServer, beside its state: for its owner to see."""

from dataclasses import dataclass

from pgc.nodeservers.starts import Turn
from pgc.storage.records import Parked


@dataclass(slots=True)
class Care:
    restarts: int = 0
    """How often it was started again by itself since its owner started it, or the platform did."""
    starts_again: float | None = None
    """When that comes next, in Unix seconds."""
    turn: Turn | None = None
    parked: Parked | None = None

    @property
    def place(self) -> int | None:
        """In the queue of starts, counted from 1; None if it is not in it."""
        return self.turn.place or None if self.turn else None
