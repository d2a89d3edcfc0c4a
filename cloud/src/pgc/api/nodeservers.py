"""NodeServers over HTTP."""

import logging
from pathlib import Path
from typing import Any

from fastapi import APIRouter, status

from pgc.api.shapes import LogShape, MapPatch, NewNodeServer, NodeServerShape, NodeShape
from pgc.isy.manager import IsyManager
from pgc.nodeservers.manager import Manager
from pgc_interface import wire

_log = logging.getLogger(__name__)


def nodeserver_routes(manager: Manager, isys: IsyManager) -> APIRouter:
    router = APIRouter(prefix="/nodeservers", tags=["NodeServers"])
    _add_life_routes(router, manager, isys)
    _add_state_routes(router, manager)
    return router


def _add_life_routes(router: APIRouter, manager: Manager, isys: IsyManager) -> None:
    @router.get("")
    async def list_nodeservers() -> list[NodeServerShape]:
        return [NodeServerShape.of(nodeserver) for nodeserver in manager.all()]

    @router.post("", status_code=status.HTTP_201_CREATED)
    async def add_nodeserver(new: NewNodeServer) -> NodeServerShape:
        """Installs the NodeServer in a folder; it is stopped afterwards."""
        isy = isys.get(new.isy)
        added = await manager.add(isy, Path(new.folder), slot=new.slot, name=new.name, say=_log.info)
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

    @router.get("/{worker}/log")
    async def read_log(worker: str) -> list[LogShape]:
        return [LogShape.of(entry) for entry in manager.get(worker).journal.entries()]

    @router.get("/{worker}/params")
    async def read_params(worker: str) -> dict[str, Any]:
        return manager.get(worker).saved.params

    @router.patch("/{worker}/params")
    async def change_params(worker: str, patch: MapPatch) -> dict[str, Any]:
        change = wire.Upstream(patchparams=wire.Patch(set=patch.set, unset=patch.unset))
        return (await manager.change(worker, change)).saved.params

    @router.get("/{worker}/notices")
    async def read_notices(worker: str) -> dict[str, str]:
        return manager.get(worker).saved.notices

    @router.delete("/{worker}/notices/{key}", status_code=status.HTTP_204_NO_CONTENT)
    async def dismiss_notice(worker: str, key: str) -> None:
        await manager.change(worker, wire.Upstream(removenotice=wire.NoticeRef(key=key)))
