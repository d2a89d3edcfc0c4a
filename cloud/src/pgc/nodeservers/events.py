"""What NodeServers tell the bus."""

from dataclasses import dataclass
from enum import StrEnum

from pgc.events import Event
from pgc.nodeservers.states import State
from pgc.workers.logs import LogEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChanged(Event):
    state: State
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogWritten(Event):
    entry: LogEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeAdded(Event):
    """The ISY has this node now."""

    address: str
    name: str
    nodedef: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRemoved(Event):
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeDeleted(Event):
    """Someone deleted this node on the ISY; `NodeAdded` follows if it is added again."""

    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverConfirmed(Event):
    """The ISY holds this value now."""

    address: str
    driver: str
    value: str
    uom: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesChanged(Event):
    notices: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesTimed(Event):
    """Which of its notices are temporary, or for how long, has changed."""


class Way(StrEnum):
    TO_NODESERVER = "to nodeserver"
    TO_ISY = "to isy"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandPassed(Event):
    way: Way
    address: str
    command: str
    value: str | None
    uom: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledByIsy(Event):
    """The ISY called its slot's connection: a command, a query or a status request."""
