"""What an ISY tells those who subscribed to it: frames of XML, read into what happened.

Shapes as captured from real controllers. Values come as integers with their number of decimals.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from xml.etree.ElementTree import Element

from pgc.isy import xml
from pgc.isy.numbers import read_number

_HEARTBEAT = "_0"
_NODES = "_3"


class NodeChange(StrEnum):
    """The actions of the ISY's node events that concern an author; their words are for people."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    ENABLED = "enabled"
    DISABLED = "disabled"
    MOVED = "given another parent"
    ERROR = "in communication error"
    CLEARED = "out of communication error"


_CHANGES = {
    "ND": NodeChange.ADDED,
    "NR": NodeChange.REMOVED,
    "NN": NodeChange.RENAMED,
    "EN": NodeChange.ENABLED,
    "PC": NodeChange.MOVED,
    "NE": NodeChange.ERROR,
    "CE": NodeChange.CLEARED,
}


@dataclass(frozen=True, slots=True)
class DriverTold:
    """A driver has this value. `shown` and `name` are as the ISY shows them, from the profile.

    `before` (of all that is told): it was so when the subscription began.
    """

    time: float | None
    address: str
    driver: str
    value: str
    uom: str
    shown: str
    name: str
    before: bool = False


@dataclass(frozen=True, slots=True)
class CommandTold:
    """The node has sent this command. `value` is empty where it came without."""

    time: float | None
    address: str
    command: str
    value: str
    uom: str
    before: bool = False


@dataclass(frozen=True, slots=True)
class NodeTold:
    """`name` is what the node is called now, where the ISY says so."""

    time: float | None
    address: str
    change: NodeChange
    name: str
    before: bool = False


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The next one comes `within` seconds. The first one has the time at which the subscription began."""

    time: float | None
    within: float


Told = DriverTold | CommandTold | NodeTold


def read_frame(text: str) -> Told | Heartbeat | None:
    """None for what is none of these: the ISY's own affairs, programs, or no event at all."""
    try:
        event = xml.parse(text.encode())
    except (xml.BadXml, UnicodeEncodeError):
        return None
    control, node = _text(event, "control"), _text(event, "node")
    if event.tag != "Event" or not control:
        return None
    time = _time(event.get("timestamp", ""))
    if control == _HEARTBEAT:
        action = _text(event, "action")
        return Heartbeat(time, float(action) if action.isdecimal() and len(action) < 6 else 0.0)
    if control == _NODES:
        return _node(event, node, time)
    return None if control.startswith("_") or not node else _of_node(event, node, control, time)


def _of_node(event: Element, node: str, control: str, time: float | None) -> DriverTold | CommandTold:
    """A driver's value comes with its words, a command without."""
    action = event.find("action")
    uom, prec = ("", "") if action is None else (action.get("uom", ""), action.get("prec", ""))
    value = _value(_text(event, "action"), prec)
    if event.find("fmtAct") is not None and uom:
        return DriverTold(time, node, control, value, uom, _text(event, "fmtAct"), _text(event, "fmtName"))
    return CommandTold(time, node, control, value if uom else "", uom)


def _node(event: Element, node: str, time: float | None) -> NodeTold | None:
    change = _CHANGES.get(_text(event, "action"))
    if change is None:
        return None
    info = event.find("eventInfo")
    told = {} if info is None else {part.tag: (part.text or "").strip() for part in info.iter()}
    if told.get("enabled") == "false" and change is NodeChange.ENABLED:
        change = NodeChange.DISABLED
    return NodeTold(time, node, change, told.get("newName") or told.get("name", ""))


def _value(digits: str, prec: str) -> str:
    number = read_number(digits, prec or "0")
    return digits if number is None else f"{number:f}"


def _time(timestamp: str) -> float | None:
    try:
        return datetime.fromisoformat(timestamp).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def _text(event: Element, tag: str) -> str:
    return (event.findtext(tag) or "").strip()
