"""Output as it comes, cut into lines of bounded length. Standard library only: the keeper uses it too."""

LONGEST = 16 * 1024
"""Bytes of a line that are kept."""
CUT = " … (cut)"


class LineSplitter:
    """Feed it chunks, get whole lines; `rest` gives what stood after the last line break."""

    def __init__(self, longest: int = LONGEST) -> None:
        self._longest = longest
        self._pending = bytearray()
        self._cut = False

    def feed(self, chunk: bytes) -> list[str]:
        *ended, begun = chunk.split(b"\n")
        lines = []
        for part in ended:
            self._take(part)
            lines.append(self._line())
        self._take(begun)
        return lines

    def rest(self) -> list[str]:
        return [self._line()] if self._pending else []

    def _take(self, part: bytes) -> None:
        room = self._longest - len(self._pending)
        self._cut = self._cut or len(part) > room
        self._pending += part[:room]

    def _line(self) -> str:
        text = self._pending.removesuffix(b"\r").decode("utf-8", "backslashreplace")
        if self._cut:
            text += CUT
        self._pending.clear()
        self._cut = False
        return text
