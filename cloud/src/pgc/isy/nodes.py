"""A node on its way to the ISY, and what came of it. Addresses are without the slot's prefix."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NewNode:
    """`primary` is the node's own address where it stands alone; `hint` is text such as ``0x01020304``."""

    address: str
    name: str
    nodedefid: str
    primary: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class NodeOutcome:
    """`status` is the ISY's HTTP status, 0 where it was not asked; `reason` says in words why it failed."""

    success: bool
    status: int
    reason: str | None = None
