"""A node: a device or service as the ISY shows it, with its drivers and commands."""

from __future__ import annotations

import logging
import threading
from copy import deepcopy
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
        self._drivers: Drivers = deepcopy(self.drivers)
        """As last reported."""
        self._initial = {name: driver["value"] for name, driver in self._drivers.items()}
        self.config: Any = None
        self.timeAdded: Any = None
        self.isPrimary = False
        self.started = False

    def setDriver(self, driver: str, value: Any, report: bool = True, force: bool = False, uom: Any = None) -> None:
        """Set a driver; it is sent if `report` and it changed, or `force`.

        A driver that the node does not have is left out, as in the original. What no ISY could take (None, nan)
        is refused with a line in the log; True and False become 1 and 0.
        """
        held = self.drivers.get(driver)
        if held is None:
            return
        text = as_text(value)
        if text is None:
            logger.warning("%s: %r is no value for the driver %s.", self.address, value, driver)
            return
        with _setting:
            held["value"] = text
            if uom is not None:
                held["uom"] = str(uom)
            if report:
                self.reportDriver(driver, held, report, force)

    def reportDriver(self, name: str, driver: Mapping[str, str], report: bool = True, force: bool = False) -> None:
        """Send one driver if it differs from what was reported last, or if `force`."""
        value, uom = driver["value"], driver["uom"]
        reported = self._drivers.get(name)
        if not force and reported is not None and reported["value"] == value and reported["uom"] == uom:
            return
        self._drivers[name] = {"value": value, "uom": uom}
        self.controller.poly.outbox.put(self.address, name, value, uom, force)

    def reportDrivers(self) -> None:
        """Send all drivers, changed or not."""
        with _setting:
            for name, driver in self.drivers.items():
                self.reportDriver(name, driver, True, True)

    def reportCmd(self, command: str, value: Any = None, uom: Any = None) -> None:
        """Send a command to the ISY, after the values set before it. A value without uom gets that of ``ST``."""
        body: dict[str, Any] = {"address": self.address, "command": command}
        text = as_text(value)
        if text is not None:
            body["value"] = text
            uom = self.drivers.get("ST", {}).get("uom") if uom is None else uom
            if uom is not None:
                body["uom"] = str(uom)
        self.controller.poly.send({"command": body})

    def getDriver(self, dv: str) -> str | None:
        """The driver's current value as text; None if the node does not have it."""
        driver = self.drivers.get(dv)
        return None if driver is None else driver["value"]

    def updateDrivers(self, drivers: Any) -> None:
        """Take these as reported."""
        self._drivers = self._convertDrivers(drivers)

    def query(self) -> None:
        self.reportDrivers()

    def status(self) -> None:
        self.reportDrivers()

    def runCmd(self, command: dict[str, Any]) -> None:
        """Run the function of `commands` for {address, cmd, value?, uom?, query}; an unknown one is left out."""
        function = self.commands.get(command["cmd"])
        if function is None:
            logger.warning("%s has no command %s.", self.address, command["cmd"])
            return
        function(self, command)

    def start(self) -> None:
        """Called once the ISY has the node."""

    def toJSON(self) -> str:
        """The node as a record: address, name, nodedefid, primary, drivers."""
        return msgspec.json.encode(record_of(self)).decode()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.toJSON()}>"

    def _convertDrivers(self, drivers: Any) -> Drivers:
        """{ST: {value, uom}} with both as text, from that or from a list of {driver, value, uom}."""
        if not isinstance(drivers, dict):
            drivers = {entry["driver"]: entry for entry in drivers}
        return {
            name: {"value": as_text(entry["value"]) or "0", "uom": str(entry["uom"])} for name, entry in drivers.items()
        }


def record_of(node: Any) -> dict[str, Any]:
    """The body of ``addnode``."""
    record = {
        "address": str(node.address),
        "name": str(node.name),
        "nodedefid": str(node.id),
        "primary": str(node.primary),
        "drivers": deepcopy(node.drivers),
        "isController": hasattr(node, "isController"),
    }
    return record if node.hint is None else {**record, "hint": node.hint}


def keep_values(node: Any, kept: Mapping[str, Any]) -> None:
    """Give a node the values that the platform kept for it, where its constructor has not set another."""
    for name, driver in list(node.drivers.items()):
        value = as_text((kept.get(name) or {}).get("value"))
        if value is None:
            node._drivers.pop(name, None)
            continue
        if driver["value"] == node._initial.get(name):
            node._drivers[name] = {"value": value, "uom": str(kept[name].get("uom", driver["uom"]))}
            driver["value"] = value
