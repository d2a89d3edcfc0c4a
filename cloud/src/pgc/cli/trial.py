"""What `pgc demo --check` waits for, seen from the ISY's side, and how long each thing took."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field

from pgc.cli.examples import Example, Trial
from pgc.simulator.changes import Change, DriverReported, NodeAdded
from pgc.simulator.server import SimulatedIsy

_CHANGES_WANTED = 2


@dataclass(slots=True)
class _Seen:
    """What was seen of one example, in its slot."""

    example: Example
    nodes: set[str] = field(default_factory=set)
    changes: Counter[str] = field(default_factory=Counter)

    def missing(self, slot: int) -> list[str]:
        name = f"{self.example.folder.name} (slot {slot})"
        gaps = []
        if len(self.nodes) < self.example.nodes:
            gaps.append(f"{name}: {len(self.nodes)} of {self.example.nodes} nodes are on the ISY")
        if max(self.changes.values(), default=0) < _CHANGES_WANTED:
            gaps.append(f"{name}: no driver has changed twice on the ISY")
        return gaps


class Check:
    """`started` is the monotonic time at which the command began; figures are milliseconds."""

    def __init__(self, isy: SimulatedIsy, started: float) -> None:
        self._isy = isy
        self._started = started
        self._seen: dict[int, _Seen] = {}
        self._figures: dict[str, float] = {}
        self._something = asyncio.Event()
        self._trials: dict[int, Trial] = {}
        isy.observe(self._observe)

    def ready(self) -> None:
        self._mark("ready_ms")

    def expect(self, slot: int, example: Example) -> None:
        self._seen[slot] = _Seen(example)
        if example.trial is not None:
            self._trials[slot] = example.trial

    @property
    def complete(self) -> bool:
        return not self.missing()

    def missing(self) -> list[str]:
        gaps = [gap for slot, seen in self._seen.items() for gap in seen.missing(slot)]
        if self._trials:
            gaps.append("no command of the ISY has changed a driver")
        return gaps

    def figures(self) -> dict[str, float]:
        return {**self._figures, "nodes": sum(len(seen.nodes) for seen in self._seen.values())}

    async def until_complete(self) -> None:
        """Watches, and sends each command once its node is there."""
        while not self.complete:
            await self._something.wait()
            self._something.clear()
            for slot, trial in list(self._trials.items()):
                if _full(slot, trial.address) in self._seen[slot].nodes and not self._seen[slot].missing(slot):
                    await self._try(slot, trial)

    async def _try(self, slot: int, trial: Trial) -> None:
        address = _full(slot, trial.address)
        began = time.monotonic()
        await self._isy.send_command(address, trial.command, trial.value, trial.uom)
        await self._isy.until(
            lambda state: (reading := state.reading(address, trial.driver)) and reading.value == trial.value
        )
        self._figures["command_ms"] = _ms(time.monotonic() - began)
        del self._trials[slot]

    def _observe(self, change: Change) -> None:
        if not isinstance(change, (NodeAdded, DriverReported)):
            return
        seen = self._seen.get(int(change.address[1:4]))
        if seen is None:
            return
        if isinstance(change, NodeAdded):
            self._mark("first_node_ms")
            seen.nodes.add(change.address)
        else:
            self._mark("first_value_ms")
            seen.changes[f"{change.address} {change.driver}"] += change.changed
        self._something.set()

    def _mark(self, figure: str) -> None:
        self._figures.setdefault(figure, _ms(time.monotonic() - self._started))


def _full(slot: int, address: str) -> str:
    return f"n{slot:03}_{address}"


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
