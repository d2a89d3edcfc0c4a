"""The log of one NodeServer: its own lines and the platform's, newest kept in memory, each told to the bus."""

import time
from collections import deque
from dataclasses import replace

from pgc.events import Events
from pgc.nodeservers.events import LogWritten
from pgc.workers.logs import LogEntry
from pgc.workers.runtime import Stream

KEPT = 2000
_LINES, _SECONDS = 50, 10.0
_LONGEST = 1000


class Journal:
    """`remark` is the platform's own voice; what it says is bounded, so that garbage cannot flood the log."""

    def __init__(self, worker: str, events: Events) -> None:
        self._worker = worker
        self._events = events
        self._entries: deque[LogEntry] = deque(maxlen=KEPT)
        self._window = time.monotonic()
        self._remarks = 0
        self.errors = 0

    def entries(self) -> list[LogEntry]:
        return list(self._entries)

    def last_words(self) -> str:
        """The last line that went to stderr as it was: after a crash, what Python said of it."""
        raw = (entry.text for entry in reversed(self._entries) if entry.logger == Stream.STDERR)
        return next((text.strip()[:200] for text in raw if text.strip()), "")

    def write(self, entry: LogEntry) -> None:
        self._entries.append(entry)
        if entry.level in {"ERROR", "CRITICAL"}:
            self.errors += 1
        self._events.publish(LogWritten(time=entry.time, nodeserver=self._worker, entry=entry))

    def remark(self, text: str, level: str = "INFO") -> None:
        """Says something about this NodeServer where its owner looks; beyond 50 lines in 10 seconds it only counts."""
        now = time.monotonic()
        if now - self._window > _SECONDS:
            if self._remarks > _LINES:
                self._say(f"{self._remarks - _LINES} more remarks were left out", "WARNING")
            self._window, self._remarks = now, 0
        self._remarks += 1
        if self._remarks <= _LINES:
            self._say(text, level)

    def _say(self, text: str, level: str) -> None:
        entry = LogEntry(time=time.time(), level=level, logger="platform", thread="", text="")
        self.write(replace(entry, text=text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"))
