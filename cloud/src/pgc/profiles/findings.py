"""What a check finds: where, how bad, why, and how to mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

MOST = 300
"""Findings that one check tells; a file made to have more is none that anybody mends line by line."""
_LONGEST, _LONGEST_TEXT = 80, 600
_MOST_LISTED = 5


class Severity(StrEnum):
    """An ISY, or the platform on its behalf, refuses what is an error; with a warning it works less well than meant."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """`line` is 0 where the file as a whole is meant; `text` says what and why, `mend` what to do."""

    severity: Severity
    file: str
    line: int
    text: str
    mend: str = ""

    @property
    def place(self) -> str:
        """Such as ``profile/nodedef/nodedefs.xml:12``, which editors and terminals make a link of."""
        return f"{self.file}:{self.line}" if self.line else self.file

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


class Findings:
    """Collects them, up to a bound; warnings give way first."""

    def __init__(self) -> None:
        self._found: list[Finding] = []

    def error(self, file: str, line: int, text: str, mend: str = "") -> None:
        self._add(Severity.ERROR, file, line, text, mend)

    def warn(self, file: str, line: int, text: str, mend: str = "") -> None:
        self._add(Severity.WARNING, file, line, text, mend)

    def all(self) -> list[Finding]:
        """By file and line; what an ISY refuses comes first."""
        return sorted(self._found, key=lambda found: (found.severity is Severity.WARNING, found.file, found.line))

    def _add(self, severity: Severity, file: str, line: int, text: str, mend: str) -> None:
        most = 2 * MOST if severity is Severity.ERROR else MOST
        if len(self._found) < most:
            self._found.append(Finding(severity, _plain(file), line, _plain(text), _plain(mend)))


def errors(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity is Severity.ERROR]


def shown(text: str) -> str:
    """A stranger's name or id in quotes, and short."""
    return f'"{text}"' if len(text) <= _LONGEST else f'"{text[:_LONGEST]}…"'


def listed(items: Iterable[str]) -> str:
    """The first of them."""
    first = list(islice(items, _MOST_LISTED + 1))
    return ", ".join(item[:_LONGEST] for item in first[:_MOST_LISTED]) + " and more" * (len(first) > _MOST_LISTED)


def _plain(text: str) -> str:
    """Bounded, and without signs that a terminal would obey: there are strangers' words in it."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text[:_LONGEST_TEXT])
