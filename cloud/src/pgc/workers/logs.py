"""A NodeServer's output as log entries: what the SDK writes is structured, all else is text."""

import math
import re
from dataclasses import dataclass

import msgspec

from pgc.workers.runtime import LogLine, Stream

LEVELS = frozenset({"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"})
LONGEST_TEXT = 20_000
LONGEST_NAME = 100
MOST_DRIFT = 3600.0
"""Seconds between the SDK's clock and the keeper's that are believed."""
_RAW_LEVEL = {Stream.STDOUT: "INFO", Stream.STDERR: "WARNING", Stream.KEEPER: "WARNING"}
PLATFORM = "platform"
"""The logger's name in the platform's own entries."""
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u08e2\u180e\u200b\u200c\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\ud800-\uf8ff\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff\U000f0000-\U0010ffff]+"
)
"""Unicode's control, format, surrogate and private characters, and its line separators; not the line feed, the tab,
and the zero-width joiner that makes emoji."""


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
        return LogEntry(line.time, _RAW_LEVEL[line.stream], line.stream.value, "", clean(line.text, LONGEST_TEXT))
    text = f"{structured.message}\n{structured.traceback}" if structured.traceback else structured.message
    return LogEntry(
        time=_believed(structured.time, line.time),
        level=structured.level if structured.level in LEVELS else "INFO",
        logger=_unlike_ours(clean(structured.logger, LONGEST_NAME)),
        thread=clean(structured.thread or "", LONGEST_NAME),
        text=clean(text, LONGEST_TEXT),
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


def clean(text: str, longest: int) -> str:
    """Text of a stranger's, bounded, and with what would not be seen in it escaped."""
    cut = text if len(text) <= longest else f"{text[:longest]}…"
    return cut if cut.isprintable() else _HIDDEN.sub(_escape, cut)


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape", "surrogatepass").decode()


def _unlike_ours(logger: str) -> str:
    """A NodeServer must not speak in the platform's name."""
    return f"nodeserver.{logger}" if logger == PLATFORM else logger
