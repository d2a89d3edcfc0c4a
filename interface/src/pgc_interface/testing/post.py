"""The platform's thread: what comes, and what a test has it do, one thing after the other."""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import Callable

Job = Callable[[], None]


class Post:
    """`changed` is held during each job and notified after it; who holds it sees a state between two jobs."""

    def __init__(self) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.fault: Exception | None = None
        """What went wrong in the kit itself."""
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="Platform", daemon=True)
        self._thread.start()

    def put(self, job: Job) -> None:
        self._jobs.put(job)

    def check(self) -> None:
        """Raise what went wrong in the kit itself."""
        if self.fault is not None:
            raise self.fault

    def close(self, timeout: float) -> None:
        """Work off what is there, and end."""
        self._jobs.put(None)
        self._thread.join(timeout)

    def _run(self) -> None:
        while True:
            job = self._jobs.get()
            if job is None:
                return
            with self.changed:
                self._do(job)
                self.changed.notify_all()

    def _do(self, job: Job) -> None:
        try:
            job()
        except Exception as error:  # noqa: BLE001 - the edge of this thread; the test raises it
            self.fault = self.fault or error
