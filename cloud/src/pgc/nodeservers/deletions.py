"""Nodes that were deleted on the ISY: added again, or marked and left alone, as the owner chose for the NodeServer.

Unless the owner says otherwise they are added again: a NodeServer takes what it has added for present, and an ISY that
was replaced or had an old backup restored would otherwise stay without nodes until someone noticed. A node that is
marked stays away, even when its NodeServer adds it again at its next start; its values wait.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from pgc.nodeservers.errors import NotPossibleNow
from pgc.nodeservers.events import NodeDeleted
from pgc.nodeservers.nodes import Node
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.provisioner import Provisioner, report_again
from pgc.storage.records import OnDeletion
from pgc.storage.storage import Storage

_NAMED = 10
"""Nodes that one line of the log names."""


class Deletions:
    """What is to be done takes its turn among the NodeServer's other steps towards the ISY."""

    def __init__(self, storage: Storage, provisioner: Provisioner) -> None:
        self._storage = storage
        self._provisioner = provisioner

    def missing(self, nodeserver: NodeServer, addresses: frozenset[str]) -> None:
        """The ISY had these nodes and has them no more."""
        self._provisioner.then(nodeserver, partial(self._missing, nodeserver, addresses))

    def found(self, nodeserver: NodeServer, addresses: frozenset[str]) -> None:
        """The ISY has these nodes, whoever brought them back."""
        if any(not node.record.on_isy for node in _known(nodeserver, addresses)):
            self._provisioner.then(nodeserver, partial(self._found, nodeserver, addresses))

    async def choose(self, nodeserver: NodeServer, chosen: OnDeletion) -> None:
        """From now on; with `add`, what was marked before is added as well."""
        nodeserver.record = replace(nodeserver.record, on_deletion=chosen)
        await self._storage.nodeservers.update(nodeserver.worker, on_deletion=chosen)
        marked = [node for node in nodeserver.nodes.values() if node.record.deleted]
        if chosen is OnDeletion.ADD and marked:
            self._provisioner.then(nodeserver, partial(self._add_again, nodeserver, marked))

    def bring_back(self, nodeserver: NodeServer, address: str) -> Node:
        """Adds one marked node again.

        Raises:
            NotPossibleNow: the NodeServer has no such node, or it was not deleted.
        """
        node = nodeserver.nodes.get(address)
        if node is None or not node.record.deleted:
            raise NotPossibleNow(f"{nodeserver.record.name} has no node {address} that was deleted on the ISY")
        self._provisioner.then(nodeserver, partial(self._add_again, nodeserver, [node]))
        return node

    async def _missing(self, nodeserver: NodeServer, addresses: frozenset[str]) -> None:
        nodes = [node for node in _known(nodeserver, addresses) if node.record.on_isy]
        if not nodes:
            return
        for node in nodes:
            nodeserver.tell(NodeDeleted(nodeserver=nodeserver.worker, address=node.record.address))
        if nodeserver.record.on_deletion is OnDeletion.ADD:
            nodeserver.journal.remark(f"{_names(nodes)}: not on the ISY any more; added again", "WARNING")
            await self._add_again(nodeserver, nodes)
            return
        for node in nodes:
            await self._away(nodeserver, node, deleted=True)
        nodeserver.journal.remark(f"{_names(nodes)}: deleted on the ISY; stays away, as the owner chose", "WARNING")

    async def _add_again(self, nodeserver: NodeServer, nodes: list[Node]) -> None:
        """What the ISY does not take is not tried again until it is asked for."""
        for node in nodes:
            node.record = replace(node.record, deleted=False)
        for result in await self._provisioner.bring(nodeserver, nodes):
            refused = not result.success and result.statusCode
            for node in _known(nodeserver, [result.address] if refused else []):
                await self._away(nodeserver, node, deleted=False)

    async def _found(self, nodeserver: NodeServer, addresses: frozenset[str]) -> None:
        nodes = [node for node in _known(nodeserver, addresses) if not node.record.on_isy]
        for node in nodes:
            await self._note(nodeserver, node, on_isy=True, deleted=False)
            nodeserver.isy.reporter.node_known(nodeserver.slot, node.record.address)
            report_again(nodeserver, node)
        if nodes:
            nodeserver.journal.remark(f"{_names(nodes)}: on the ISY again", "INFO")

    async def _away(self, nodeserver: NodeServer, node: Node, *, deleted: bool) -> None:
        for driver in node.drivers.values():
            driver.confirmed = False
        await self._note(nodeserver, node, on_isy=False, deleted=deleted)
        nodeserver.isy.reporter.node_away(nodeserver.slot, node.record.address)

    async def _note(self, nodeserver: NodeServer, node: Node, *, on_isy: bool, deleted: bool) -> None:
        node.record = replace(node.record, on_isy=on_isy, deleted=deleted)
        async with self._storage.database.saving() as tx:
            await self._storage.nodes.put(tx, nodeserver.worker, node.record)


def _known(nodeserver: NodeServer, addresses: Iterable[str]) -> list[Node]:
    return [nodeserver.nodes[address] for address in sorted(addresses) if address in nodeserver.nodes]


def _names(nodes: list[Node]) -> str:
    named = ", ".join(node.record.address for node in nodes[:_NAMED])
    return f"nodes {named} and {len(nodes) - _NAMED} more" if len(nodes) > _NAMED else f"node {named}"
