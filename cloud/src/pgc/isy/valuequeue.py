"""The driver values of one slot on their way to the ISY: newest wins, and a value waits until its node is added."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from pgc.isy.drivers import Driver, Value
from pgc.isy.jobs import AnyJob

MAX_DRIVERS = 10_000
"""Drivers kept of one slot, on all its nodes."""


@dataclass(slots=True)
class _Node:
    known: bool = False
    adding: int = 0
    drivers: dict[str, Driver] = field(default_factory=dict)


class ValueQueue:
    """Every method that frees jobs returns them."""

    def __init__(self) -> None:
        self._nodes: dict[str, _Node] = {}
        self._count = 0
        self._first: OrderedDict[Driver, None] = OrderedDict()
        self._ready: OrderedDict[Driver, None] = OrderedDict()

    @property
    def first_ready(self) -> bool:
        return bool(self._first)

    @property
    def ready(self) -> bool:
        return bool(self._ready)

    def driver(self, address: str, name: str) -> Driver | None:
        """The driver, made where it was not there; None when there are too many."""
        node = self._nodes.get(address)
        found = node.drivers.get(name) if node else None
        if found is None and self._count < MAX_DRIVERS:
            found = Driver(address, name)
            self._node(address).drivers[name] = found
            self._count += 1
        return found

    def take_first(self) -> Driver:
        return self._first.popitem(last=False)[0]

    def take(self) -> Driver:
        return self._ready.popitem(last=False)[0]

    def settle(self, driver: Driver) -> list[AnyJob]:
        """Puts the driver where it belongs after any change to it."""
        if driver.dropped:
            return []
        driver.first = driver.first and not driver.idle
        if not self._may_go(driver):
            self._leave(driver)
        elif driver.first:
            self._ready.pop(driver, None)
            self._first[driver] = None
        elif driver not in self._first:
            self._ready[driver] = None
        return driver.take_freed()

    # --- nodes ---

    def adding(self, address: str) -> None:
        """Its add is asked for."""
        self._node(address).adding += 1

    def added(self, address: str) -> None:
        """That add is over, however it ended."""
        node = self._nodes.get(address)
        if node is not None and node.adding:
            node.adding -= 1

    def know(self, address: str) -> list[AnyJob]:
        """The node is on the ISY: its values may go."""
        node = self._node(address)
        node.known = True
        return self._settle_all(node)

    def renew(self, address: str, *, lost: bool) -> list[AnyJob]:
        """The node was added: what was refused, and with `lost` all that it held, goes out again."""
        node = self._node(address)
        for driver in node.drivers.values():
            driver.renew(lost=lost)
        return self.know(address)

    def hold(self, address: str) -> bool:
        """Keeps the node's values back while it is being removed; returns whether they went out before."""
        node = self._node(address)
        was_known, node.known = node.known, False
        for driver in node.drivers.values():
            self._leave(driver)
        return was_known

    def miss(self, address: str) -> None:
        """The ISY does not have the node: all its values go out once it is added again."""
        for driver in self._node(address).drivers.values():
            driver.renew(lost=True)
        self.hold(address)

    def present(self) -> dict[str, object]:
        """The nodes that the ISY is taken to have, each with an object that is another one once it was removed and
        added again."""
        return {address: node for address, node in self._nodes.items() if node.known and not node.adding}

    def held(self) -> list[tuple[Driver, Value]]:
        """What the ISY has confirmed."""
        drivers = (driver for node in self._nodes.values() for driver in node.drivers.values())
        return [(driver, driver.held) for driver in drivers if driver.held is not None]

    def free_if_unknown(self, address: str) -> list[AnyJob]:
        """A node that will not be added: nothing need wait for its values."""
        node = self._nodes.get(address)
        if node is None or node.known or node.adding:
            return []
        return [job for driver in node.drivers.values() for job in driver.take_all_waiting()]

    def forget_node(self, address: str) -> list[AnyJob]:
        """Drops all that is kept of it."""
        node = self._nodes.pop(address, None)
        if node is None:
            return []
        for driver in node.drivers.values():
            driver.dropped = True
            self._leave(driver)
        self._count -= len(node.drivers)
        return [job for driver in node.drivers.values() for job in driver.take_all_waiting()]

    def forget_all(self) -> None:
        for address in list(self._nodes):
            self.forget_node(address)

    # --- what must go before a job ---

    def keep_waiting(self, job: AnyJob, address: str | None = None) -> None:
        """Lets the job wait for what was set until now, on one node or on all."""
        for node in self._going(address):
            for driver in node.drivers.values():
                driver.add_waiting(job)

    def _going(self, address: str | None) -> Iterable[_Node]:
        nodes = self._nodes.values() if address is None else filter(None, [self._nodes.get(address)])
        return (node for node in nodes if node.known or node.adding)

    def _may_go(self, driver: Driver) -> bool:
        waits = driver.wanted is not None and driver.sending is None
        return waits and not driver.resting and self._nodes[driver.address].known

    def _node(self, address: str) -> _Node:
        return self._nodes.setdefault(address, _Node())

    def _settle_all(self, node: _Node) -> list[AnyJob]:
        return [job for driver in node.drivers.values() for job in self.settle(driver)]

    def _leave(self, driver: Driver) -> None:
        self._first.pop(driver, None)
        self._ready.pop(driver, None)
