"""ISYs over HTTP."""

from fastapi import APIRouter, status

from pgc.api.shapes import IsyShape, NewIsy
from pgc.isy.manager import IsyManager
from pgc.nodeservers.errors import NotPossibleNow
from pgc.nodeservers.manager import Manager


def isy_routes(isys: IsyManager, manager: Manager) -> APIRouter:
    router = APIRouter(prefix="/isys", tags=["ISYs"])

    @router.get("")
    async def list_isys() -> list[IsyShape]:
        return [IsyShape.of(isy) for isy in isys.all()]

    @router.post("", status_code=status.HTTP_201_CREATED)
    async def add_isy(new: NewIsy) -> IsyShape:
        return IsyShape.of(await isys.add(**new.model_dump()))

    @router.delete("/{isy}", status_code=status.HTTP_204_NO_CONTENT)
    async def remove_isy(isy: str) -> None:
        if any(nodeserver.isy.id == isy for nodeserver in manager.all()):
            raise NotPossibleNow("this ISY still has NodeServers", hint="remove them first")
        await isys.remove(isy)

    return router
