"""Entries as lines for people."""

from datetime import UTC, datetime

from pgc.workers.logs import LogEntry

_INDENT = "    "


def as_text(entry: LogEntry) -> str:
    """``2026-01-31T12:00:00.000Z WARNING logger [thread] text``; further lines of a text are indented."""
    time = datetime.fromtimestamp(entry.time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    thread = f" [{entry.thread}]" if entry.thread else ""
    return f"{time} {entry.level:<8} {entry.logger}{thread} {entry.text}".replace("\n", f"\n{_INDENT}")
