"""The line to the nest of a run, by which the keeper gets hold of the run's router."""

from __future__ import annotations

import socket

FILE = 3
"""Where the nest finds its end."""


class Control:
    def __init__(self) -> None:
        self._socket, self.inside = socket.socketpair()
        self._socket.setblocking(False)
        self._router: socket.socket | None = None

    def open_lan(self) -> None:
        """Lets the run reach the home's network; harmless where it has no network of its own.

        Raises:
            OSError: the router does not take it.
        """
        router = self._router or self._receive()
        if router is None:
            return
        self._router = router
        # Only now: most runs never need it.
        from pgc.sandbox.nest.network import open_lan

        open_lan(router)

    def _receive(self) -> socket.socket | None:
        """The nest sent it before the run was ready."""
        try:
            _, files, _, _ = socket.recv_fds(self._socket, 64, 1)
        except BlockingIOError:
            return None
        return socket.socket(fileno=files[0]) if files else None
