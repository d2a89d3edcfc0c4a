"""What a test sees on the ISY: nodes, their values, and what was sent there. All values are text, as on an ISY."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping, NamedTuple


class Value(NamedTuple):
    value: str
    uom: str


class Report(NamedTuple):
    """One value as it was sent to the ISY."""

    address: str
    driver: str
    value: str
    uom: str


class Command(NamedTuple):
    """One command that a node sent to the ISY (`reportCmd`)."""

    address: str
    command: str
    value: str | None
    uom: str | None


@dataclass(frozen=True)
class Node:
    """A node of the ISY; its address is without the slot's prefix."""

    address: str
    name: str
    nodedef: str
    primary: str
    hint: str | None
    is_controller: bool
    drivers: Mapping[str, Value]
