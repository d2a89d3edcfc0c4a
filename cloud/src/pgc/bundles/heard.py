"""What an install says: passed on as it comes, its end kept, to tell why it failed; both bounded."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from pgc.secrets.masking import without_logins

SHOWN_LINES, KEPT_LINES, LINE_LENGTH = 300, 60, 400
LONGEST_REASON = 800
MOST_LINES = 200_000
_HINT = "hint: "

Say = Callable[[str], None]


class Heard:
    """Call it with each line. Paths into `work`, a passing folder, are shown relative to it.

    `flooded` is set once there are more than `most_lines`.
    """

    def __init__(self, say: Say, work: Path, *, most_lines: int = MOST_LINES) -> None:
        self.most_lines = most_lines
        self.flooded = asyncio.Event()
        self._heard = 0
        self._say = say
        self._work = str(work)
        self._left = SHOWN_LINES
        self._last: deque[str] = deque(maxlen=KEPT_LINES)

    def __call__(self, line: str) -> None:
        self._heard += 1
        if self._heard > self.most_lines:
            self.flooded.set()
            return
        line = without_logins(line.replace(f"file://{self._work}", ".").replace(self._work, "."))
        line = line.rstrip()[:LINE_LENGTH]
        if not line.strip(" ^"):
            return
        self._last.append(line)
        if self._left > 0:
            self._left -= 1
            self._say(line)

    def reason(self, code: int) -> str:
        """Its last word in one line: an error and what caused it, as uv tells that, else its last lines."""
        told = "".join(self._error()).removeprefix(": ").strip()
        if len(told) > LONGEST_REASON:
            told = f"{told[: LONGEST_REASON // 3]} … {told[-LONGEST_REASON * 2 // 3 :]}"
        return told or f"it ended with code {code}"

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
