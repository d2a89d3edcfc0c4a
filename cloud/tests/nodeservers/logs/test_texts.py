from pgc.nodeservers.logs.texts import as_text
from pgc.workers.logs import LogEntry


def test_an_entry_is_one_line_whatever_is_in_it() -> None:
    entry = LogEntry(1769860800.25, "WARNING", "ns", "Main", "it broke\nTraceback")
    assert as_text(entry) == "2026-01-31T12:00:00.250Z WARNING  ns [Main] it broke\n    Traceback"


def test_without_a_thread() -> None:
    assert as_text(LogEntry(0.0, "INFO", "stdout", "", "x")) == "1970-01-01T00:00:00.000Z INFO     stdout x"
