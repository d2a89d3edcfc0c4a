"""A node: a device or service as the ISY shows it, with its drivers and commands."""

from __future__ import annotations

import logging
import threading
from typing import Any, ClassVar, Dict, Mapping

import msgspec

from .drivers import as_text

logger = logging.getLogger(__name__)

Drivers = Dict[str, Dict[str, str]]
"""Name → {value, uom}, both text."""
_setting = threading.RLock()
"""Makes setting a value and queueing it one step, so that the newest set is the newest sent."""


class Node:
    """The base class of nodes; ``addNode`` of the Controller makes one known to the ISY.

    A subclass sets `id` (the nodedef), `drivers` (a list of {driver, value, uom}), `commands` ({ID: function}, called
    as ``function(self, command)``) and, if it likes, `hint` (four numbers or '0x01020304').
    """

    id: str = ""
    commands: ClassVar[dict[str, Any]] = {}
    drivers: Any = {}  # noqa: RUF012 - the shape of the original
    sends: ClassVar[dict[str, Any]] = {}
    hint: Any = None

    def __init__(self, controller: Any, primary: str, address: str, name: str) -> None:
        self.controller = controller
        self.parent = controller
        self.primary = primary
        self.address = address
        self.name = name
        self.polyConfig: Any = None
        self.drivers = self._convertDrivers(self.drivers)
        self._drivers: Drivers = as_reported(self.drivers)
        """As last reported."""
        self._initial = {name: driver["value"] for name, driver in self._drivers.items()}
        self.config: Any = None
        self.timeAdded: Any = None
        self.isPrimary = False
        self.started = False

    def setDriver(self, driver: str, value: Any, report: bool = True, force: bool = False, uom: Any = None) -> None:
        """Set a driver; it is sent if `report` and it changed, or `force`.

        `value` is a number, a flag or text, in the unit `uom` (a number of the ISY's list, or the driver's own). A
        driver that the node does not have is left out, as in the original. What no ISY could take (None, nan) is
        refused with a line in the log; True and False become 1 and 0 (the original sent 'True'). Of quick changes the
        newest is sent (the original sent all, and the ISY was left with the oldest).
        """
        held = self._held(driver)
        if held is None:
            return
        text = as_text(value)
        if text is None:
            logger.warning("%s: %r is no value for the driver %s.", self.address, value, driver)
            return
        with _setting:
            held["value"] = self._as_held(value)
            if uom is not None:
                held["uom"] = self._as_held(uom)
            if report:
                self._report(driver, held, force)

    def reportDriver(self, name: str, driver: Mapping[str, Any], report: bool = True, force: bool = False) -> None:
        """Send one driver if it differs from what was reported last, or if `force`."""
        self._send_driver(name, driver, force)

    def reportDrivers(self) -> None:
        """Send all drivers, changed or not."""
        with _setting:
            for name, driver in self._pairs():
                self._report(name, driver, True)

    def reportCmd(self, command: str, value: Any = None, uom: Any = None) -> None:
        """Send a command, such as DON, to the ISY, after the values set before it.

        A value without uom gets that of ``ST``. (The original dropped it.)
        """
        body: dict[str, Any] = {"address": self.address, "command": command}
        text = as_text(value)
        if text is not None:
            body["value"] = text
            uom = (self._held("ST") or {}).get("uom") if uom is None else uom
            if uom is not None:
                body["uom"] = str(uom)
        self.controller.poly.send({"command": body})

    def getDriver(self, dv: str) -> str | None:
        """The driver's current value as text; None if the node does not have it. (The original always raised.)"""
        driver = self._held(dv)
        return None if driver is None else as_text(driver["value"])

    def updateDrivers(self, drivers: Any) -> None:
        """Take these as reported."""
        self._drivers = as_reported(drivers)

    def query(self) -> None:
        self.reportDrivers()

    def status(self) -> None:
        self.reportDrivers()

    def runCmd(self, command: dict[str, Any]) -> None:
        """Run the function of `commands` for {address, cmd, value?, uom?, query {param.uom: value, requestId?}}.

        All of it is text. An unknown command is left out; what the function raises is logged, and the ISY is told
        that the command failed if it asked.
        """
        function = self.commands.get(command["cmd"])
        if function is None:
            logger.warning("%s has no command %s.", self.address, command["cmd"])
            return
        function(self, command)

    def start(self) -> None:
        """Called once the ISY has the node, on the thread that hears the platform. (The original waited a second
        before each.)"""

    def toJSON(self) -> str:
        """The node as a record: address, name, nodedefid, primary, drivers. (The original logged it, or raised.)"""
        return msgspec.json.encode(record_of(self)).decode()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.toJSON()}>"

    # --- the shape of the drivers, which another dialect has otherwise ---

    def _convertDrivers(self, drivers: Any) -> Any:
        """{ST: {value, uom}} with both as text, from that or from a list of {driver, value, uom}."""
        return as_reported(drivers)

    def _held(self, name: str) -> dict[str, Any] | None:
        held: dict[str, Any] | None = self.drivers.get(name)
        return held

    def _pairs(self) -> list[tuple[str, dict[str, Any]]]:
        return list(self.drivers.items())

    def _as_held(self, value: Any) -> Any:
        """A value or uom as `drivers` keeps it."""
        return as_text(value)

    def _report(self, name: str, driver: dict[str, Any], force: bool) -> None:
        """Through the public method, which a subclass may have changed."""
        self.reportDriver(name, driver, True, force)

    def _send_driver(self, name: str, driver: Mapping[str, Any], force: bool) -> None:
        value, uom = as_text(driver["value"]), str(driver["uom"])
        reported = self._drivers.get(name)
        if value is None or (not force and reported == {"value": value, "uom": uom}):
            return
        self._drivers[name] = {"value": value, "uom": uom}
        self.controller.poly.outbox.put(self.address, name, value, uom, force)


def by_name(drivers: Any) -> dict[str, Any]:
    """Drivers by their names, from that or from a list of {driver, value, uom}."""
    return drivers if isinstance(drivers, dict) else {entry["driver"]: entry for entry in drivers}


def as_reported(drivers: Any) -> Drivers:
    """A copy of drivers of either shape as they travel: {ST: {value, uom}}, both text."""
    return {
        name: {"value": as_text(entry["value"]) or "0", "uom": str(entry["uom"])}
        for name, entry in by_name(drivers).items()
    }


def record_of(node: Any) -> dict[str, Any]:
    """The body of ``addnode``."""
    record = {
        "address": str(node.address),
        "name": str(node.name),
        "nodedefid": str(node.id),
        "primary": str(node.primary),
        "drivers": as_reported(node.drivers),
        "isController": hasattr(node, "isController"),
    }
    return record if node.hint is None else {**record, "hint": node.hint}


def keep_values(node: Any, kept: Mapping[str, Any]) -> None:
    """Give a node the values that the platform kept for it, where its constructor has not set another."""
    for name, driver in node._pairs():
        value = as_text((kept.get(name) or {}).get("value"))
        if value is None:
            node._drivers.pop(name, None)
            continue
        if as_text(driver["value"]) == node._initial.get(name):
            node._drivers[name] = {"value": value, "uom": str(kept[name].get("uom", driver["uom"]))}
            driver["value"] = value
