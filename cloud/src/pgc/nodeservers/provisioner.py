"""Brings slot, profile and nodes to the ISY: in order for each NodeServer, however long the ISY is away."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from pathlib import Path

from pgc.isy import slots
from pgc.isy.errors import IsyError, IsyUnreachable
from pgc.isy.nodes import NewNode, NodeOutcome
from pgc.nodeservers.additions import Addition
from pgc.nodeservers.events import NodeAdded, NodeRemoved
from pgc.nodeservers.nodes import Node
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.outbound import Outbound
from pgc.nodeservers.profiles import Profiles
from pgc.nodeservers.steps import Step, Steps, may_pass
from pgc.storage.records import NodeRecord
from pgc.storage.storage import Storage
from pgc_interface import wire

_REMOVAL = 30.0
"""Seconds that one node may take when all are removed."""


class Provisioner:
    """`callback` makes the URL under which an ISY reaches one of its slots."""

    def __init__(self, storage: Storage, outbound: Outbound, callback: Callable[[NodeServer], Awaitable[str]]) -> None:
        self._storage = storage
        self._outbound = outbound
        self._callback = callback
        self._profiles = Profiles(storage, outbound)
        self._steps = Steps()
        self._profiles_due: set[str] = set()

    def begin(self, nodeserver: NodeServer) -> None:
        """From now on this NodeServer's steps are worked off."""
        self._steps.begin(nodeserver)

    async def end(self, nodeserver: NodeServer) -> None:
        """Drops what waits."""
        await self._steps.end(nodeserver)
        self._profiles_due.discard(nodeserver.worker)

    async def register(self, nodeserver: NodeServer) -> None:
        """Makes the slot ours, at once if the ISY answers and otherwise when it is back.

        Raises:
            SlotOccupied, IsyRefused, IsyUnauthorized: the ISY answered, and the slot cannot be had.
        """
        try:
            await self._register(nodeserver)
        except IsyError as error:
            if not may_pass(error):
                raise
            nodeserver.journal.remark(f"{error}; slot {nodeserver.slot} will be set up when it answers", "WARNING")
            self._steps.put(nodeserver, partial(self._register, nodeserver))

    async def resume(self, nodeserver: NodeServer) -> None:
        """After a restart of the platform: does what was on its way to the ISY when it ended."""
        self._steps.put(nodeserver, partial(self._register, nodeserver))
        if await self._profiles.is_due(nodeserver):
            self.profile(nodeserver)
        records = [node.record for node in nodeserver.nodes.values()]
        missing = [Addition(record, {}) for record in records if not (record.on_isy or record.deleted)]
        if missing:
            self.add(nodeserver, missing, single=False)

    def then(self, nodeserver: NodeServer, step: Step) -> None:
        """Does this when its turn comes, however much waits."""
        self._steps.put(nodeserver, step, always=True)

    async def bring(self, nodeserver: NodeServer, nodes: list[Node]) -> list[wire.NodeResult]:
        """Adds nodes that were on the ISY before; a step for :meth:`then`."""
        return await self._add_all(nodeserver, [Addition(node.record, {}) for node in nodes])

    def profile(self, nodeserver: NodeServer) -> None:
        """Sends the profile as it is stored when its turn comes: asked for again before that, it still goes once."""
        step = partial(self._install_profile, nodeserver)
        if nodeserver.worker not in self._profiles_due and self._steps.put(nodeserver, step):
            self._profiles_due.add(nodeserver.worker)

    async def profile_of(self, nodeserver: NodeServer, folder: Path) -> None:
        """Brings the profile in this folder, where it is due: for a run that cannot send it."""
        if await self._profiles.take(nodeserver, folder):
            self.profile(nodeserver)

    def add(self, nodeserver: NodeServer, added: list[Addition], *, single: bool) -> None:
        self._steps.put(nodeserver, partial(self._add, nodeserver, added, single))

    def remove(self, nodeserver: NodeServer, addresses: list[str], *, single: bool) -> None:
        """A node that is added again while its removal waits is another one, and stays."""
        leaving = [(address, nodeserver.nodes.get(address)) for address in addresses]
        self._steps.put(nodeserver, partial(self._remove, nodeserver, leaving, single))

    async def clear(self, nodeserver: NodeServer) -> None:
        """Drops what waits, and takes all nodes and the slot from the ISY.

        Raises:
            IsyError: the ISY is off or keeps the slot; the nodes that are left can be removed later.
        """
        await self.end(nodeserver)
        try:
            await self._clear(nodeserver)
        except IsyError:
            self.begin(nodeserver)
            raise

    async def _clear(self, nodeserver: NodeServer) -> None:
        """Children before their primaries; asks for the slot first, since the reporter waits while the ISY is off."""
        await nodeserver.isy.client.connection(nodeserver.slot)
        last = sorted(nodeserver.nodes.values(), key=lambda node: node.record.primary == node.record.address)
        for node in last:
            await self._remove_in_time(nodeserver, node)
        nodeserver.isy.reporter.forget(nodeserver.slot)
        await slots.release(nodeserver.isy.client, nodeserver.slot, await self._callback(nodeserver))

    async def _remove_in_time(self, nodeserver: NodeServer, node: Node) -> None:
        try:
            async with asyncio.timeout(_REMOVAL):
                await self._remove_one(nodeserver, node.record.address, node)
        except TimeoutError:
            raise IsyUnreachable(f"the ISY did not remove node {node.record.address} in {_REMOVAL:g} seconds") from None

    async def _register(self, nodeserver: NodeServer) -> None:
        await slots.register(
            nodeserver.isy.client,
            nodeserver.slot,
            name=nodeserver.record.name,
            callback_url=await self._callback(nodeserver),
            login=nodeserver.slot_login,
        )

    async def _install_profile(self, nodeserver: NodeServer) -> None:
        self._profiles_due.discard(nodeserver.worker)
        await self._profiles.install(nodeserver)

    async def _add(self, nodeserver: NodeServer, added: list[Addition], single: bool) -> None:
        results = await self._add_all(nodeserver, added)
        result = wire.Result(addnode=results[0] if single and len(results) == 1 else results)
        await self._outbound.send(nodeserver, wire.Downstream(result=result))
        if any(new.record.is_controller for new in added):
            await self._profiles.first_run_over(nodeserver)
        # An original client adds its controller again with each config that lacks it.
        if any(result.success for result in results) or not (nodeserver.run and nodeserver.run.original):
            await self._outbound.config(nodeserver)

    async def _add_all(self, nodeserver: NodeServer, added: list[Addition]) -> list[wire.NodeResult]:
        """Primaries one by one, since their children need them; then the children side by side."""
        results = [await self._add_one(nodeserver, new) for new in added if _is_primary(new)]
        children = [new for new in added if not _is_primary(new)]
        return results + await asyncio.gather(*(self._add_one(nodeserver, new) for new in children))

    async def _add_one(self, nodeserver: NodeServer, new: Addition) -> wire.NodeResult:
        record = new.record
        if new.refused:
            nodeserver.journal.remark(f"node {record.address} was not added: {new.refused}", "ERROR")
            return wire.NodeResult(success=False, address=record.address, reason=new.refused)
        node = nodeserver.nodes.get(record.address)
        if node is not None and node.record.deleted:
            nodeserver.journal.remark(f"node {record.address} stays away from the ISY, where it was deleted")
            return wire.NodeResult(success=True, address=record.address, statusCode=HTTPStatus.OK)
        outcome = await nodeserver.isy.reporter.add_node(nodeserver.slot, _for_isy(record))
        if outcome.success:
            await self._now_on_isy(nodeserver, record)
        else:
            nodeserver.journal.remark(f"the ISY did not add node {record.address}: {outcome.reason}", "ERROR")
        return _result(record.address, outcome)

    async def _now_on_isy(self, nodeserver: NodeServer, record: NodeRecord) -> None:
        node = nodeserver.nodes.get(record.address)
        record = replace(node.record if node else record, on_isy=True, deleted=False)
        if node is not None:
            node.record = record
            report_again(nodeserver, node)
            await self._keep_values(nodeserver, node)
        async with self._storage.database.saving() as tx:
            await self._storage.nodes.put(tx, nodeserver.worker, record)
        nodeserver.tell(
            NodeAdded(nodeserver=nodeserver.worker, address=record.address, name=record.name, nodedef=record.nodedef)
        )
        run = nodeserver.run
        if record.is_controller and run is not None:
            nodeserver.isy.reporter.controller_state(nodeserver.slot, record.address, run.connected)

    async def _keep_values(self, nodeserver: NodeServer, node: Node) -> None:
        """An original client takes over the drivers of each config. So its config must never lack them, not even after
        a crash of the platform: they are written before the node counts as being there."""
        if node.drivers and nodeserver.run and nodeserver.run.original:
            await self._storage.values.put((nodeserver.worker, node.driver_record(name)) for name in node.drivers)

    async def _remove(self, nodeserver: NodeServer, leaving: list[tuple[str, Node | None]], single: bool) -> None:
        results = [await self._remove_one(nodeserver, address, node) for address, node in leaving]
        result = wire.Result(removenode=results[0] if single and len(results) == 1 else results)
        await self._outbound.send(nodeserver, wire.Downstream(result=result))
        await self._outbound.config(nodeserver)

    async def _remove_one(self, nodeserver: NodeServer, address: str, leaving: Node | None) -> wire.NodeResult:
        outcome = await nodeserver.isy.reporter.remove_node(nodeserver.slot, address)
        if outcome.success:
            await self._off_isy(nodeserver, address, leaving)
            if leaving is not None:
                nodeserver.tell(NodeRemoved(nodeserver=nodeserver.worker, address=address))
        else:
            nodeserver.journal.remark(f"the ISY did not remove node {address}: {outcome.reason}", "ERROR")
        return _result(address, outcome)

    async def _off_isy(self, nodeserver: NodeServer, address: str, leaving: Node | None) -> None:
        again = nodeserver.nodes.get(address)
        if again is leaving:
            nodeserver.nodes.pop(address, None)
            again = None
        async with self._storage.database.saving() as tx:
            await self._storage.nodes.drop(tx, nodeserver.worker, address)
            if again is not None:
                again.record = replace(again.record, on_isy=False)
                await self._storage.nodes.put(tx, nodeserver.worker, again.record)
        for driver in again.drivers.values() if again else ():
            driver.confirmed = False


def report_again(nodeserver: NodeServer, node: Node) -> None:
    """Where the node was removed just before, the reporter forgot its values; what the ISY holds is not sent."""
    for name, driver in node.drivers.items():
        nodeserver.isy.reporter.report(nodeserver.slot, node.record.address, name, driver.value, driver.uom)


def _is_primary(new: Addition) -> bool:
    return new.record.primary == new.record.address


def _for_isy(record: NodeRecord) -> NewNode:
    return NewNode(
        address=record.address, name=record.name, nodedefid=record.nodedef, primary=record.primary, hint=record.hint
    )


def _result(address: str, outcome: NodeOutcome) -> wire.NodeResult:
    return wire.NodeResult(success=outcome.success, address=address, statusCode=outcome.status, reason=outcome.reason)
