"""The nodes that a frame adds, checked against what an ISY can take."""

from dataclasses import dataclass, replace

from pgc.isy.addresses import check, clean_name
from pgc.isy.errors import BadAddress
from pgc.nodeservers.clock import now_ms
from pgc.nodeservers.nodeserver import NodeServer
from pgc.storage.records import NodeRecord
from pgc_interface import wire

MOST_NODES = 1000
"""Of one NodeServer: what an ISY994 has room for in all."""


@dataclass(frozen=True, slots=True)
class Addition:
    """One node to be added; `refused` says why it cannot be, and is empty where it can."""

    record: NodeRecord
    drivers: dict[str, wire.DriverValue]
    refused: str = ""


def additions(nodeserver: NodeServer, frame: wire.Upstream) -> list[Addition]:
    """All that the frame adds, single or in a batch."""
    single = [frame.addnode] if frame.addnode else []
    batch = frame.batch.addnode if frame.batch else []
    known = set(nodeserver.nodes)
    return [_within_bounds(_addition(nodeserver, node), known) for node in (*single, *batch)]


def _within_bounds(addition: Addition, known: set[str]) -> Addition:
    """Refuses the node beyond the last that there is room for; `known` grows with those that are taken."""
    if addition.refused:
        return addition
    if len(known) >= MOST_NODES and addition.record.address not in known:
        return replace(addition, refused=f"a NodeServer has at most {MOST_NODES} nodes")
    known.add(addition.record.address)
    return addition


def _addition(nodeserver: NodeServer, node: wire.AddNode) -> Addition:
    known = nodeserver.nodes.get(node.address)
    record = NodeRecord(
        address=node.address,
        name=clean_name(node.name) or node.address,
        nodedef=node.nodedefid,
        primary=node.primary,
        hint=_hint(node.hint),
        is_controller=node.isController,
        on_isy=known.record.on_isy if known else False,
        time_added=known.record.time_added if known else now_ms(),
    )
    if not node.nodedefid:
        return Addition(record, node.drivers, refused="it has no nodedef: give its class an `id`")
    try:
        check(node.address)
        check(node.primary)
    except BadAddress as error:
        return Addition(record, node.drivers, refused=str(error))
    return Addition(record, node.drivers)


def _hint(hint: str | list[int] | None) -> str | None:
    """``0x01020304``; NodeServers give that text or four numbers."""
    if isinstance(hint, list):
        return "0x" + "".join(f"{number & 0xFF:02x}" for number in hint)
    return hint
