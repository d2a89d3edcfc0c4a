"""NodeServers taken from a git repository, a zip or a folder, installed, updated and set back, over HTTP."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request, status
from starlette.requests import ClientDisconnect

from pgc.api.shapes import NewNodeServer, NewVersion, NodeServerShape, Upload
from pgc.bundles.archive import LARGEST
from pgc.bundles.errors import SourceError
from pgc.bundles.files import in_thread
from pgc.bundles.sources import Source
from pgc.isy.manager import IsyManager
from pgc.nodeservers.enlisting import NewNodeServer as New
from pgc.nodeservers.manager import Manager

_AT_ONCE = 1024 * 1024
"""Bytes of an upload that are written together."""
_ACCEPTED = status.HTTP_202_ACCEPTED
_ZIP = {"requestBody": {"required": True, "content": {"application/zip": {}}}}
"""For OpenAPI: the body is not read by FastAPI."""


def add_install_routes(router: APIRouter, manager: Manager, isys: IsyManager, uploads: Path) -> None:
    _add_new_routes(router, manager, isys, uploads)
    _add_version_routes(router, manager, uploads)


def _add_new_routes(router: APIRouter, manager: Manager, isys: IsyManager, uploads: Path) -> None:
    @router.post("", status_code=_ACCEPTED)
    async def add_nodeserver(new: NewNodeServer) -> NodeServerShape:
        """Begins to install a NodeServer; its log tells how that goes on, `installed` waits for the end.

        It is stopped afterwards, unless it was told to start meanwhile.
        """
        source = _source(new)
        wanted = New(source, new.slot, new.name, new.api, python=new.python)
        return NodeServerShape.of(await manager.enlist(isys.get(new.isy), wanted))

    @router.post("/upload", status_code=_ACCEPTED, openapi_extra=_ZIP)
    async def add_nodeserver_from_zip(request: Request, new: Annotated[Upload, Query()]) -> NodeServerShape:
        """The same for a zip, which is the body."""
        isy = isys.get(new.isy)
        async with _received(request, uploads) as upload:
            wanted = New(Source.zip(upload, new.filename), new.slot, new.name, new.api, python=new.python)
            return NodeServerShape.of(await manager.enlist(isy, wanted))


def _add_version_routes(router: APIRouter, manager: Manager, uploads: Path) -> None:
    @router.get("/{worker}/installed")
    async def wait_until_installed(worker: str) -> NodeServerShape:
        """Answers once nothing is being installed for it: what came of it tell `state` and `install_failure`."""
        return NodeServerShape.of(await manager.installed(worker))

    @router.post("/{worker}/install", status_code=_ACCEPTED)
    async def install_again(worker: str) -> NodeServerShape:
        """Begins to install again what it has, or was to have: after a failure, or where files of it are damaged."""
        return NodeServerShape.of(manager.install(worker))

    @router.post("/{worker}/update", status_code=_ACCEPTED)
    async def update_nodeserver(worker: str, version: NewVersion) -> NodeServerShape:
        """Begins to install what its source has now, or another source; it goes on until that is installed.

        Then it is restarted, if it is to run. What it has saved stays.
        """
        source = _source(version) if version.git or version.folder else None
        return NodeServerShape.of(manager.update(worker, source, version.ref))

    @router.post("/{worker}/update/upload", status_code=_ACCEPTED, openapi_extra=_ZIP)
    async def update_from_zip(request: Request, worker: str, filename: str = "") -> NodeServerShape:
        """The same with a zip, which is the body."""
        manager.get(worker)
        async with _received(request, uploads) as upload:
            return NodeServerShape.of(manager.update(worker, Source.zip(upload, filename[:100])))

    @router.post("/{worker}/rollback")
    async def roll_back(worker: str) -> NodeServerShape:
        """Goes back to the version before the last update; asked for again, forward to the newer one."""
        return NodeServerShape.of(await manager.rollback(worker))


def _source(asked: NewNodeServer | NewVersion) -> Source:
    if asked.git:
        return Source.git(asked.git, asked.ref or "")
    return Source.folder(Path(asked.folder or ""))


@asynccontextmanager
async def _received(request: Request, uploads: Path) -> AsyncIterator[Path]:
    """The body in a file, which is gone afterwards unless somebody took it."""
    upload = uploads / f"{secrets.token_hex(8)}.part"
    try:
        await _write(request, upload)
        yield upload
    except OSError as error:
        raise SourceError(f"the zip cannot be kept: {error.strerror or error}") from error
    except ClientDisconnect:
        raise SourceError(f"the zip did not arrive whole; one may have {LARGEST // 1024 // 1024} MiB") from None
    finally:
        await in_thread(upload.unlink, missing_ok=True)


async def _write(request: Request, upload: Path) -> None:
    waiting = bytearray()
    with await in_thread(upload.open, "xb") as file:
        async for chunk in request.stream():
            waiting += chunk
            if len(waiting) >= _AT_ONCE:
                await in_thread(file.write, bytes(waiting))
                waiting.clear()
        await in_thread(file.write, bytes(waiting))
