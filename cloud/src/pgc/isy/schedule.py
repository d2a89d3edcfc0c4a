"""What goes to the ISY next: jobs, then controllers' states, then values; in each, the slots take turns."""

from collections import OrderedDict

from pgc.isy.drivers import Driver
from pgc.isy.jobs import AnyJob, Job, JobQueue
from pgc.isy.transport import AT_ONCE
from pgc.isy.valuequeue import ValueQueue

MAX_JOBS_UNDER_WAY = AT_ONCE - 1
"""One lane stays for values, however many jobs there are."""


class Slot:
    """One NodeServer's queues."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.values = ValueQueue()
        self.jobs = JobQueue()
        self.full_told = False


class Turns:
    """Slots that have something to send, in a ring."""

    def __init__(self) -> None:
        self._ring: OrderedDict[Slot, None] = OrderedDict()

    def set(self, slot: Slot, has_work: bool) -> None:
        if has_work:
            self._ring.setdefault(slot, None)
        else:
            self._ring.pop(slot, None)

    def next(self) -> Slot | None:
        return self._ring.popitem(last=False)[0] if self._ring else None

    def __bool__(self) -> bool:
        return bool(self._ring)


class Schedule:
    """All slots of one ISY. After any change to a slot's queues, :meth:`touch` it."""

    def __init__(self) -> None:
        self._slots: dict[int, Slot] = {}
        self._jobs = Turns()
        self._first = Turns()
        self._values = Turns()
        self._jobs_under_way = 0
        self._under_way = 0

    @property
    def quiet(self) -> bool:
        """Nothing is ready, nothing is on the way."""
        return not (self._under_way or self._jobs or self._first or self._values)

    @property
    def slots(self) -> list[Slot]:
        return list(self._slots.values())

    def slot(self, number: int) -> Slot:
        slot = self._slots.get(number)
        if slot is None:
            slot = self._slots[number] = Slot(number)
        return slot

    def touch(self, slot: Slot) -> None:
        if self._slots.get(slot.number) is not slot:
            return
        self._jobs.set(slot, slot.jobs.ready)
        self._first.set(slot, slot.values.first_ready)
        self._values.set(slot, slot.values.ready)

    def take(self) -> tuple[Slot, AnyJob | Driver] | None:
        """The next piece of work; give it back with :meth:`finished`."""
        taken = self._take_job() or self._take_value()
        self._under_way += taken is not None
        return taken

    def finished(self, slot: Slot, work: AnyJob | Driver) -> None:
        self._under_way -= 1
        self._jobs_under_way -= isinstance(work, Job)
        self.touch(slot)

    def forget(self, number: int, reason: str) -> None:
        slot = self._slots.pop(number, None)
        if slot is None:
            return
        for turns in (self._jobs, self._first, self._values):
            turns.set(slot, False)
        slot.jobs.lose_all(reason)
        slot.values.forget_all()

    def forget_all(self, reason: str) -> None:
        for number in list(self._slots):
            self.forget(number, reason)

    def _take_job(self) -> tuple[Slot, AnyJob] | None:
        if self._jobs_under_way >= MAX_JOBS_UNDER_WAY:
            return None
        slot = self._jobs.next()
        if slot is None:
            return None
        self._jobs_under_way += 1
        return slot, slot.jobs.take()

    def _take_value(self) -> tuple[Slot, Driver] | None:
        slot = self._first.next()
        if slot is not None:
            driver = slot.values.take_first()
        else:
            slot = self._values.next()
            if slot is None:
                return None
            driver = slot.values.take()
        self.touch(slot)
        return slot, driver
