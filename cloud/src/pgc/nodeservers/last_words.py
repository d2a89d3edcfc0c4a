"""What a run said at last: for the reason why it ended, and for its owner to read."""

from pgc.nodeservers.journal import Journal
from pgc.workers.logs import LogEntry
from pgc.workers.runtime import Stream

_MOST = 200
"""Lines of a traceback are rarely more."""
_LONGEST = 500


def said_at_last(journal: Journal, run: str) -> list[str]:
    """The last lines of this run's stderr, and what the SDK says when it sees the script fail."""
    of_run = (entry for entry in journal.entries() if entry.run == run)
    return _lines([entry for entry in of_run if entry.logger == Stream.STDERR or entry.level == "CRITICAL"])[-_MOST:]


def last_lines(journal: Journal, most: int) -> tuple[str, ...]:
    """The last lines of the log, the platform's own among them, bounded."""
    return tuple(line[:_LONGEST] for line in _lines(journal.entries()[-most:])[-most:])


def _lines(entries: list[LogEntry]) -> list[str]:
    return [line for entry in entries for line in entry.text.splitlines()]
