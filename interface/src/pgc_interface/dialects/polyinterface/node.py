"""A node whose drivers are a list, and keep what they are set to: numbers stay numbers."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, ClassVar

from ... import node


class Node(node.Node):
    """As :class:`pgc_interface.Node`, but `drivers` is a list of {driver, value, uom} in each node too."""

    drivers: Any = []  # noqa: RUF012 - the shape of the original
    hint: Any = [0, 0, 0, 0]  # noqa: RUF012 - the shape of the original
    commands: ClassVar[dict[str, Any]] = {}
    enabled: Any = None
    """Whether the node is enabled on the ISY; None until the platform has told."""
    added: Any = None
    """Whether the ISY has the node; None until the platform has told."""

    def reportDriver(  # type: ignore[override]
        self, driver: dict[str, Any], report: bool = True, force: bool = False
    ) -> None:
        """Send one {driver, value, uom} if it differs from what was reported last, or if `force`."""
        self._send_driver(driver["driver"], driver, force)

    # --- the shape of the drivers ---

    def _convertDrivers(self, drivers: Any) -> Any:
        """A copy."""
        return deepcopy(drivers)

    def _held(self, name: str) -> dict[str, Any] | None:
        return next((driver for driver in self.drivers if driver["driver"] == name), None)

    def _pairs(self) -> list[tuple[str, dict[str, Any]]]:
        return [(driver["driver"], driver) for driver in self.drivers]

    def _as_held(self, value: Any) -> Any:
        return value

    def _report(self, name: str, driver: dict[str, Any], force: bool) -> None:
        self.reportDriver(driver, True, force)
