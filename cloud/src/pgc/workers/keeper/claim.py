"""The socket that is the launcher's stdin: it says ready up it, and gets its assignment down it, once."""

import array
import socket
import sys

READY = b"ready\n"
_CREDENTIALS = 3 * array.array("i").itemsize
"""Bytes of a kernel's `struct ucred`: pid, uid, gid."""


class Claim:
    """`ready` once the launcher waits; `given` once it has got its assignment; `closed` when either side is done."""

    def __init__(self) -> None:
        self.socket, self.inside = socket.socketpair()
        self.socket.setblocking(False)
        if sys.platform == "linux":  # the kernel then tells who writes, across pid namespaces
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.ready = False
        self.given = False
        self.closed = False
        self.pid: int | None = None
        """The launcher's, as the keeper sees it."""
        self._assignment = b""

    @property
    def waits_to_write(self) -> bool:
        return bool(self._assignment) and not self.closed

    def hear(self) -> None:
        try:
            said, ancillary, _, _ = self.socket.recvmsg(64, socket.CMSG_SPACE(_CREDENTIALS))
        except BlockingIOError:
            return
        except OSError:
            said, ancillary = b"", []
        if said == READY and not self.ready:
            self.ready = True
            self.pid = _sender(ancillary)
        elif not said:
            self.close()

    def close(self) -> None:
        self.closed = True
        self.socket.close()

    def give(self, assignment: bytes) -> None:
        """Takes the assignment; `push` brings it on. Only the first one counts."""
        if not self.given and not self._assignment:
            self._assignment = assignment

    def push(self) -> bool:
        """Writes what the launcher takes; True when that was the last of it, and nothing of it is kept here."""
        if not self.waits_to_write:
            return False
        try:
            sent = self.socket.send(self._assignment)
        except BlockingIOError:
            return False
        except OSError:
            return False  # the launcher is gone: its exit tells
        self._assignment = self._assignment[sent:]
        self.given = not self._assignment
        return self.given


def _sender(ancillary: list[tuple[int, int, bytes]]) -> int | None:
    for level, _, data in ancillary:
        if level == socket.SOL_SOCKET and len(data) >= _CREDENTIALS:
            return array.array("i", data[:_CREDENTIALS])[0] or None
    return None
