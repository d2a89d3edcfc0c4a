"""The ISY without its transports: what it knows, what may be done to it, and who is told.

Every operation that changes something announces it; nothing here does I/O.
"""

import re
import time
from collections.abc import Callable, Mapping

from pgc.simulator.addresses import refusal
from pgc.simulator.changes import (
    Change,
    CommandReported,
    ConnectionChanged,
    DriverReported,
    NodeAdded,
    NodeChanged,
    NodePart,
    NodeRemoved,
    Observer,
    ProfileRemoved,
    ProfileUploaded,
    RequestAnswered,
)
from pgc.simulator.commands import read_command
from pgc.simulator.connections import Connections
from pgc.simulator.nodes import MAX_DRIVERS, Node, Nodes
from pgc.simulator.outcomes import ACCEPTED, BAD_REQUEST, NOT_FOUND, Outcome
from pgc.simulator.pending import PendingRequests
from pgc.simulator.profiles import Kind, Profiles
from pgc.simulator.values import Reading, read

_DRIVER = re.compile(r"[A-Za-z0-9_]{1,32}")


class IsyState:
    """`nodes` by address with prefix, `connections` by slot, `profiles` by slot. Read them freely."""

    def __init__(self, node_limit: int = 1000) -> None:
        self.nodes = Nodes(node_limit)
        self.connections = Connections()
        self.profiles = Profiles()
        self.requests = PendingRequests()
        self._observers: list[Observer] = []

    def reading(self, address: str, driver: str) -> Reading | None:
        """What was last reported; None if nothing ever was."""
        node = self.nodes.get(address)
        return node.drivers.get(driver) if node else None

    def drivers(self, node: Node) -> list[str]:
        """Every driver of the node's nodedef and every one reported, by name."""
        nodedef = self.profiles[node.slot].definitions.nodedefs.get(node.nodedefid)
        return sorted({*node.drivers, *(nodedef.editors if nodedef else ())})

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Tell it every change from now on; call what is returned to stop."""
        self._observers.append(observer)
        return lambda: self._observers.remove(observer)

    def add_node(self, node: Node) -> Outcome:
        outcome = self.nodes.add(node)
        if outcome.accepted and node.address in self.nodes:
            self._announce(NodeAdded(node.address, node.name, node.nodedefid, node.primary))
        return outcome

    def remove_node(self, slot: int, address: str) -> Outcome:
        return self._told(self.nodes.remove(slot, address), NodeRemoved(address))

    def change_node(self, slot: int, address: str, nodedefid: str, nls: str = "") -> Outcome:
        outcome = self.nodes.change(slot, address, nodedefid, nls)
        return self._told(outcome, NodeChanged(address, NodePart.NODEDEF))

    def set_hint(self, slot: int, address: str, hint: str) -> Outcome:
        return self._told(self.nodes.set_hint(slot, address, hint), NodeChanged(address, NodePart.HINT))

    def set_parent(self, address: str, parent: str) -> Outcome:
        return self._told(self.nodes.set_parent(address, parent), NodeChanged(address, NodePart.PARENT))

    def rename_node(self, address: str, name: str) -> Outcome:
        return self._told(self.nodes.rename(address, name), NodeChanged(address, NodePart.NAME))

    def set_enabled(self, address: str, enabled: bool) -> Outcome:
        return self._told(self.nodes.set_enabled(address, enabled), NodeChanged(address, NodePart.ENABLED))

    def report_status(self, slot: int, address: str, driver: str, value: str, uom: str) -> Outcome:
        """The hot path: a driver's value as decimal text with a unit's number or keyword.

        404 if the node or the driver is not there (see `Profiles.has_driver`), 400 if the value is no number.
        """
        node = self.nodes.get(address)
        if node is None or node.slot != slot:
            return refusal(slot, address) or NOT_FOUND
        if not self._may_report(node, driver):
            return NOT_FOUND
        reading = read(value, uom, time.time())
        if reading is None:
            return BAD_REQUEST
        before = node.drivers.get(driver)
        node.drivers[driver] = reading
        self._announce(DriverReported(address, driver, value, reading.uom, before != reading))
        return ACCEPTED

    def report_command(
        self, slot: int, address: str, name: str, value: str | None, uom: str | None, query: Mapping[str, str]
    ) -> Outcome:
        """A command that a node sends. 404: no such node; 400: the command is malformed.

        Ours: a name outside the nodedef's <sends> is taken, since many nodedefs in use have none.
        """
        if address not in self.nodes or self.nodes[address].slot != slot:
            return refusal(slot, address) or NOT_FOUND
        command = read_command(name, value, uom, query)
        if command is None:
            return BAD_REQUEST
        self._announce(CommandReported(address, name, command.value, command.uom, command.params))
        return ACCEPTED

    def answer_request(self, slot: int, request_id: str, word: str) -> Outcome:
        outcome = self.requests.answer(slot, request_id, word)
        return self._told(outcome, RequestAnswered(slot, request_id, word == "success"))

    def upload_profile(self, slot: int, kind: str, name: str, body: bytes) -> Outcome:
        outcome = self.profiles.upload(slot, kind, name, body)
        if outcome.accepted:
            self._announce(ProfileUploaded(slot, Kind(kind), name, len(body)))
        return outcome

    def remove_profile(self, slot: int) -> Outcome:
        return self._told(self.profiles.remove(slot), ProfileRemoved(slot))

    def set_connection(self, slot: int, query: Mapping[str, str]) -> Outcome:
        outcome = self.connections.set(slot, query)
        return self._told(outcome, ConnectionChanged(slot, self.connections.get(slot)))

    def remove_connection(self, slot: int) -> Outcome:
        return self._told(self.connections.remove(slot), ConnectionChanged(slot, None))

    def _may_report(self, node: Node, driver: str) -> bool:
        room = driver in node.drivers or (len(node.drivers) < MAX_DRIVERS and _DRIVER.fullmatch(driver) is not None)
        return room and self.profiles.has_driver(node.slot, node.nodedefid, driver)

    def _told(self, outcome: Outcome, change: Change) -> Outcome:
        if outcome.accepted:
            self._announce(change)
        return outcome

    def _announce(self, change: Change) -> None:
        for observer in tuple(self._observers):
            observer(change)
