"""The process below a keeper, and everything that it starts."""

import os
import signal
import socket
import sys
from contextlib import suppress

_FRESH_SIGNALS = (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGPIPE, signal.SIGXFSZ)
_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Whatever loses its parent below this process becomes its child, so that nothing can hide (Linux)."""
    if sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Child:
    """A process in a session of its own, its stdin being `claim` and its output coming through two pipes. With a
    `control`, that is its next file."""

    def __init__(
        self, argv: list[str], environment: dict[str, str], claim: socket.socket, control: socket.socket | None = None
    ) -> None:
        self.stdout, stdout_inside = os.pipe()
        self.stderr, stderr_inside = os.pipe()
        self.status: int | None = None
        """As `wait` tells it, once it has ended."""
        self.alone = False
        """Nothing at all is left below the keeper."""
        inside = [claim.fileno(), stdout_inside, stderr_inside]
        if control is not None:
            inside.append(control.fileno())
        try:
            self.pid = os.posix_spawn(
                argv[0],
                argv,
                environment,
                file_actions=[(os.POSIX_SPAWN_DUP2, end, standard) for standard, end in enumerate(inside)],
                setsid=True,
                setsigmask=[],
                setsigdef=_FRESH_SIGNALS,
            )
        finally:
            os.close(stdout_inside)
            os.close(stderr_inside)
        for pipe in (self.stdout, self.stderr):
            os.set_blocking(pipe, False)

    def reap(self) -> None:
        """Takes the exits that wait to be taken, its own and those of orphans."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                self.alone = True
                return
            if pid == 0:
                return
            if pid == self.pid:
                self.status = status

    def kill_everything(self) -> None:
        """To be called until `alone`: what a killed process leaves behind becomes the keeper's, and comes next."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        for pid in _children():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _children() -> list[int]:
    """This process's children; empty where there is no /proc."""
    me = str(os.getpid())
    return [int(pid) for pid in _pids() if _parent(pid) == me]


def _pids() -> list[str]:
    try:
        return [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []


def _parent(pid: str) -> str:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            # The name before it is in brackets and may hold anything.
            return file.read().rpartition(b")")[2].split()[1].decode()
    except (OSError, IndexError):
        return ""
