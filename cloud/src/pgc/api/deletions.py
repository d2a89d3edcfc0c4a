"""Nodes that were deleted on the ISY, over HTTP: what becomes of them, and bringing one back."""

from fastapi import APIRouter, status

from pgc.api.shapes import NodeShape, OnDeletionShape
from pgc.nodeservers.deletions import Deletions
from pgc.nodeservers.manager import Manager


def add_deletion_routes(router: APIRouter, manager: Manager, deletions: Deletions) -> None:
    @router.put("/{worker}/on-deletion")
    async def set_on_deletion(worker: str, chosen: OnDeletionShape) -> OnDeletionShape:
        """What becomes of a node that someone deletes on the ISY: `add` it again, or `mark` it and leave it away."""
        await deletions.choose(manager.get(worker), chosen.on_deletion)
        return chosen

    @router.post("/{worker}/nodes/{address}/add", status_code=status.HTTP_202_ACCEPTED)
    async def bring_back_node(worker: str, address: str) -> NodeShape:
        """Adds a node that was deleted on the ISY, and marked, as soon as the ISY answers."""
        return NodeShape.of(deletions.bring_back(manager.get(worker), address))
