"""The nodes that a frame adds, as the platform keeps them."""

from dataclasses import dataclass

from pgc.nodeservers.clock import now_ms
from pgc.nodeservers.nodeserver import NodeServer
from pgc.storage.records import NodeRecord
from pgc_interface import wire
from pgc_interface.rules.nodes import NewNode, new_nodes


@dataclass(frozen=True, slots=True)
class Addition:
    """One node to be added; `refused` says why it cannot be, and is empty where it can."""

    record: NodeRecord
    drivers: dict[str, wire.DriverValue]
    refused: str = ""


def additions(nodeserver: NodeServer, frame: wire.Upstream) -> list[Addition]:
    """All that the frame adds, single or in a batch."""
    found = new_nodes(frame, nodeserver.nodes)
    return [Addition(_record(nodeserver, new), new.node.drivers, new.refused) for new in found]


def _record(nodeserver: NodeServer, new: NewNode) -> NodeRecord:
    node = new.node
    known = nodeserver.nodes.get(node.address)
    return NodeRecord(
        address=node.address,
        name=node.name,
        nodedef=node.nodedefid,
        primary=node.primary,
        hint=new.hint,
        is_controller=node.isController,
        on_isy=known.record.on_isy if known else False,
        deleted=known.record.deleted if known else False,
        time_added=known.record.time_added if known else now_ms(),
    )
