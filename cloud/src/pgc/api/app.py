"""The FastAPI application: health for everyone, the rest behind the token, errors as one shape."""

from collections.abc import Callable
from pathlib import Path

from fastapi import Depends, FastAPI, Response, status
from fastapi.security import HTTPBearer

from pgc import __version__
from pgc.api.door import Door
from pgc.api.isys import isy_routes
from pgc.api.nodeservers import nodeserver_routes
from pgc.api.problems import answer_problems
from pgc.api.shapes import Health, IsolationShape, Problem
from pgc.isy.manager import IsyManager
from pgc.nodeservers.deletions import Deletions
from pgc.nodeservers.manager import Manager
from pgc.sandbox.contract import Sandbox


def build_app(
    manager: Manager,
    isys: IsyManager,
    deletions: Deletions,
    sandbox: Sandbox,
    token: str,
    started: Callable[[], bool],
    missing: Callable[[], list[str]],
    uploads: Path,
) -> FastAPI:
    """Has the platform `started`, and which parts of it are `missing` now; `uploads` is the folder for what is sent."""
    app = FastAPI(title="Polyglot Cloud", version=__version__, responses={"4XX": {"model": Problem}})
    answer_problems(app)
    app.add_middleware(Door, token=token, started=started)
    shown = [Depends(HTTPBearer(auto_error=False, description="the token of the file api-token"))]
    app.include_router(isy_routes(isys, manager), prefix="/api", dependencies=shown)
    app.include_router(nodeserver_routes(manager, isys, deletions, uploads), prefix="/api", dependencies=shown)

    @app.get("/api/isolation", tags=["health"], dependencies=shown)
    def isolation() -> IsolationShape:
        """What keeps NodeServers from this machine and from each other."""
        return IsolationShape.of(sandbox)

    @app.get("/health", tags=["health"])
    async def health() -> Health:
        """The process lives."""
        return Health(status="ok")

    @app.get("/ready", tags=["health"])
    async def ready(response: Response) -> Health:
        """Every part is up; 503 and their names otherwise."""
        waiting = missing()
        if waiting:
            response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
        return Health(status="not ready" if waiting else "ok", waiting_for=waiting)

    return app
