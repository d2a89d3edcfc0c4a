"""Tells changes of the ISY as the events that a real one sends for them."""

import time
from collections.abc import Iterator
from html import escape

from pgc.simulator.changes import Change, CommandReported, NodeAdded, NodeChanged, NodePart, NodeRemoved
from pgc.simulator.documents import node_element, shown_value
from pgc.simulator.events.event import Event, Measure, Shown
from pgc.simulator.nodes import Node
from pgc.simulator.state import IsyState
from pgc.simulator.values import Reading, scale

HEARTBEAT_ALLOWANCE = 90
"""Seconds until the next heartbeat at the latest, as real controllers promise; they send one every 30."""

_NAMES = {"ST": "Status", "OL": "On Level", "RR": "Ramp Rate"}
"""What captures show where a profile names the driver nowhere."""


def heartbeat(now: float) -> Event:
    return Event(now, "_0", str(HEARTBEAT_ALLOWANCE))


def busy(now: float, is_busy: bool) -> Event:
    return Event(now, "_5", str(int(is_busy)))


class Narrator:
    def __init__(self, state: IsyState) -> None:
        self._state = state

    def tell(self, change: Change) -> Iterator[Event]:
        """The events of a change in their order; most changes of connections and profiles have none.

        Drivers are told by `reading`, since a new subscriber hears of them too.
        """
        now = time.time()
        if isinstance(change, CommandReported):
            yield _command(change, now)
        elif isinstance(change, NodeAdded | NodeRemoved | NodeChanged):
            yield from self._node_events(change, now)

    def reading(self, node: Node, driver: str, reading: Reading) -> Event:
        """A driver's value, with the words of the profile as it is now."""
        definitions = self._state.profiles[node.slot].definitions
        digits, prec = reading.scaled
        return Event(
            time=reading.time,
            control=driver,
            action=str(digits),
            node=node.address,
            measure=Measure(reading.uom, prec),
            shown=Shown(
                shown_value(node.nodedefid, driver, reading, definitions),
                definitions.driver_name(node.nodedefid, driver) or _NAMES.get(driver, ""),
            ),
        )

    def _node_events(self, change: NodeAdded | NodeRemoved | NodeChanged, now: float) -> Iterator[Event]:
        """Bracketed by busy and idle: captured around an added node, ours around the others."""
        told = self._told(change)
        if told is not None:
            action, info = told
            yield busy(now, True)
            yield Event(now, "_3", action, change.address, info)
            yield busy(now, False)

    def _told(self, change: NodeAdded | NodeRemoved | NodeChanged) -> tuple[str, str] | None:
        """The action of the event and its info; None where an ISY says nothing."""
        if isinstance(change, NodeRemoved):
            return "NR", ""
        node = self._state.nodes[change.address]
        if isinstance(change, NodeAdded):
            return "ND", node_element(node)
        match change.part:
            case NodePart.NAME:
                return "NN", f"<newName>{escape(node.name)}</newName>"
            case NodePart.ENABLED:
                return "EN", f"<enabled>{str(node.enabled).lower()}</enabled>"
            case NodePart.PARENT:
                return "PC", _parentage(node)
            case NodePart.NODEDEF:
                return "NI", ""
            case NodePart.HINT:
                return None


def _command(change: CommandReported, now: float) -> Event:
    """A command without a value has the action 0; how a value is told, no page says, so it is told as a driver's."""
    scaled = scale(change.value) if change.value is not None else None
    if scaled is None:
        return Event(now, change.command, "0", change.address)
    measure = None if change.uom is None else Measure(change.uom, scaled.prec)
    return Event(now, change.command, str(scaled.digits), change.address, measure=measure)


def _parentage(node: Node) -> str:
    kind = "<nodeType>1</nodeType>"
    return f"<node>{node.address}</node>{kind}<parent>{node.parent}</parent><parentType>1</parentType>"
