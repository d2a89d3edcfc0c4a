"""A NodeServer's output as log entries: what SDKs write is structured, all else is text."""

import math
import re

import msgspec

from pgc.workers.runtime import LogLine, Stream

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
"""From the least to the worst."""
LONGEST_TEXT = 20_000
LONGEST_NAME = 100
MOST_DRIFT = 3600.0
"""Seconds between the SDK's clock and the keeper's that are believed."""
_RAW_LEVEL = {Stream.STDOUT: "INFO", Stream.STDERR: "WARNING", Stream.KEEPER: "WARNING"}
PLATFORM, INSTALL = "platform", "install"
"""The loggers' names in the platform's own entries, and in those of installs."""
_ORIGINAL = re.compile(
    rf"\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d,\d{{3}} \[([^\]]{{1,{LONGEST_NAME}}})\] \[({'|'.join(LEVELS)}) *\] (.*)",
    re.DOTALL,
)
"""How the original SDKs write: pgc_interface 1.1.9 (``setup_log``) and polyinterface (``polylogger``)."""
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u08e2\u180e\u200b\u200c\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\ud800-\uf8ff\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff\U000f0000-\U0010ffff]+"
)
"""Unicode's control, format, surrogate and private characters, and its line separators; not the line feed, the tab,
and the zero-width joiner that makes emoji."""


class LogEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """For people and for programs; all text is bounded, and control characters in it are escaped.

    `number` grows with every entry of a NodeServer, over restarts of the platform too. `run` and `line` say how far
    the output of its current run had been taken when this was written: the line itself, where the entry is one of it.
    """

    time: float
    level: str
    logger: str
    thread: str
    text: str
    number: int = 0
    run: str = ""
    line: int = 0

    @property
    def is_output(self) -> bool:
        """Whether the run said it, and not the platform."""
        return self.logger not in (PLATFORM, INSTALL)


class _SdkLine(msgspec.Struct):
    time: float
    message: str
    level: str = "INFO"
    logger: str = ""
    thread: str | None = None
    traceback: str = ""


_decoder = msgspec.json.Decoder(_SdkLine)


def parse(line: LogLine) -> LogEntry:
    """An entry for any line: stdout counts as INFO, stderr that no SDK wrote as WARNING."""
    structured = _structured(line)
    if structured is None:
        return _text(line)
    text = f"{structured.message}\n{structured.traceback}" if structured.traceback else structured.message
    return LogEntry(
        time=_believed(structured.time, line.time),
        level=structured.level if structured.level in LEVELS else "INFO",
        logger=clean(_unlike_ours(structured.logger), LONGEST_NAME),
        thread=clean(structured.thread or "", LONGEST_NAME),
        text=clean(text, LONGEST_TEXT),
    )


def _text(line: LogLine) -> LogEntry:
    level, thread, text = _RAW_LEVEL[line.stream], "", line.text
    if line.stream is Stream.STDERR and (original := _ORIGINAL.match(text)):
        thread, level, text = original.groups()
    name = clean(thread.rstrip(), LONGEST_NAME)
    return LogEntry(line.time, level, line.stream.value, name, clean(text, LONGEST_TEXT))


def _structured(line: LogLine) -> _SdkLine | None:
    if line.stream is not Stream.STDERR or not line.text.startswith("{"):
        return None
    try:
        return _decoder.decode(line.text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def _believed(told: float, seen: float) -> float:
    return told if math.isfinite(told) and abs(told - seen) <= MOST_DRIFT else seen


def clean(text: str, longest: int) -> str:
    """Text of a stranger's, bounded, and with what would not be seen in it escaped."""
    cut = _cut(text, longest)
    return cut if cut.isprintable() else _cut(_HIDDEN.sub(_escape, cut), longest + 1)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape", "surrogatepass").decode()


def _unlike_ours(logger: str) -> str:
    """A NodeServer must not speak in the platform's name, nor in one that people take for it."""
    name = " ".join(logger.split())
    misleads = not name.isascii() or name.casefold() in (PLATFORM, INSTALL)
    return f"nodeserver.{name}" if misleads else name
