"""The log of one NodeServer: its own lines and the platform's, newest kept in memory, each told to the bus."""

import time

from pgc.events import Events
from pgc.nodeservers.events import LogWritten
from pgc.nodeservers.logs.files import LogFiles
from pgc.nodeservers.logs.writer import Copy, LogWriter
from pgc.secrets.masking import Masks
from pgc.workers.journal import gap
from pgc.workers.logs import INSTALL, LONGEST_TEXT, PLATFORM, LogEntry, clean, parse
from pgc.workers.ring import Reader, Ring
from pgc.workers.runtime import LogLine

KEPT = 2000
_MOST_CHARACTERS = 2 * 1024 * 1024
_LINES, _SECONDS = 50, 10.0
_LONGEST = 1000


class Journal:
    """`remark` is the platform's own voice; what it says is bounded, so that garbage cannot flood the log.

    What `masks` knows is masked in every line before anyone has it: readers, files, bus.
    """

    def __init__(self, worker: str, events: Events, masks: Masks | None = None) -> None:
        self._worker = worker
        self._events = events
        self._ring: Ring[LogEntry] = Ring(lambda entry: len(entry.text), most=KEPT, most_size=_MOST_CHARACTERS)
        self._masks = masks or Masks()
        self._next = time.time_ns() // 1000
        """The next entry's number: by the clock, so that it grows over restarts, whatever was not written by then."""
        self._run, self._line = "", 0
        self._window = time.monotonic()
        self._remarks = 0
        self._writer: LogWriter | None = None
        self.copy: Copy | None = None
        self.errors = 0

    @property
    def files(self) -> LogFiles | None:
        return self.copy.files if self.copy else None

    def copy_to(self, files: LogFiles, writer: LogWriter) -> None:
        """What is written from now on is kept in files too."""
        self._writer, self.copy = writer, Copy(self.reader(), files, lambda text: self.remark(text, "WARNING"))

    def restore(self, entries: list[LogEntry]) -> None:
        """Takes up what a platform before this one has written; at the beginning."""
        for entry in entries:
            self._ring.add(entry)
            self._run, self._line = entry.run, entry.line
            self._next = max(self._next, entry.number + 1)

    def entries(self) -> list[LogEntry]:
        return self._ring.items()

    def reader(self) -> Reader[LogEntry]:
        """Of what is written from now on."""
        return self._ring.reader(self._ring.end)

    def close(self) -> None:
        """The NodeServer is gone: its readers come to the end."""
        self._ring.close()

    def hide(self, *secrets: str) -> None:
        """From now on these are masked."""
        self._masks.hide(*secrets)

    def hide_saved(self, *secrets: str) -> None:
        """The same for what a NodeServer has saved, or its owner for it."""
        self._masks.hide_saved(*secrets)

    def hide_hashed(self, sha256: str) -> None:
        """The same for a run's secret of which only the hash is known."""
        self._masks.hide_hashed(sha256)

    def masked(self, text: str) -> str:
        """As it may be shown: without secrets, and with what would not be seen in it escaped."""
        return self._masks(clean(text, LONGEST_TEXT))

    def take(self, run: str, line: LogLine) -> None:
        """A line of this run's output; one that is here already, since the run was found again, is left out."""
        seen = self._line if run == self._run else 0
        if line.number <= seen:
            return
        if line.missed:
            line = gap(line.number, line.time, min(line.missed, line.number - seen))
        self._run, self._line = run, line.number
        self.write(parse(line))

    def installing(self, text: str) -> None:
        """A line of the output of an install."""
        self.write(LogEntry(time.time(), "INFO", INSTALL, "", clean(text, LONGEST_TEXT)))

    def write(self, entry: LogEntry) -> None:
        masks = self._masks
        logger, thread, text = masks(entry.logger), masks(entry.thread), masks(entry.text)
        kept = LogEntry(entry.time, entry.level, logger, thread, text, self._next, self._run, self._line)
        self._next += 1
        self._ring.add(kept)
        if self._writer is not None and self.copy is not None:
            self._writer.put(self.copy)
        if kept.level in {"ERROR", "CRITICAL"}:
            self.errors += 1
        self._events.publish(LogWritten(time=kept.time, nodeserver=self._worker, entry=kept))

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
        self.write(LogEntry(time.time(), level, PLATFORM, "", clean(self.masked(text), _LONGEST)))
