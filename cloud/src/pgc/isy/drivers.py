"""One driver of one node: what the ISY holds of it, what it should hold, and what is on the way."""

from dataclasses import dataclass, field
from typing import NamedTuple

from pgc.isy.jobs import AnyJob


class Value(NamedTuple):
    value: str
    uom: str


@dataclass(slots=True, eq=False)
class Driver:
    """`held` is what the ISY confirmed, None while that is unknown; `refused` what it did not take.

    `first`: goes before other drivers. `before` are jobs that wait for the wanted value, `covered` those that wait for
    the one under way. `told`: reasons of refusals that were told. `dropped`: forgotten while under way. `resting`:
    the ISY stumbled over it again and again, so it goes out later.
    """

    address: str
    name: str
    held: Value | None = None
    wanted: Value | None = None
    sending: Value | None = None
    refused: Value | None = None
    forced: bool = False
    first: bool = False
    dropped: bool = False
    resting: bool = False
    troubles: int = 0
    told: set[str] = field(default_factory=set)
    before: list[AnyJob] = field(default_factory=list)
    covered: list[AnyJob] = field(default_factory=list)

    @property
    def idle(self) -> bool:
        return self.wanted is None and self.sending is None

    def want(self, value: Value, *, force: bool) -> None:
        """The newest value; it replaces what waits. What the ISY holds already is not sent unless forced."""
        self.forced = self.forced or force
        known = not self.forced and self.sending is None and value in (self.held, self.refused)
        self.wanted = None if known else value

    def replace(self, value: Value) -> bool:
        """A newer value takes the place of the one that waits; False where more than that would change."""
        if self.wanted is None or value in (self.held, self.refused):
            return False
        self.wanted = value
        return True

    def seed(self, value: Value) -> None:
        """What the ISY is known to hold; what is under way knows better."""
        if self.sending is None:
            self.held = value
            self._drop_if_known()

    def begin(self) -> Value:
        """The wanted value goes out: until the ISY answers, what it holds is unknown."""
        if self.wanted is None:
            raise RuntimeError(f"nothing of {self.address}/{self.name} waits to be sent")
        value, self.wanted = self.wanted, None
        self.sending = value
        self.held = self.refused = None
        self.forced = False
        self.covered, self.before = self.before, []
        return value

    def confirmed(self) -> None:
        self.held, self.sending = self.sending, None
        self.troubles = 0
        self._drop_if_known()

    def declined(self) -> None:
        self.refused, self.sending = self.sending, None
        self.troubles = 0
        self._drop_if_known()

    def unanswered(self) -> None:
        """It goes out again, unless a newer one takes its place."""
        self.wanted, self.sending = self.wanted or self.sending, None
        self.before, self.covered = self.covered + self.before, []

    def renew(self, *, lost: bool) -> None:
        """The node was added again: what the ISY refused may go now, and `lost` says that it forgot what it held."""
        if self.idle:
            self.wanted = self.refused or (self.held if lost else None)
        elif lost and self.wanted is None:
            self.wanted, self.forced = self.sending, True  # nobody knows whether it comes before or after the node
        self.refused = None
        self.held = None if lost else self.held
        self.told.clear()

    def lost(self, value: Value) -> bool:
        """The ISY does not hold `value`, which it confirmed: it goes out again, unless something newer has gone since.
        Returns whether it does."""
        if self.held is not value:
            return False
        self.held = None
        self.wanted = self.wanted or value
        return True

    def add_waiting(self, job: AnyJob) -> None:
        """The job waits for all that was set until now, save what rests."""
        if self.resting:
            return
        if self.wanted is not None:
            self.before.append(job)
        elif self.sending is not None:
            self.covered.append(job)
        else:
            return
        job.waits_for += 1

    def take_freed(self) -> list[AnyJob]:
        """The jobs that need not wait for this driver any longer."""
        if self.sending is not None:
            return []
        freed, self.covered = self.covered, []
        if self.wanted is None:
            freed, self.before = freed + self.before, []
        return freed

    def take_all_waiting(self) -> list[AnyJob]:
        """All that wait for this driver, which will not be sent."""
        freed, self.covered, self.before = self.covered + self.before, [], []
        return freed

    def _drop_if_known(self) -> None:
        if not self.forced and self.wanted in (self.held, self.refused):
            self.wanted = None
