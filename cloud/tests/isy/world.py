"""A small home on a simulated ISY: NodeServers' values and nodes, what becomes of them, and what must never happen."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable

from pgc.isy.client import IsyClient, IsyLogin
from pgc.isy.reporter import Backoff, NewNode, NodeOutcome, Reporter
from pgc.simulator import IsyState, SimulatedIsy
from pgc.simulator.changes import Change, CommandReported, DriverReported, NodeAdded, NodeRemoved

SLOTS = (3, 4)
KIDS = ("k0", "k1", "k2")
DRIVERS = ("ST", "GV1", "GV2")
Key = tuple[str, str]
"""Address with its prefix, and driver."""


class World:
    """`wanted` is the newest value of each driver; `wrong` holds what must not have happened.

    Plays the NodeServers and the part of the platform that adds nodes: whatever is to be on the ISY is added until it
    is. The reporter is the real one.
    """

    def __init__(self, simulator: SimulatedIsy, seed: int = 0) -> None:
        self.simulator = simulator
        self.dice = random.Random(seed)  # noqa: S311 (a seed makes it the same each time)
        self.wanted: dict[Key, str] = {}
        self.present = {f"n{slot:03}_ctl" for slot in SLOTS}
        self.wrong: list[str] = []
        self.done: dict[str, asyncio.Task[bool]] = {}
        self.commands: Counter[str] = Counter()
        self._confirmed: dict[Key, str] = {}
        self._excused: set[Key] = set()
        self._nodework = {slot: asyncio.Queue[tuple[bool, str]]() for slot in SLOTS}
        self._workers: list[asyncio.Task[None]] = []
        self._client = IsyClient(IsyLogin(simulator.url, "admin", "admin"))
        self.reporter = Reporter(self._client, self, backoff=Backoff(0.01, 0.05))

    async def __aenter__(self) -> "World":
        self.simulator.state.observe(self._watch)
        await self._client.start()
        await self.reporter.start()
        self._workers = [asyncio.create_task(self._work(slot)) for slot in SLOTS]
        for address in sorted(self.present):
            self.add(address)
        return self

    async def __aexit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        await self.reporter.stop()
        await asyncio.gather(*self.done.values())
        await self._client.stop()

    # --- what NodeServers do ---

    def report(self, address: str, driver: str, value: str) -> None:
        self.wanted[address, driver] = value
        self.reporter.report(_slot(address), address[5:], driver, value, "56")

    def add(self, address: str) -> None:
        self.present.add(address)
        self._nodework[_slot(address)].put_nowait((True, address))

    def remove(self, address: str) -> None:
        self.present.discard(address)
        for driver in DRIVERS:
            self.wanted.pop((address, driver), None)
        self._nodework[_slot(address)].put_nowait((False, address))

    def command(self, address: str, name: str) -> None:
        self.done[name] = asyncio.create_task(self.reporter.command(_slot(address), address[5:], name))

    # --- what is told of the ISY ---

    def value_confirmed(self, slot: int, address: str, driver: str, value: str, uom: str) -> None:
        self._confirmed[f"n{slot:03}_{address}", driver] = value

    def value_refused(self, slot: int, address: str, driver: str, value: str, reason: str) -> None: ...

    def isy_online(self, online: bool, reason: str) -> None: ...

    def nodes_missing(self, slot: int, addresses: frozenset[str]) -> None:
        for address in addresses:
            if f"n{slot:03}_{address}" in self.present:
                self.add(f"n{slot:03}_{address}")

    def nodes_found(self, slot: int, addresses: frozenset[str]) -> None: ...

    # --- how it ends ---

    async def settled(self) -> None:
        """Waits until the ISY is as it should be."""
        async with asyncio.timeout(20):
            for queue in self._nodework.values():
                await queue.join()
            await asyncio.gather(*self.done.values())
        try:
            await self.simulator.until(lambda state: not self.differences(state), 20)
        except TimeoutError:
            raise AssertionError("\n".join(self.differences(self.simulator.state))) from None

    def differences(self, state: IsyState) -> list[str]:
        """From what the ISY should hold: the nodes, their parents, and the newest of every driver."""
        held = {
            (node.address, name): reading.value
            for node in state.nodes.values()
            for name, reading in node.drivers.items()
        }
        lost = [
            f"{key}: {held.get(key)} instead of {value}" for key, value in self.wanted.items() if held.get(key) != value
        ]
        wrong = [f"{address}: here or there only" for address in set(state.nodes) ^ self.present]
        orphans = [
            f"{node.address}: no child of its controller"
            for node in state.nodes.values()
            if not node.is_primary and node.parent != node.primary
        ]
        return lost + wrong + orphans

    # --- how ---

    async def _work(self, slot: int) -> None:
        """One after the other, as the platform's steps; what fails is asked for again, as NodeServers do."""
        queue = self._nodework[slot]
        while True:
            adds, address = await queue.get()
            if adds != (address in self.present):
                queue.task_done()
                continue
            work = self._add(slot, address) if adds else self.reporter.remove_node(slot, address[5:])
            outcome = await work
            if not outcome.success:
                queue.put_nowait((adds, address))
            elif adds:
                self._report_again(address)
            queue.task_done()

    def _add(self, slot: int, address: str) -> Awaitable[NodeOutcome]:
        return self.reporter.add_node(slot, NewNode(address[5:], address, "def", "ctl"))

    def _report_again(self, address: str) -> None:
        for (its_address, driver), value in list(self.wanted.items()):
            if its_address == address:
                self.report(address, driver, value)

    def _watch(self, change: Change) -> None:
        """The ISY's side: what comes in, in order."""
        match change:
            case NodeRemoved(address):
                self._forget(lambda key: key[0] == address)
            case NodeAdded(address):
                self._excused |= {(address, driver) for driver in DRIVERS}
            case CommandReported(_, name):
                self.commands[name] += 1
                if self.commands[name] > 1:
                    self.wrong.append(f"command {name} came twice")
            case DriverReported(address, driver, value):
                self._watch_value((address, driver), value)

    def _watch_value(self, key: Key, value: str) -> None:
        """One under way while its node is added again may go out twice: nobody knows which node it met."""
        if self._confirmed.get(key) == value:
            if key not in self._excused:
                self.wrong.append(f"{key} = {value} was sent again, though the ISY had confirmed it")
            self._excused.discard(key)
        self._confirmed.pop(key, None)

    def forget_confirmed(self) -> None:
        """The ISY has lost all values."""
        self._forget(lambda _key: True)

    def _forget(self, which: Callable[[Key], bool]) -> None:
        self._confirmed = {key: value for key, value in self._confirmed.items() if not which(key)}


def _slot(address: str) -> int:
    return int(address[1:4])
