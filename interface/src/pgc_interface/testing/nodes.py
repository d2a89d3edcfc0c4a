"""The nodes of a NodeServer on the fake platform: added, valued and removed by the platform's rules."""

from __future__ import annotations

from .. import wire
from ..rules.errors import BadValue
from ..rules.nodes import NewNode
from ..rules.values import normalise, normalise_uom
from .books import Books, HeldDriver, HeldNode
from .seen import Command, Value


class Nodes:
    """Values of a node whose ``addnode`` is still to come are held until it is there."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._early: dict[tuple[str, str], wire.Status] = {}
        self._connected = False

    def connected(self, up: bool) -> None:
        """The controller's ``ST`` is the platform's to say: 1 while its NodeServer is connected."""
        self._connected = up
        controller = self._books.controller
        if controller is not None and controller.on_isy:
            self._say_connected(controller)

    def add(self, new: NewNode) -> wire.NodeResult:
        address = new.node.address
        if new.refused:
            self._books.remark(f"node {address} was not added: {new.refused}")
            return wire.NodeResult(success=False, address=address, reason=new.refused)
        node = self._books.nodes[address] = self._described(new)
        for key in [key for key in self._early if key[0] == address]:
            self.status(self._early.pop(key))
        reason = self._books.isy.refusals.get(address)
        if reason is not None:
            self._books.remark(f"the ISY did not add node {address}: {reason}")
            return wire.NodeResult(success=False, address=address, statusCode=400, reason=reason)
        self._now_on_isy(node)
        return wire.NodeResult(success=True, address=address, statusCode=200)

    def remove(self, address: str) -> wire.NodeResult:
        self._books.nodes.pop(address, None)
        self._books.isy.forget(address)
        return wire.NodeResult(success=True, address=address, statusCode=200)

    def status(self, status: wire.Status) -> None:
        node = self._books.nodes.get(status.address)
        if node is None:
            self._early[status.address, status.driver] = status
            return
        held = node.drivers.get(status.driver)
        if held is not None and status.n is not None and status.n < held.n:
            return
        try:
            value = Value(normalise(status.value), normalise_uom(status.uom))
        except BadValue as error:
            self._books.remark(f"{status.address} {status.driver}: {error}")
            return
        node.drivers[status.driver] = HeldDriver(value, status.n or 0)
        if node.on_isy:
            self._books.isy.report(status.address, status.driver, value, force=status.force)

    def command(self, command: wire.ReportCommand) -> None:
        if command.address not in self._books.nodes:
            self._books.remark(f"command {command.command} of unknown node {command.address}")
            return
        try:
            value = None if command.value is None else normalise(command.value)
            uom = None if command.uom is None else normalise_uom(command.uom)
        except BadValue as error:
            self._books.remark(f"command {command.command} of {command.address}: {error}")
            return
        self._books.isy.commands.append(Command(command.address, command.command, value, uom))

    def _described(self, new: NewNode) -> HeldNode:
        """The node as it is described now, with the values that this run has already set."""
        known = self._books.nodes.get(new.node.address)
        drivers: dict[str, HeldDriver] = {}
        for name, given in new.node.drivers.items():
            held = known.drivers.get(name) if known else None
            try:
                value = Value(normalise(given.value), normalise_uom(given.uom))
            except BadValue:
                continue  # a driver without a value yet; the first setDriver brings it
            drivers[name] = held if held is not None and held.n > 0 else HeldDriver(value)
        time_added = known.time_added if known else self._books.clock.milliseconds
        return HeldNode(new.node, new.hint, drivers, known.on_isy if known else False, time_added)

    def _now_on_isy(self, node: HeldNode) -> None:
        node.on_isy = True
        for name, held in node.drivers.items():
            self._books.isy.report(node.record.address, name, held.value)
        if node.record.isController:
            self._say_connected(node)

    def _say_connected(self, controller: HeldNode) -> None:
        value = Value("1" if self._connected else "0", "2")
        held = controller.drivers.get("ST")
        if held is not None:
            held.value = value
        self._books.isy.report(controller.record.address, "ST", value)
