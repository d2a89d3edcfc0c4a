"""What uv says: passed on as it comes, its end kept, to tell why it failed; both bounded."""

import re
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

SHOWN_LINES, KEPT_LINES, LINE_LENGTH = 300, 60, 400
LONGEST_REASON = 800
_LOGIN = re.compile(r"://[^/\s@]{1,300}@")
"""User and password in a URL, such as that of a private index."""
_HINT = "hint: "

Say = Callable[[str], None]


class Heard:
    """Call it with each line. Paths into `work`, a passing folder, are shown relative to it."""

    def __init__(self, say: Say, work: Path) -> None:
        self._say = say
        self._work = str(work)
        self._left = SHOWN_LINES
        self._last: deque[str] = deque(maxlen=KEPT_LINES)

    def __call__(self, line: str) -> None:
        line = _LOGIN.sub("://***@", line.replace(f"file://{self._work}", ".").replace(self._work, "."))
        line = line.rstrip()[:LINE_LENGTH]
        if not line.strip(" ^"):
            return
        self._last.append(line)
        if self._left > 0:
            self._left -= 1
            self._say(line)

    def reason(self, code: int) -> str:
        """uv's last word in one line: its error and what caused it."""
        told = "".join(self._error()).removeprefix(": ").strip()
        if len(told) > LONGEST_REASON:
            told = f"{told[: LONGEST_REASON // 3]} … {told[-LONGEST_REASON * 2 // 3 :]}"
        return told or f"uv ended with code {code}"

    def hint(self) -> str:
        return next((line.removeprefix(_HINT) for line in self._lines() if line.startswith(_HINT)), "")

    def _error(self) -> Iterator[str]:
        lines = [line for line in self._lines() if not line.startswith(_HINT)]
        errors = [at for at, line in enumerate(lines) if line.startswith("error:")]
        for line in lines[errors[-1] if errors else -5 :]:
            label, _, text = line.partition(": ")
            yield f": {text}" if label in ("error", "cause") else f" {line}"

    def _lines(self) -> Iterator[str]:
        return (line.strip() for line in self._last)
