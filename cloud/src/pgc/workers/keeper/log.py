"""What the child says, as frames for platforms: numbered from 1, with time and stream, bounded by the ring."""

import os
import time

from pgc.sandbox.lines import LineSplitter
from pgc.workers.keeper.client import encode
from pgc.workers.keeper.ring import Ring

MOST_LINES = 2000
MOST_BYTES = 1024 * 1024
_CHUNK = 64 * 1024


class Log:
    def __init__(self) -> None:
        self.ring = Ring(MOST_LINES, MOST_BYTES)
        self._splitters: dict[str, LineSplitter] = {}

    def read(self, stream: str, pipe: int) -> bool:
        """Takes one chunk from the pipe; False at its end."""
        try:
            chunk = os.read(pipe, _CHUNK)
        except BlockingIOError:
            return True
        splitter = self._splitters.setdefault(stream, LineSplitter())
        self._keep(stream, splitter.feed(chunk) if chunk else splitter.rest())
        return bool(chunk)

    def close(self) -> None:
        """Keeps what came without a line break, where the pipe's end was not waited for."""
        for stream, splitter in self._splitters.items():
            self._keep(stream, splitter.rest())

    def _keep(self, stream: str, lines: list[str]) -> None:
        now = time.time()
        for text in lines:
            # A line's position in the ring is its number.
            self.ring.append(encode("line", number=self.ring.end, time=now, stream=stream, text=text))
