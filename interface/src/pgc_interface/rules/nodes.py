"""The nodes that a frame adds, as they are kept, and what is wrong with those that cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Collection

import msgspec

from pgc_interface import wire

from .addresses import check, clean_name
from .errors import BadAddress

MOST_NODES = 1000
"""Of one NodeServer: what an ISY994 has room for in all."""


@dataclass(frozen=True)
class NewNode:
    """`node` has its name as an ISY takes it. `refused` says why it cannot be added, and is empty where it can."""

    node: wire.AddNode
    hint: str | None = None
    refused: str = ""


def new_nodes(frame: wire.Upstream, known: Collection[str]) -> list[NewNode]:
    """All that the frame adds, single or in a batch; `known` are the addresses that the NodeServer has already."""
    single = [frame.addnode] if frame.addnode else []
    batch = frame.batch.addnode if frame.batch else []
    taken = set(known)
    return [_checked(node, taken) for node in (*single, *batch)]


def _checked(node: wire.AddNode, taken: set[str]) -> NewNode:
    """`taken` grows with each node that there is room for."""
    clean = msgspec.structs.replace(node, name=clean_name(node.name) or node.address)
    refused = _wrong_with(node) or _no_room(node, taken)
    if not refused:
        taken.add(node.address)
    return NewNode(clean, _hint(node.hint), refused)


def _wrong_with(node: wire.AddNode) -> str:
    if not node.nodedefid:
        return "it has no nodedef: give its class an `id`"
    try:
        check(node.address)
        check(node.primary)
    except BadAddress as error:
        return str(error)
    return ""


def _no_room(node: wire.AddNode, taken: set[str]) -> str:
    full = len(taken) >= MOST_NODES and node.address not in taken
    return f"a NodeServer has at most {MOST_NODES} nodes" if full else ""


def _hint(hint: str | list[int] | None) -> str | None:
    """``0x01020304``; NodeServers give that text or four numbers."""
    if isinstance(hint, list):
        return "0x" + "".join(f"{number & 0xFF:02x}" for number in hint)
    return hint
