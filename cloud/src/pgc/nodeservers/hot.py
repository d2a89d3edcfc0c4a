"""The hot lane: driver values, from the frame to the reporter, never waiting for the database."""

from pgc.nodeservers.nodes import Driver, Node
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.writer import ValueWriter
from pgc_interface import wire
from pgc_interface.rules.errors import BadValue
from pgc_interface.rules.values import normalise, normalise_uom

_MOST_EARLY = 1000
_MOST_DRIVERS = 100
"""Of one node; a nodedef has some thirty."""


class HotLane:
    """Newest wins. Values of a node whose `addnode` is still on its way are held until it is there."""

    def __init__(self, writer: ValueWriter) -> None:
        self._writer = writer
        self._early: dict[str, dict[tuple[str, str], wire.Status]] = {}

    def status(self, nodeserver: NodeServer, status: wire.Status) -> bool:
        """Whether the driver has another value now."""
        node = nodeserver.nodes.get(status.address)
        if node is None:
            self._hold(nodeserver, status)
            return False
        held = node.drivers.get(status.driver)
        if held is not None and status.n is not None and status.n < held.n:
            return False
        if held is None and len(node.drivers) >= _MOST_DRIVERS:
            nodeserver.journal.remark(
                f"{status.address} has {_MOST_DRIVERS} drivers; {status.driver} was dropped", "WARNING"
            )
            return False
        try:
            driver = Driver(normalise(status.value), normalise_uom(status.uom))
        except BadValue as error:
            nodeserver.journal.remark(f"{status.address} {status.driver}: {error}", "WARNING")
            return False
        unchanged = held is not None and (held.value, held.uom) == (driver.value, driver.uom)
        driver.confirmed = held is not None and held.confirmed and unchanged
        driver.n = status.n or (held.n + 1 if held else 1)
        node.drivers[status.driver] = driver
        self._report(nodeserver, node, status.driver, force=status.force)
        return not unchanged

    def node_added(self, nodeserver: NodeServer, node: Node) -> None:
        """The node is known now: reports its values, then those that came before it."""
        for name in node.drivers:
            self._report(nodeserver, node, name)
        early = self._early.get(nodeserver.worker, {})
        for key in [key for key in early if key[0] == node.record.address]:
            self.status(nodeserver, early.pop(key))

    def confirmed(self, nodeserver: NodeServer, address: str, driver: str, value: str, uom: str) -> None:
        """The ISY answered this value with 200."""
        node = nodeserver.nodes.get(address)
        held = node.drivers.get(driver) if node else None
        if node and held and node.record.is_controller and driver == "ST":
            held.value, held.uom = value, uom  # whether it is connected is the platform's to say
        if node and held and (held.value, held.uom) == (value, uom):
            held.confirmed = True
            self._writer.put(nodeserver.worker, node, driver)

    def new_run(self, nodeserver: NodeServer) -> None:
        """The counters of the SDK begin again."""
        self._early.pop(nodeserver.worker, None)
        for node in nodeserver.nodes.values():
            for driver in node.drivers.values():
                driver.n = 0

    def _report(self, nodeserver: NodeServer, node: Node, driver: str, *, force: bool = False) -> None:
        held = node.drivers[driver]
        nodeserver.isy.reporter.report(nodeserver.slot, node.record.address, driver, held.value, held.uom, force=force)
        self._writer.put(nodeserver.worker, node, driver)

    def _hold(self, nodeserver: NodeServer, status: wire.Status) -> None:
        early = self._early.setdefault(nodeserver.worker, {})
        held = early.get((status.address, status.driver))
        if held is not None and None not in (held.n, status.n) and (status.n or 0) < (held.n or 0):
            return
        early[status.address, status.driver] = status
        if len(early) > _MOST_EARLY:
            dropped = next(iter(early))
            del early[dropped]
            nodeserver.journal.remark(f"a value for {dropped[0]}, which was never added, was dropped", "WARNING")
