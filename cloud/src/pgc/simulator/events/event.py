"""One event, and its text on the wire."""

from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import NamedTuple

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'


class Measure(NamedTuple):
    """The unit of an event's value, and how many of its digits are decimals."""

    uom: int
    prec: int


class Shown(NamedTuple):
    """A driver's value and name for people."""

    value: str
    name: str


@dataclass(frozen=True, slots=True)
class Event:
    """`control` is a driver, a command, or `_` and a number for the ISY's own affairs; `info` is XML already.

    `action` is the value as an integer, or what happened to `node`. Only drivers have `shown`.
    """

    time: float
    """Unix seconds."""
    control: str
    action: str
    node: str = ""
    info: str = ""
    measure: Measure | None = None
    shown: Shown | None = None

    def frame(self, sequence: int, sid: str) -> str:
        """The text of one frame; each subscription counts its own."""
        timestamp = datetime.fromtimestamp(self.time).astimezone().isoformat(timespec="microseconds")
        return (
            f'{_DECLARATION}<Event seqnum="{sequence}" sid="{sid}" timestamp="{timestamp}">'
            f"<control>{self.control}</control>{self._action()}<node>{self.node}</node>"
            f"<eventInfo>{self.info}</eventInfo>{self._shown()}</Event>"
        )

    def _action(self) -> str:
        if self.measure is None:
            return f"<action>{self.action}</action>"
        return f'<action uom="{self.measure.uom}" prec="{self.measure.prec}">{self.action}</action>'

    def _shown(self) -> str:
        if self.shown is None:
            return ""
        return f"<fmtAct>{escape(self.shown.value)}</fmtAct><fmtName>{escape(self.shown.name)}</fmtName>"
