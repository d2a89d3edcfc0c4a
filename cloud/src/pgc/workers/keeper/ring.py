"""The log lines that a keeper holds: the newest, bounded in number and bytes; the oldest go first."""

from collections import deque


class Ring:
    """Entries have positions that count up for ever; `first` is the oldest kept, `end` the next to come."""

    def __init__(self, most_entries: int, most_bytes: int) -> None:
        self._entries: deque[bytes] = deque()
        self._most_entries = most_entries
        self._most_bytes = most_bytes
        self._bytes = 0
        self.first = 1

    @property
    def end(self) -> int:
        return self.first + len(self._entries)

    def append(self, entry: bytes) -> None:
        self._entries.append(entry)
        self._bytes += len(entry)
        while len(self._entries) > self._most_entries or self._bytes > self._most_bytes:
            self._bytes -= len(self._entries.popleft())
            self.first += 1

    def __getitem__(self, position: int) -> bytes:
        return self._entries[position - self.first]
