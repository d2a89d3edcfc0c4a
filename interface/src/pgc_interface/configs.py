"""Telling the observers of `onConfig` what the configuration is, in order, on a thread of their own.

An observer may block (many ask a cloud service first): neither the connection nor the commands wait for it.
"""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import Any, Callable, Dict

from .calls import attempt

Config = Dict[str, Any]
Observer = Callable[[Config], Any]
PATIENCE = 10.0
"""Seconds that a constructor may take before its observers are called all the same."""


class ConfigFeed:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._observers: list[Observer] = []
        self._latest: Config | None = None
        self._open = threading.Event()
        self._open.set()
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self.thread = threading.Thread(target=self._run, name="Config", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def close(self) -> None:
        self._jobs.put(None)

    def observe(self, observer: Observer) -> None:
        """Call it with each config to come, and with the latest one if one has come."""
        with self._lock:
            self._observers.append(observer)
            if self._latest is not None:
                self._deliver((observer,), self._latest)

    def publish(self, config: Config) -> None:
        with self._lock:
            self._latest = config
            self._deliver(tuple(self._observers), config)

    def hold(self) -> None:
        """Deliver nothing until :meth:`release`: an object whose constructor registers itself is not whole yet."""
        self._open.clear()

    def release(self) -> None:
        self._open.set()

    def delivered(self) -> threading.Event:
        """An event that is set when all that was published until now has been delivered."""
        done = threading.Event()
        self._jobs.put(done.set)
        return done

    def _deliver(self, observers: tuple[Observer, ...], config: Config) -> None:
        def job() -> None:
            for observer in observers:
                attempt("An onConfig observer", observer, config)

        self._jobs.put(job)

    def _run(self) -> None:
        while True:
            job = self._jobs.get()
            self._open.wait(PATIENCE)
            if job is None:
                return
            job()
