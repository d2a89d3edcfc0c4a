"""What must happen on the ISY once and in order: nodes added and removed, commands, answers to requests.

Each slot has its own queue and one job under way, so that its order holds and no NodeServer takes all the lanes.
A job may have to wait for values first; the values' queue counts it down (`waits_for`).
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

R = TypeVar("R")
MAX_JOBS = 2000
"""Unfinished jobs of one slot; a batch may bring 1,000 nodes."""


class Job(Generic[R]):
    """One piece of work. `once`: it is not tried again when it may have been done already.

    `attempt` asks the ISY and raises when the ISY has trouble; `lost` says what the outcome is when the job cannot be
    done, from a reason and the ISY's status (0: not asked).
    """

    def __init__(
        self, attempt: Callable[[], Awaitable[R]], lost: Callable[[str, int], R], *, once: bool = False
    ) -> None:
        self.once = once
        self.waits_for = 0
        self.troubles = 0
        self.done: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._attempt = attempt
        self._lost = lost

    async def run(self) -> None:
        """
        Raises:
            IsyUnreachable, IsyRefused: the ISY has trouble, and the job is not done.
        """
        result = await self._attempt()
        if not self.done.done():
            self.done.set_result(result)

    def lose(self, reason: str, status: int = 0) -> None:
        if not self.done.done():
            self.done.set_result(self._lost(reason, status))


AnyJob = Job[Any]


class JobQueue:
    """The jobs of one slot, in the order in which they became ready."""

    def __init__(self) -> None:
        self.busy = False
        self._open: set[AnyJob] = set()
        self._ready: deque[AnyJob] = deque()

    @property
    def ready(self) -> bool:
        return bool(self._ready) and not self.busy

    @property
    def full(self) -> bool:
        return len(self._open) >= MAX_JOBS

    def submit(self, job: AnyJob) -> None:
        """Takes a job; one that waits for values becomes ready by :meth:`release`."""
        self._open.add(job)
        if not job.waits_for:
            self._ready.append(job)

    def release(self, jobs: list[AnyJob]) -> None:
        """These wait for one value less."""
        for job in jobs:
            job.waits_for -= 1
            if not job.waits_for and job in self._open:
                self._ready.append(job)

    def take(self) -> AnyJob:
        self.busy = True
        return self._ready.popleft()

    def put_back(self, job: AnyJob) -> None:
        """It was taken and could not be done yet: it stays the first."""
        self.busy = False
        if job in self._open:
            self._ready.appendleft(job)

    def finish(self, job: AnyJob) -> None:
        """It was taken and is over."""
        self.busy = False
        self._open.discard(job)

    def withdraw(self, job: AnyJob) -> None:
        """Nobody waits for it any longer."""
        self._open.discard(job)
        if job in self._ready:
            self._ready.remove(job)

    def lose_all(self, reason: str) -> None:
        for job in self._open:
            job.lose(reason)
        self._open.clear()
        self._ready.clear()
