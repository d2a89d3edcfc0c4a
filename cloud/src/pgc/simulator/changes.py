"""What happened to the ISY, told to its observers one by one in order: the seam where event transports plug in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from pgc.simulator.commands import Param
from pgc.simulator.connections import Connection
from pgc.simulator.profiles import Kind


@dataclass(frozen=True, slots=True)
class NodeAdded:
    address: str
    name: str
    nodedefid: str
    primary: str


@dataclass(frozen=True, slots=True)
class NodeRemoved:
    address: str


class NodePart(StrEnum):
    NAME = "name"
    NODEDEF = "nodedef"
    HINT = "hint"
    PARENT = "parent"
    ENABLED = "enabled"


@dataclass(frozen=True, slots=True)
class NodeChanged:
    """Something other than a driver; the node itself says what it is now."""

    address: str
    part: NodePart


@dataclass(frozen=True, slots=True)
class DriverReported:
    """`value` is the text as reported; `changed` is false if it means what was there before."""

    address: str
    driver: str
    value: str
    uom: int
    changed: bool


@dataclass(frozen=True, slots=True)
class CommandReported:
    address: str
    command: str
    value: str | None = None
    uom: int | None = None
    params: Mapping[str, Param] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProfileUploaded:
    slot: int
    kind: Kind
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class ProfileRemoved:
    slot: int


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """`connection` is None when the slot became free."""

    slot: int
    connection: Connection | None


@dataclass(frozen=True, slots=True)
class RequestAnswered:
    slot: int
    request_id: str
    success: bool


Change: TypeAlias = (
    NodeAdded
    | NodeRemoved
    | NodeChanged
    | DriverReported
    | CommandReported
    | ProfileUploaded
    | ProfileRemoved
    | ConnectionChanged
    | RequestAnswered
)
Observer: TypeAlias = Callable[[Change], None]
"""Called within the operation: it must neither wait nor raise."""
