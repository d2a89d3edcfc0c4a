"""NodeServers over HTTP."""

import logging
from pathlib import Path

from fastapi import APIRouter, status

from pgc.api.configuration import add_configuration_routes
from pgc.api.deletions import add_deletion_routes
from pgc.api.shapes import ApiShape, LogShape, NewNodeServer, NodeServerShape, NodeShape
from pgc.isy.manager import IsyManager
from pgc.nodeservers.deletions import Deletions
from pgc.nodeservers.manager import Manager

_log = logging.getLogger(__name__)


def nodeserver_routes(manager: Manager, isys: IsyManager, deletions: Deletions) -> APIRouter:
    router = APIRouter(prefix="/nodeservers", tags=["NodeServers"])
    _add_life_routes(router, manager, isys)
    _add_state_routes(router, manager)
    add_configuration_routes(router, manager)
    add_deletion_routes(router, manager, deletions)
    return router


def _add_life_routes(router: APIRouter, manager: Manager, isys: IsyManager) -> None:
    @router.get("")
    async def list_nodeservers() -> list[NodeServerShape]:
        return [NodeServerShape.of(nodeserver) for nodeserver in manager.all()]

    @router.post("", status_code=status.HTTP_201_CREATED)
    async def add_nodeserver(new: NewNodeServer) -> NodeServerShape:
        """Installs the NodeServer in a folder; it is stopped afterwards."""
        isy = isys.get(new.isy)
        added = await manager.add(isy, Path(new.folder), slot=new.slot, name=new.name, api=new.api, say=_log.info)
        return NodeServerShape.of(added)

    @router.get("/{worker}")
    async def get_nodeserver(worker: str) -> NodeServerShape:
        return NodeServerShape.of(manager.get(worker))

    @router.delete("/{worker}", status_code=status.HTTP_204_NO_CONTENT)
    async def remove_nodeserver(worker: str) -> None:
        """Takes its nodes and slot from the ISY; its data is kept for 30 days."""
        await manager.remove(worker)

    @router.post("/{worker}/start")
    async def start_nodeserver(worker: str) -> NodeServerShape:
        return NodeServerShape.of(await manager.start(worker))

    @router.post("/{worker}/stop")
    async def stop_nodeserver(worker: str) -> NodeServerShape:
        return NodeServerShape.of(await manager.stop(worker))

    @router.post("/{worker}/restart")
    async def restart_nodeserver(worker: str) -> NodeServerShape:
        return NodeServerShape.of(await manager.restart(worker))


def _add_state_routes(router: APIRouter, manager: Manager) -> None:
    @router.get("/{worker}/nodes")
    async def list_nodes(worker: str) -> list[NodeShape]:
        return [NodeShape.of(node) for node in manager.get(worker).nodes.values()]

    @router.put("/{worker}/api")
    async def choose_api(worker: str, chosen: ApiShape) -> NodeServerShape:
        """The dialect that it is run in from its next start on; what it needs is installed before the answer."""
        return NodeServerShape.of(await manager.choose_api(worker, chosen.api))

    @router.get("/{worker}/log")
    async def read_log(worker: str) -> list[LogShape]:
        return [LogShape.of(entry) for entry in manager.get(worker).journal.entries()]
