"""What is tried with one SDK: each trial has a process of its own and, where it needs one, a broker of its own."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from psutil import Process  # type: ignore[import-untyped]

from bench.broker import BareBroker, start_broker
from bench.certificates import make_certificates
from bench.counterpart import Counterpart
from bench.effort import Effort
from bench.processes import Child, pss_mb, with_descendants
from bench.sdks import Sdk

_NODES = 400
"""Of ten drivers each: so many that no value replaces another that still waits."""
_WINDOW, _CREDIT = 2000, 250
_SLOW = 12.0
"""Seconds for the original SDK, which sends once in five."""


class Trials:
    def __init__(self, folder: Path, effort: Effort) -> None:
        self._folder = folder
        self._effort = effort
        self._certificates = make_certificates(folder / "app" / "certs")

    def import_(self, sdk: Sdk) -> float:
        """Milliseconds, in a process that imports nothing else."""
        with sdk.start({"do": "import"}, None, self._folder) as child:
            return float(child.read())

    def memory(self, sdk: Sdk) -> float:
        """Megabytes of a connected process that does nothing."""
        with self._at_work(sdk, {"do": "idle", "nodes": 1}) as (child, _):
            python = with_descendants(Process(child.process.pid))[-1]
            return pss_mb([python])

    def calls(self, sdk: Sdk) -> float:
        """How often a second setDriver can be called."""
        with self._at_work(sdk, {"do": "calls", "nodes": 10, "seconds": self._effort.seconds(1.0)}) as (child, _):
            child.write(b"\n")
            return float(child.read())

    def latencies(self, sdk: Sdk) -> list[float]:
        """Milliseconds from setDriver to the arrival, of 50 values a second."""
        seconds = self._effort.seconds(_SLOW if sdk.boxed else 5.0)
        with self._at_work(sdk, {"do": "pace", "nodes": 10, "rate": 50, "seconds": seconds}) as (child, counterpart):
            counterpart.clear()
            child.write(b"\n")
            child.read()
            time.sleep(5.5 if sdk.boxed else 0.5)
            return list(counterpart.latencies)

    def rate(self, sdk: Sdk) -> float:
        """Values a second that arrive, where none replaces another."""
        seconds = self._effort.seconds(_SLOW if sdk.boxed else 3.0)
        job = {"do": "flow", "nodes": _NODES, "seconds": seconds, "window": _WINDOW, "credit": _CREDIT}
        with self._at_work(sdk, job) as (child, counterpart):
            counterpart.clear()
            child.write(b"\n")
            time.sleep(seconds)
            return _rate(counterpart.frames)

    @contextmanager
    def _at_work(self, sdk: Sdk, job: dict[str, Any]) -> Iterator[tuple[Child, Counterpart]]:
        """The SDK's process, connected through a fresh broker to a counterpart; a byte sets it to work."""
        broker = start_broker(self._folder, self._certificates if sdk.boxed else None)
        with broker.child, sdk.start(job, broker, self._folder) as child:
            counterpart = _Crediting(broker, sdk, child)
            try:
                child.read()
                yield child, counterpart
            finally:
                counterpart.close()


class _Crediting(Counterpart):
    """Tells the child with a byte of every so many values that came."""

    def __init__(self, broker: BareBroker, sdk: Sdk, child: Child) -> None:
        self._child = child
        self._told = 0
        super().__init__(broker.port, sdk.topic, self._credit)

    def clear(self) -> None:
        super().clear()
        self._told = 0

    def _credit(self, count: int) -> None:
        due = count // _CREDIT - self._told
        if due > 0 and self._child.process.poll() is None:
            self._told += due
            self._child.write(b"+" * due)


def _rate(frames: list[tuple[float, int]]) -> float:
    """Values a second from the first frame to the last; the first fifth is for warming up, if there is so much."""
    settled = frames[len(frames) // 5 :] if len(frames) > 20 else frames
    if len(settled) < 2:
        return 0.0
    return sum(count for _, count in settled[1:]) / (settled[-1][0] - settled[0][0])
