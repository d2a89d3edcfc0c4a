"""The bell that begins the stop: rung from anywhere, a signal included, and heard by the one thread that waits."""

from __future__ import annotations

import os
import signal
import socket
import threading
from contextlib import suppress
from typing import Any

SIGNALS: dict[signal.Signals, Any] = {signal.SIGTERM: signal.SIG_DFL, signal.SIGINT: signal.default_int_handler}
"""Those that ring it, and what they do otherwise."""
NO_SIGNAL = b"\0"


class Bell:
    def __init__(self) -> None:
        self._reason = ""
        self._ends: tuple[socket.socket, socket.socket] | None = None

    def hang(self) -> None:
        """From now on it can be heard; what rang before is not forgotten."""
        near, far = socket.socketpair()
        far.setblocking(False)
        self._ends = near, far

    def ring(self, reason: str) -> None:
        """The first reason counts. Takes no lock, so a signal handler may call it."""
        self._reason = self._reason or reason
        if self._ends is not None:
            with suppress(OSError):  # full or closed: it was heard long since
                self._ends[1].send(NO_SIGNAL)

    def wait(self) -> str:
        """Wait until it rings; why it did."""
        while self._ends is not None and not self._reason:
            for number in self._ends[0].recv(64):
                if number in SIGNALS and signal.getsignal(number) == self._signalled:
                    self._reason = signal.Signals(number).name
        return self._reason

    def take_down(self) -> None:
        for end in self._ends or ():
            end.close()

    def let_signals_ring(self) -> None:
        """Have SIGTERM and SIGINT ring it, once it hangs; only the main thread can ask for that.

        Python runs a signal's handler on the main thread, once that is back in the interpreter. It may never be, so
        the signal's number is also written here at once.
        """
        for number in SIGNALS:
            signal.signal(number, self._signalled)
        if self._ends is not None:
            signal.set_wakeup_fd(self._ends[1].fileno(), warn_on_full_buffer=False)
        if hasattr(os, "register_at_fork"):
            self._not_in_children()

    def _signalled(self, number: int, frame: Any) -> None:
        self.ring(signal.Signals(number).name)

    def _not_in_children(self) -> None:
        """In a child that the NodeServer forks, signals do what they always do; else it would stop its parent, and
        not end itself. Until that is so, they wait."""
        before = threading.local()

        def hold() -> None:
            before.mask = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)

        def let_go() -> None:
            signal.pthread_sigmask(signal.SIG_SETMASK, before.mask)

        def begin_child() -> None:
            self._leave_signals()
            let_go()

        os.register_at_fork(before=hold, after_in_parent=let_go, after_in_child=begin_child)

    def _leave_signals(self) -> None:
        signal.set_wakeup_fd(-1)
        for number, usual in SIGNALS.items():
            if signal.getsignal(number) == self._signalled:
                signal.signal(number, usual)
