"""NodeServers over HTTP."""

from pathlib import Path

from fastapi import APIRouter, status

from pgc.api.configuration import add_configuration_routes
from pgc.api.deletions import add_deletion_routes
from pgc.api.installs import add_install_routes
from pgc.api.logs import add_log_routes
from pgc.api.shapes import ApiShape, NodeServerShape, NodeShape, PythonShape
from pgc.isy.manager import IsyManager
from pgc.nodeservers.deletions import Deletions
from pgc.nodeservers.manager import Manager


def nodeserver_routes(manager: Manager, isys: IsyManager, deletions: Deletions, uploads: Path) -> APIRouter:
    router = APIRouter(prefix="/nodeservers", tags=["NodeServers"])
    add_install_routes(router, manager, isys, uploads)
    _add_life_routes(router, manager)
    _add_state_routes(router, manager)
    add_log_routes(router, manager)
    add_configuration_routes(router, manager)
    add_deletion_routes(router, manager, deletions)
    return router


def _add_life_routes(router: APIRouter, manager: Manager) -> None:
    @router.get("")
    async def list_nodeservers() -> list[NodeServerShape]:
        return [NodeServerShape.of(nodeserver) for nodeserver in manager.all()]

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

    @router.put("/{worker}/python")
    async def choose_python(worker: str, chosen: PythonShape) -> NodeServerShape:
        """The Python that it runs on from its next start on; what it needs is installed before the answer."""
        return NodeServerShape.of(await manager.choose_python(worker, chosen.python))
