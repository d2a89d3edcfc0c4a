"""The fake platform's ISY: which values it holds, what was sent to it, and what it is told to refuse."""

from __future__ import annotations

from .seen import Command, Report, Value


class Isy:
    """It takes everything, save nodes that a test has it refuse. Like a real one it forgets a removed node's values."""

    def __init__(self) -> None:
        self.reports: list[Report] = []
        self.commands: list[Command] = []
        self.answers: dict[str, bool] = {}
        """How each request of the ISY ended, by its id."""
        self.refusals: dict[str, str] = {}
        """Addresses of nodes that it does not take, with the reason."""
        self._held: dict[tuple[str, str], Value] = {}

    def report(self, address: str, driver: str, value: Value, *, force: bool = False) -> None:
        """Send a value; what it holds already is sent only if `force`."""
        if force or self._held.get((address, driver)) != value:
            self._held[address, driver] = value
            self.reports.append(Report(address, driver, *value))

    def drivers(self, address: str) -> dict[str, Value]:
        return {driver: value for (node, driver), value in self._held.items() if node == address}

    def forget(self, address: str) -> None:
        for key in [key for key in self._held if key[0] == address]:
            del self._held[key]
