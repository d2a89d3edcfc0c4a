"""The nodes of the ISY: who is there, who belongs to whom, and what was last reported of each driver."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pgc.simulator.addresses import refusal
from pgc.simulator.outcomes import ACCEPTED, BAD_REQUEST, NOT_FOUND, Outcome, Reason
from pgc.simulator.values import Reading

MAX_DRIVERS = 100
"""Drivers one node may report where no nodedef says which it has."""

_NODEDEF_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_HINT = re.compile(r"0x[0-9a-fA-F]{8}")


@dataclass(slots=True)
class Node:
    """`address`, `primary` and `parent` carry the slot's prefix; `parent` is what SetParent said."""

    address: str
    slot: int
    name: str
    nodedefid: str
    primary: str
    nls: str = ""
    parent: str | None = None
    hint: bytes = bytes(4)
    enabled: bool = True
    drivers: dict[str, Reading] = field(default_factory=dict)

    @property
    def is_primary(self) -> bool:
        return self.primary == self.address


class Nodes(Mapping[str, Node]):
    """All of them by address, in the order they came. What changes them returns the ISY's outcome."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._nodes: dict[str, Node] = {}

    def __getitem__(self, address: str) -> Node:
        return self._nodes[address]

    def __iter__(self) -> Iterator[str]:
        return iter(self._nodes)

    def __len__(self) -> int:
        return len(self._nodes)

    def add(self, node: Node) -> Outcome:
        """Over the limit a real ISY reports no error and adds nothing; so do we."""
        refused = refusal(node.slot, node.address) or self._refusal(node) or self._primary_refusal(node)
        if refused is not None:
            return refused
        if len(self._nodes) < self.limit:
            self._nodes[node.address] = node
        return ACCEPTED

    def remove(self, slot: int, address: str) -> Outcome:
        refused = self._missing(slot, address)
        if refused is not None:
            return refused
        if any(other.primary == address and other.address != address for other in self._nodes.values()):
            return Outcome.refused(Reason.PRIMARY_OF_ANOTHER_NODE)
        del self._nodes[address]
        for orphan in self._nodes.values():
            orphan.parent = None if orphan.parent == address else orphan.parent
        return ACCEPTED

    def change(self, slot: int, address: str, nodedefid: str, nls: str) -> Outcome:
        """Another nodedef for a node; an nls that is not given stays as it was."""
        refused = self._missing(slot, address)
        if refused is not None:
            return refused
        if _NODEDEF_ID.fullmatch(nodedefid) is None:
            return Outcome.refused(Reason.INVALID_NODE_DEF_ID)
        node = self._nodes[address]
        node.nodedefid, node.nls = nodedefid, nls or node.nls
        return ACCEPTED

    def set_hint(self, slot: int, address: str, hint: str) -> Outcome:
        """`0x01020304`; anything else is 400 (ours: no page says)."""
        refused = self._missing(slot, address)
        if refused is not None:
            return refused
        if _HINT.fullmatch(hint) is None:
            return BAD_REQUEST
        self._nodes[address].hint = bytes.fromhex(hint[2:])
        return ACCEPTED

    def set_parent(self, address: str, parent: str) -> Outcome:
        """Group a node under another one; 404 if either is missing (ours: only the 200 is known)."""
        if address not in self._nodes or parent not in self._nodes:
            return NOT_FOUND
        self._nodes[address].parent = parent
        return ACCEPTED

    def rename(self, address: str, name: str) -> Outcome:
        if address not in self._nodes:
            return NOT_FOUND
        if not _is_name(name):
            return Outcome.refused(Reason.INVALID_NODE_NAME)
        self._nodes[address].name = name
        return ACCEPTED

    def set_enabled(self, address: str, enabled: bool) -> Outcome:
        if address not in self._nodes:
            return NOT_FOUND
        self._nodes[address].enabled = enabled
        return ACCEPTED

    def _missing(self, slot: int, address: str) -> Outcome | None:
        if address in self._nodes:
            return refusal(slot, address)
        return refusal(slot, address) or Outcome.refused(Reason.NODE_NOT_FOUND)

    def _refusal(self, node: Node) -> Outcome | None:
        if node.address in self._nodes:
            return Outcome.refused(Reason.NODE_ALREADY_EXISTS)
        if _NODEDEF_ID.fullmatch(node.nodedefid) is None:
            return Outcome.refused(Reason.INVALID_NODE_DEF_ID)
        if not _is_name(node.name):
            return Outcome.refused(Reason.INVALID_NODE_NAME)
        return None

    def _primary_refusal(self, node: Node) -> Outcome | None:
        if node.is_primary:
            return None
        refused = refusal(node.slot, node.primary, Reason.PRIMARY_INVALID_ADDRESS, Reason.PRIMARY_WRONG_PROFILE)
        if refused is not None:
            return refused
        primary = self._nodes.get(node.primary)
        if primary is None:
            return Outcome.refused(Reason.PRIMARY_NOT_FOUND)
        return None if primary.is_primary else Outcome.refused(Reason.PRIMARY_NOT_A_PRIMARY)


def _is_name(text: str) -> bool:
    return bool(text) and text.isprintable()
