"""The latest event of each kind, for those who subscribe later: real controllers keep and replay exactly this."""

from collections.abc import Iterator

from pgc.simulator.events.event import Event

MAX_COMMANDS = 100
"""Different commands remembered of one node; past that a new one is not kept (ours)."""


class Memory:
    """In the order in which each was first heard of: the ISY's own affairs by control and action, then node by node.

    Of drivers only the names are kept: their values are in the state.
    """

    def __init__(self) -> None:
        self._affairs: dict[tuple[str, str], Event] = {}
        self._nodes: dict[str, dict[str, Event | None]] = {}

    def keep(self, event: Event) -> None:
        if event.control.startswith("_"):
            self._affairs[event.control, event.action] = event
            return
        heard = self._nodes.setdefault(event.node, {})
        if event.control in heard or len(heard) < MAX_COMMANDS:
            heard[event.control] = event

    def keep_driver(self, address: str, driver: str) -> None:
        self._nodes.setdefault(address, {})[driver] = None

    def forget(self, address: str) -> None:
        self._nodes.pop(address, None)

    def affairs(self) -> list[Event]:
        return list(self._affairs.values())

    def nodes(self) -> Iterator[tuple[str, list[tuple[str, Event | None]]]]:
        """Addresses with what was heard of each: None for a driver. It may change meanwhile."""
        for address in list(self._nodes):
            yield address, list(self._nodes.get(address, {}).items())
