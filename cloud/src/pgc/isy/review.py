"""Looks at what the ISY really holds, whenever it may hold something else than it confirmed.

That is when it was away (it may have rebooted, or had a backup restored), when it answers that a node is not there,
when a request timed out that it may still carry out after later ones, and when someone asks. No ISY tells that it has
rebooted, nor what a reboot did to its values; but it tells which values it has. So whatever it has lost is sent again,
and what it still holds is not.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from pgc.isy.client import IsyClient
from pgc.isy.drivers import Driver, Value
from pgc.isy.errors import IsyError, IsyRefused, IsyUnreachable
from pgc.isy.holdings import Drivers, Holdings
from pgc.isy.link import Link, is_trouble
from pgc.isy.schedule import Schedule, Slot

logger = logging.getLogger(__name__)

LATE = 30.0
"""Seconds after which a request that timed out is surely over."""
_MAX_FAILURES = 3
"""Looks in a row that an ISY which answers otherwise may fail at, until it counts as one that cannot be looked at."""


class NodeListener(Protocol):
    """Told at once which nodes there are; must not wait. Addresses are without prefix."""

    def nodes_missing(self, slot: int, addresses: frozenset[str]) -> None:
        """These were on the ISY and are not any more. Their values wait until they are added again."""

    def nodes_found(self, slot: int, addresses: frozenset[str]) -> None:
        """These are on the ISY, though they were not taken to be."""


class Review:
    """One for each ISY. `settle` puts a driver that changed where it belongs."""

    def __init__(
        self,
        client: IsyClient,
        schedule: Schedule,
        link: Link,
        listener: NodeListener,
        settle: Callable[[Slot, Driver], None],
    ) -> None:
        self._client = client
        self._schedule = schedule
        self._link = link
        self._listener = listener
        self._settle = settle
        self._everything = False
        self._doubted: dict[tuple[int, str], None] = {}
        self._due = asyncio.Event()
        self._late: asyncio.TimerHandle | None = None
        self._failures = 0

    def ask(self) -> None:
        """All nodes, as soon as the ISY answers."""
        self._everything = True
        self._due.set()

    def doubt(self, slot: int, address: str) -> None:
        """This node."""
        self._doubted[slot, address] = None
        self._due.set()

    def ask_later(self) -> None:
        """All nodes, once no request that timed out can be under way any more."""
        self.forget_late()
        self._late = asyncio.get_running_loop().call_later(LATE, self.ask)

    def forget_late(self) -> None:
        if self._late is not None:
            self._late.cancel()

    async def run(self) -> None:
        """Looks, for ever; while the ISY is away it waits, and one that stumbles is looked at again later."""
        while True:
            await self._due.wait()
            await self._link.wait_up()
            self._due.clear()
            everything, self._everything = self._everything, False
            doubted, self._doubted = self._doubted, {}
            try:
                await (self._look_at_all() if everything else self._look_at(list(doubted)))
                self._failures = 0
            except IsyError as error:
                self._failed(error)
            except Exception:
                logger.exception("what the ISY at %s holds could not be looked at", self._client.url)

    def _failed(self, error: IsyError) -> None:
        self._failures += 1
        if self._failures < _MAX_FAILURES:
            self._link.failed(str(error))
            self.ask()
            return
        self._failures = 0
        self._believe_nothing(error)

    async def _look_at_all(self) -> None:
        witnesses = [_Witness(slot) for slot in self._schedule.slots]
        if not witnesses:
            return
        try:
            holdings = await self._client.holdings()
        except IsyError as error:
            if _may_pass(error):
                raise
            self._believe_nothing(error)
            return
        for witness in witnesses:
            self._compare(witness, _of_slot(holdings, witness.slot.number))

    async def _look_at(self, nodes: list[tuple[int, str]]) -> None:
        for number, address in nodes:
            witness = _Witness(self._schedule.slot(number), address)
            if not witness.nodes:
                continue
            try:
                held = await self._client.node_holds(number, address)
            except IsyError as error:
                if _may_pass(error):
                    raise
                logger.warning("slot %d: node %s: %s", number, address, error)
                continue
            self._compare(witness, {} if held is None else {address: held})

    def _believe_nothing(self, error: IsyError) -> None:
        """An ISY that cannot be looked at gets all values again."""
        logger.warning("%s; all values are sent again", error)
        for slot in self._schedule.slots:
            for driver, value in _Witness(slot).values:
                self._lost(slot, driver, value)

    def _compare(self, witness: "_Witness", held: dict[str, Drivers]) -> None:
        """What has changed since the look began was not seen by it, and is left alone."""
        slot = witness.slot
        missing = {address for address in witness.nodes if address not in held and witness.still_has(address)}
        for address in missing:
            slot.values.miss(address)
        self._schedule.touch(slot)
        for driver, value in witness.values:
            reading = held.get(driver.address, {}).get(driver.name)
            if driver.address not in missing and (reading is None or not reading.says(value)):
                self._lost(slot, driver, value)
        self._tell(slot, missing, {address for address in held if address not in slot.values.present()})

    def _lost(self, slot: Slot, driver: Driver, value: Value) -> None:
        if driver.lost(value):
            self._settle(slot, driver)

    def _tell(self, slot: Slot, missing: set[str], found: set[str]) -> None:
        if missing:
            self._listener.nodes_missing(slot.number, frozenset(missing))
        if found:
            self._listener.nodes_found(slot.number, frozenset(found))


class _Witness:
    """What is taken for true of a slot before the ISY is asked; of one node, if it is named."""

    def __init__(self, slot: Slot, only: str | None = None) -> None:
        self.slot = slot
        present = slot.values.present()
        self.nodes = {address: node for address, node in present.items() if only in (None, address)}
        self.values = [(driver, value) for driver, value in slot.values.held() if driver.address in self.nodes]

    def still_has(self, address: str) -> bool:
        """Whether the node was neither removed nor added meanwhile."""
        return self.slot.values.present().get(address) is self.nodes[address]


def _may_pass(error: IsyError) -> bool:
    """Whether the ISY has trouble, rather than nothing to show."""
    return isinstance(error, IsyUnreachable) or (isinstance(error, IsyRefused) and is_trouble(error.isy_status))


def _of_slot(holdings: Holdings, number: int) -> dict[str, Drivers]:
    return {address: drivers for (slot, address), drivers in holdings.items() if slot == number}
