"""The log of one NodeServer: its own lines and the platform's, newest kept in memory, each told to the bus."""

import time
from collections import deque
from dataclasses import replace

from pgc.events import Events
from pgc.nodeservers.events import LogWritten
from pgc.workers.logs import PLATFORM, LogEntry, clean
from pgc.workers.runtime import Stream

KEPT = 2000
_MOST_CHARACTERS = 2 * 1024 * 1024
_LINES, _SECONDS = 50, 10.0
_LONGEST = 1000


class Journal:
    """`remark` is the platform's own voice; what it says is bounded, so that garbage cannot flood the log."""

    def __init__(self, worker: str, events: Events) -> None:
        self._worker = worker
        self._events = events
        self._entries: deque[LogEntry] = deque()
        self._characters = 0
        self._window = time.monotonic()
        self._remarks = 0
        self._last_words = ""
        self.errors = 0

    def entries(self) -> list[LogEntry]:
        return list(self._entries)

    def run_begins(self) -> None:
        """What runs before this one said is not its last word."""
        self._last_words = ""

    def last_words(self) -> str:
        """After a crash, what Python said of it: the run's last line on stderr, or why the SDK saw its script fail."""
        return self._last_words

    def write(self, entry: LogEntry) -> None:
        self._entries.append(entry)
        self._characters += len(entry.text)
        while len(self._entries) > KEPT or self._characters > _MOST_CHARACTERS:
            self._characters -= len(self._entries.popleft().text)
        if entry.level in {"ERROR", "CRITICAL"}:
            self.errors += 1
        if entry.logger == Stream.STDERR or entry.level == "CRITICAL":
            self._last_words = _last_line(entry.text) or self._last_words
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
        entry = LogEntry(time=time.time(), level=level, logger=PLATFORM, thread="", text="")
        self.write(replace(entry, text=clean(text, _LONGEST)))


def _last_line(text: str) -> str:
    return next((line.strip()[:200] for line in reversed(text.splitlines()) if line.strip()), "")
