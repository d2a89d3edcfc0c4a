"""One platform on the keeper's socket: frames in, lines out at the pace that it and the keeper bear."""

import json
import socket

from pgc.workers.keeper.ring import Ring

MOST_FRAME = 16 * 1024 * 1024
_CHUNK = 64 * 1024
_AHEAD = 256 * 1024
"""Bytes that wait for a slow platform; what comes after stays in the ring, and falls out of it when that is full."""
_BATCH = 200
_PAUSE = 0.05
"""At most a batch of lines in each pause: a NodeServer that floods must not keep the platform busy."""


class Gone(Exception):
    """The connection has ended, or sends what is no frame."""


def encode(event: str, **fields: object) -> bytes:
    return json.dumps({"event": event, **fields}, separators=(",", ":")).encode() + b"\n"


class Client:
    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self.connection = connection
        self._heard_last = False
        self._in = bytearray()
        self._out = bytearray()
        self._next = 1
        self._batch_left = _BATCH
        self._batch_ends = 0.0

    @property
    def waits_to_write(self) -> bool:
        return bool(self._out)

    def receive(self) -> list[dict[str, object]]:
        """The whole frames that have come.

        Raises:
            Gone: nothing more will come.
        """
        try:
            chunk = self.connection.recv(_CHUNK)
        except BlockingIOError:
            return []
        except OSError as error:
            raise Gone from error
        if not chunk or len(self._in) + len(chunk) > MOST_FRAME:
            raise Gone
        *frames, rest = (self._in + chunk).split(b"\n")
        self._in = rest
        return [_decode(frame) for frame in frames]

    def tell(self, event: bytes) -> None:
        self._out += event

    def pump(self, ring: Ring, last_word: bytes, now: float) -> None:
        """Takes from the ring what the pace and the platform's reading allow; after the last line, the last word."""
        if self._next < ring.first:
            self.tell(encode("gap", first=self._next, last=ring.first - 1))
            self._next = ring.first
        if now >= self._batch_ends:
            self._batch_left, self._batch_ends = _BATCH, now + _PAUSE
        while self._batch_left and len(self._out) < _AHEAD and not self.has_all(ring):
            self._out += ring[self._next]
            self._next += 1
            self._batch_left -= 1
        if last_word and not self._heard_last and self.has_all(ring):
            self.tell(last_word)
            self._heard_last = True

    def has_all(self, ring: Ring) -> bool:
        return self._next == ring.end

    def flush(self) -> None:
        """Writes what the socket takes.

        Raises:
            Gone: nobody reads any more.
        """
        try:
            while self._out:
                sent = self.connection.send(self._out)
                del self._out[:sent]
        except BlockingIOError:
            return
        except OSError as error:
            raise Gone from error


def _decode(frame: bytearray) -> dict[str, object]:
    try:
        order = json.loads(frame)
    except ValueError as error:
        raise Gone from error
    if not isinstance(order, dict):
        raise Gone
    return order
