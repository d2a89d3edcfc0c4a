"""The keeper's loop: one run, the platforms that watch it, and the clocks that end it."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import sys
import time
from contextlib import suppress

from pgc.sandbox.nest import groups
from pgc.sandbox.remove import remove_tree
from pgc.workers.keeper.audience import Audience
from pgc.workers.keeper.child import Child, adopt_orphans
from pgc.workers.keeper.claim import Claim
from pgc.workers.keeper.client import Client, Gone, encode
from pgc.workers.keeper.control import Control
from pgc.workers.keeper.disk import Disk
from pgc.workers.keeper.log import Log

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing would cost every keeper half a megabyte
    from collections.abc import Callable
    from typing import Any

_FIRST_CONTACT = 30.0
"""Seconds in which somebody has to connect at all."""
_GRACE = 10.0
"""Seconds a NodeServer gets when the keeper itself ends the run."""
_CLEARING = 5.0
"""Seconds for what is left below it to die and for its pipes to close, after the NodeServer has ended."""
_BEAT = 0.05


class Keeper:
    """Waits for a platform, starts the child it names, and stays until that has ended and its exit was taken."""

    def __init__(self, folder: str, listener: socket.socket) -> None:
        self._folder = folder
        self._selector = selectors.DefaultSelector()
        self._audience = Audience(
            self._selector, listener, greeting=self._greeting, obey=self._obey, left=self._platform_left
        )
        self._log = Log()
        self._claim = Claim()
        self._claimant: Client | None = None
        self._child: Child | None = None
        self._open_pipes = 0
        self._control: Control | None = None
        self._disk = Disk()
        self._groups: list[str] = []
        self._ended_for = ""
        self._exit = b""
        self._done = False
        # The clocks: how long to stay without a platform, when to kill, clear away and leave.
        self._patience = _FIRST_CONTACT
        self._kill_at: float | None = None
        self._clear_by: float | None = None
        self._leave_at: float | None = None

    def run(self) -> None:
        adopt_orphans()
        self._wake_on_signals()
        pause: float | None = _BEAT
        try:
            while not self._done:
                for key, _ in self._selector.select(pause):
                    key.data()
                pause = self._turn(time.monotonic())
        finally:
            self._clean_up()

    # --- the run's life ---

    def _turn(self, now: float) -> float | None:
        """What is due now; the seconds until something is due again."""
        if self._child is None:
            self._done = self._done or self._forsaken(now)
        elif not self._exit:
            self._look_after(self._child, now)
        elif self._leave_at is not None and now >= self._leave_at:
            self._done = True
        busy = self._audience.serve(self._log.ring, self._exit, now)
        return _BEAT if busy or self._is_clearing else self._until_next(now)

    def _look_after(self, child: Child, now: float) -> None:
        child.reap()
        if child.status is not None:
            self._clear(child, child.status, now)
        elif self._kill_at is None and self._forsaken(now):
            self._end(_GRACE)
        elif self._kill_at is not None and now >= self._kill_at:
            child.kill_everything()
        elif self._kill_at is None and self._disk.overflows(now):
            self._ended_for = f"it kept more than {self._disk.most >> 20} MiB on the disk"
            self._end(0.0)

    def _clear(self, child: Child, status: int, now: float) -> None:
        """Nothing outlives the NodeServer; whoever holds its pipes open is not waited for without end."""
        if self._clear_by is None:
            self._clear_by = now + _CLEARING
        child.kill_everything()
        if (child.alone and not self._open_pipes) or now >= self._clear_by:
            self._log.close()
            self._exit = self._tell_exit(os.waitstatus_to_exitcode(status))
            groups.remove(self._groups)
            ended_by_keeper = self._kill_at is not None and not self._audience
            self._leave_at = now if ended_by_keeper else now + self._patience

    def _tell_exit(self, code: int) -> bytes:
        return encode(
            "exit",
            code=code if code >= 0 else None,
            signal=-code if code < 0 else None,
            out_of_memory=code != 0 and groups.ran_out_of_memory(self._groups),
            ended_for=self._ended_for,
        )

    def _end(self, grace: float) -> None:
        if self._child is None or self._exit:
            self._done = True
            return
        kill_at = time.monotonic() + grace
        self._kill_at = kill_at if self._kill_at is None else min(self._kill_at, kill_at)
        if self._child.status is None:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(self._claim.pid or self._child.pid, signal.SIGTERM)

    def _forsaken(self, now: float) -> bool:
        since = self._audience.lonely_since
        return since is not None and now - since >= self._patience

    @property
    def _is_clearing(self) -> bool:
        return self._clear_by is not None and not self._exit

    def _until_next(self, now: float) -> float | None:
        since = self._audience.lonely_since
        clocks = (
            None if self._exit else self._kill_at,
            self._leave_at,
            None if self._exit else self._disk.next_look,
            None if since is None else since + self._patience,
        )
        due = [clock - now for clock in clocks if clock is not None]
        return max(_BEAT, min(due)) if due else None

    # --- platforms ---

    def _greeting(self) -> bytes:
        claim, pid = self._claim, self._child.pid if self._child else None
        return encode("hello", keeper=os.getpid(), pid=claim.pid or pid, ready=claim.ready, assigned=claim.given)

    def _obey(self, client: Client, order: dict[str, Any]) -> None:
        try:
            self._carry_out(client, order)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Gone from error

    def _carry_out(self, client: Client, order: dict[str, Any]) -> None:
        match order["op"]:
            case "start" if self._child is None:
                self._claimant = client
                self._patience = float(order["patience"])
                self._groups = order["groups"]
                self._control = Control() if order["control"] else None
                self._start(order["argv"], order["environment"], int(order["disk"]))
            case "open_lan" if self._control is not None:
                self._open_lan(self._control)
            case "assign":
                self._claim.give(order["frame"].encode() + b"\n")
                self._push_claim()
            case "end":
                self._end(float(order["grace"]))
            case "taken" if self._exit:
                self._done = True

    def _platform_left(self, client: Client) -> None:
        if self._child is None or (client is self._claimant and not self._claim.given):
            self._end(0.0)

    # --- the child ---

    def _start(self, argv: list[str], environment: dict[str, str], disk: int) -> None:
        control = self._control.inside if self._control else None
        try:
            child = Child(argv, environment, self._claim.inside, control)
        except OSError as error:
            self._audience.tell(encode("refused", reason=f"{argv[0]} cannot be started: {error.strerror}"))
            return
        finally:
            self._claim.inside.close()
            if control is not None:
                control.close()
        self._child = child
        self._disk = Disk(self._folder, disk, self._groups)
        self._selector.register(self._claim.socket, selectors.EVENT_READ, self._hear_claim)
        for stream, pipe in (("stdout", child.stdout), ("stderr", child.stderr)):
            self._selector.register(pipe, selectors.EVENT_READ, self._reader(stream, pipe))
            self._open_pipes += 1

    def _reader(self, stream: str, pipe: int) -> Callable[[], None]:
        def read() -> None:
            if not self._log.read(stream, pipe):
                self._selector.unregister(pipe)
                os.close(pipe)
                self._open_pipes -= 1

        return read

    def _hear_claim(self) -> None:
        was_ready = self._claim.ready
        connection = self._claim.socket
        self._claim.hear()
        if self._claim.closed:
            self._selector.unregister(connection)
            return
        if self._claim.ready and not was_ready:
            self._audience.tell(encode("ready", pid=self._claim.pid or (self._child and self._child.pid)))
        self._push_claim()

    def _push_claim(self) -> None:
        if self._claim.push():
            self._audience.tell(encode("assigned"))
            # Nothing more is to be said, and somebody inside who holds the other end would be heard without end.
            self._selector.unregister(self._claim.socket)
            self._claim.close()
        elif not self._claim.closed:
            waiting = selectors.EVENT_WRITE if self._claim.waits_to_write else 0
            self._selector.modify(self._claim.socket, selectors.EVENT_READ | waiting, self._hear_claim)

    def _open_lan(self, control: Control) -> None:
        try:
            control.open_lan()
        except OSError as error:
            self._audience.tell(encode("refused", reason=f"the home's network cannot be opened: {error.strerror}"))

    # --- the loop's own ---

    def _wake_on_signals(self) -> None:
        reading, self._waker = socket.socketpair()
        reading.setblocking(False)
        self._waker.setblocking(False)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: self._end(_GRACE))
        self._selector.register(reading, selectors.EVENT_READ, lambda: reading.recv(4096))

    def _clean_up(self) -> None:
        """The folder goes first: to a platform, the end of its connection means that nothing is left."""
        if self._child is not None:
            self._child.kill_everything()
        groups.remove(self._groups)
        try:
            remove_tree(self._folder)
        except OSError as error:
            sys.stderr.write(f"{self._folder} cannot be removed: {error}\n")
        self._audience.close()
