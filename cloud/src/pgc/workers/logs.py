"""A NodeServer's output as log entries: what the SDK writes is structured, all else is text."""

import math
import unicodedata
from dataclasses import dataclass

import msgspec

from pgc.workers.runtime import LogLine, Stream

LEVELS = frozenset({"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"})
LONGEST_TEXT = 20_000
LONGEST_NAME = 100
MOST_DRIFT = 3600.0
"""Seconds between the SDK's clock and the keeper's that are believed."""
_RAW_LEVEL = {Stream.STDOUT: "INFO", Stream.STDERR: "WARNING", Stream.KEEPER: "WARNING"}
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Unicode's control, format, surrogate and private characters, and its line separators."""
_KEPT = {"\n", "\t", "\u200d"}
"""The zero-width joiner makes emoji."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """For people and for programs; all text is bounded, and control characters in it are escaped."""

    time: float
    level: str
    logger: str
    thread: str
    text: str


class _SdkLine(msgspec.Struct):
    time: float
    message: str
    level: str = "INFO"
    logger: str = ""
    thread: str | None = None
    traceback: str = ""


_decoder = msgspec.json.Decoder(_SdkLine)


def parse(line: LogLine) -> LogEntry:
    """An entry for any line: stdout counts as INFO, stderr that the SDK did not write as WARNING."""
    structured = _structured(line)
    if structured is None:
        return LogEntry(line.time, _RAW_LEVEL[line.stream], line.stream.value, "", _clean(line.text, LONGEST_TEXT))
    text = f"{structured.message}\n{structured.traceback}" if structured.traceback else structured.message
    return LogEntry(
        time=_believed(structured.time, line.time),
        level=structured.level if structured.level in LEVELS else "INFO",
        logger=_clean(structured.logger, LONGEST_NAME),
        thread=_clean(structured.thread or "", LONGEST_NAME),
        text=_clean(text, LONGEST_TEXT),
    )


def _structured(line: LogLine) -> _SdkLine | None:
    if line.stream is not Stream.STDERR or not line.text.startswith("{"):
        return None
    try:
        return _decoder.decode(line.text)
    except (msgspec.DecodeError, UnicodeError):
        return None


def _believed(told: float, seen: float) -> float:
    return told if math.isfinite(told) and abs(told - seen) <= MOST_DRIFT else seen


def _clean(text: str, longest: int) -> str:
    cut = text if len(text) <= longest else f"{text[:longest]}…"
    if cut.isprintable():
        return cut
    return "".join(letter if letter in _KEPT or not _hides(letter) else _escape(letter) for letter in cut)


def _hides(letter: str) -> bool:
    return unicodedata.category(letter) in _HIDDEN


def _escape(letter: str) -> str:
    return letter.encode("unicode_escape", "surrogatepass").decode()
