"""The hot lane: driver values on their way up, where only the newest of each driver counts.

A value goes out at once if nothing went out lately, else when 5 ms are over (20 ms while values pour), together with
all that came meanwhile. Values wait while there is no connection or the broker is slow. After a connection broke,
what the broker had not confirmed is sent again, and so is what it confirmed in the last seconds: if the platform died
with the broker in it, nobody has read that. A newer value always takes the place of an older one.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from math import isfinite
from typing import Any, Callable, Dict, NamedTuple, Optional

from .link import Receipt
from .wire import MAX_BATCH

GAP = 0.005
"""Seconds between two frames while values keep coming: short beside a person."""
GAP_PER_VALUE = 0.0005
"""A frame of many values keeps the next one away for longer: they come faster than any ISY takes them, and of a
driver that was set again meanwhile only the newest travels."""
MAX_GAP = 0.02
RECENT = 5.0
"""Seconds for which a confirmed value may not have been written down by the platform yet."""
MAX_UNCONFIRMED = 16
"""Frames the broker may owe a confirmation for, before values wait and coalesce."""
Status = Dict[str, Any]
Send = Callable[[Dict[str, Any]], Optional[Receipt]]
"""Publishes one message on the hot lane; None if there is no connection."""


class _Sent(NamedTuple):
    receipt: Receipt
    statuses: list[Status]


class Outbox:
    def __init__(self, send: Send) -> None:
        self._send = send
        self._sending = threading.Lock()
        """Held from taking values to having published them, so that :meth:`flush` leaves none behind."""
        self._changed = threading.Condition(threading.Lock())
        """Guards what follows; never held while publishing."""
        self._pending: dict[tuple[str, str], Status] = {}
        self._unconfirmed: deque[_Sent] = deque()
        self._sent_at: dict[tuple[str, str], tuple[float, Status]] = {}
        """The last value of each driver that was sent, and when."""
        self._count = 0
        self._next_frame = 0.0
        self._up = False
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="Drivers", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, address: str, driver: str, value: str, uom: str, force: bool = False) -> None:
        """Send this value, in place of one of the same driver that is still waiting."""
        key = (address, driver)
        with self._changed:
            self._count = count = self._count + 1
            status = {"address": address, "driver": driver, "value": value, "uom": uom, "n": count}
            older = self._pending.get(key)
            if force or (older is not None and "force" in older):
                status["force"] = True
            self._pending[key] = status
            if len(self._pending) == 1:
                self._changed.notify()

    def forget(self, address: str) -> None:
        """Leave out the waiting values of a node that is gone."""
        with self._changed:
            for values in (self._pending, self._sent_at):
                for key in [key for key in values if key[0] == address]:
                    del values[key]

    def flush(self) -> None:
        """Send all that waits, now, and return when it is handed to the connection (or there is none)."""
        while self._send_frame():
            pass

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()

    # --- what the link tells ---

    def up(self) -> None:
        with self._sending, self._changed:
            while self._unconfirmed:
                self._put_back(self._unconfirmed.pop())
            self._restore(self._recent())
            self._up = True
            self._changed.notify()

    def down(self) -> None:
        with self._changed:
            self._up = False

    def confirmed(self) -> None:
        with self._changed:
            if self._pending:
                self._changed.notify()

    def tick(self) -> None:
        """Nothing here is late: the broker's silence ends the connection."""

    # --- inside ---

    def _run(self) -> None:
        while self._wait_for_frame():
            self._send_frame()

    def _wait_for_frame(self) -> bool:
        with self._changed:
            while not self._closed:
                pause = self._pause()
                if pause is not None and pause <= 0:
                    return True
                self._changed.wait(pause)
        return False

    def _pause(self) -> float | None:
        """Seconds until a frame may go; None if something else has to happen first."""
        self._drop_confirmed()
        if not self._pending or not self._up or len(self._unconfirmed) >= MAX_UNCONFIRMED:
            return None
        return self._next_frame - time.monotonic()

    def _send_frame(self) -> bool:
        with self._sending:
            statuses = self._take()
            if not statuses:
                return False
            receipt = self._send({"batch": {"status": statuses}})
            with self._changed:
                if receipt is None:
                    self._restore(statuses)
                else:
                    self._unconfirmed.append(_Sent(receipt, statuses))
                    now = time.monotonic()
                    self._sent_at.update(((s["address"], s["driver"]), (now, s)) for s in statuses)
        return receipt is not None

    def _take(self) -> list[Status]:
        with self._changed:
            taken = self._take_from_pending() if self._up else []
            gap = min(max(GAP, len(taken) * GAP_PER_VALUE), MAX_GAP)
            self._next_frame = time.monotonic() + gap
        return taken

    def _take_from_pending(self) -> list[Status]:
        if len(self._pending) <= MAX_BATCH:
            taken, self._pending = list(self._pending.values()), {}
            return taken
        keys = list(self._pending)[:MAX_BATCH]
        return [self._pending.pop(key) for key in keys]

    def _drop_confirmed(self) -> None:
        while self._unconfirmed and self._unconfirmed[0].receipt.is_published():
            self._unconfirmed.popleft()

    def _put_back(self, sent: _Sent) -> None:
        if not sent.receipt.is_published():
            self._restore(sent.statuses)

    def _recent(self) -> list[Status]:
        """Without `force`: what asked for it was answered, and only the value itself may be missing."""
        after = time.monotonic() - RECENT
        recent = [status for sent, status in self._sent_at.values() if sent > after]
        return [{name: part for name, part in status.items() if name != "force"} for status in recent]

    def _restore(self, statuses: list[Status]) -> None:
        for status in statuses:
            newer = self._pending.setdefault((status["address"], status["driver"]), status)
            if "force" in status:
                newer["force"] = True


def as_text(value: Any) -> str | None:
    """A driver's value as it travels: ``str(value)``, flags as 1 and 0; None if an ISY could not take it."""
    if value is True or value is False:
        return "1" if value else "0"
    if value is None or (isinstance(value, float) and not isfinite(value)):
        return None
    return str(value)
