"""What the owner sets for a NodeServer, over HTTP: params, typed params, notices, polls, log level; and its page."""

from typing import Any

from fastapi import APIRouter, status
from fastapi.responses import HTMLResponse, PlainTextResponse

from pgc.api.shapes import (
    LogLevelShape,
    MapPatch,
    NetworkShape,
    NodeServerShape,
    PollsShape,
    RestartStuckShape,
    TypedParamsShape,
)
from pgc.nodeservers.manager import Manager
from pgc.safe_html import render
from pgc_interface import wire

_OF_STRANGERS = {
    "Content-Security-Policy": "sandbox allow-popups; default-src 'none'; img-src http: https:",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Headers of what a NodeServer wrote, should a browser be led straight to it."""


def add_configuration_routes(router: APIRouter, manager: Manager) -> None:
    _add_params_routes(router, manager)
    _add_notice_routes(router, manager)
    _add_settings_routes(router, manager)
    _add_page_routes(router, manager)


def _add_params_routes(router: APIRouter, manager: Manager) -> None:
    @router.get("/{worker}/params")
    async def read_params(worker: str) -> dict[str, Any]:
        return manager.get(worker).saved.params

    @router.patch("/{worker}/params")
    async def change_params(worker: str, patch: MapPatch) -> dict[str, Any]:
        change = wire.Upstream(patchparams=wire.Patch(set=patch.set, unset=patch.unset))
        return (await manager.change(worker, change)).saved.params

    @router.get("/{worker}/typed-params")
    async def read_typed_params(worker: str) -> TypedParamsShape:
        return TypedParamsShape.of(manager.get(worker).saved)

    @router.patch("/{worker}/typed-params")
    async def change_typed_params(worker: str, patch: MapPatch) -> TypedParamsShape:
        """Values are checked against the definitions; the error names each wrong one. What is unset has its default."""
        changed = await manager.set_typed_params(worker, wire.Patch(set=patch.set, unset=patch.unset))
        return TypedParamsShape.of(changed.saved)


def _add_notice_routes(router: APIRouter, manager: Manager) -> None:
    @router.get("/{worker}/notices")
    async def read_notices(worker: str) -> dict[str, str]:
        """Their HTML as the NodeServer wrote it, to be cleaned before it is shown; keys that begin with `platform:` are
        the platform's own."""
        return manager.get(worker).notices

    @router.delete("/{worker}/notices", status_code=status.HTTP_204_NO_CONTENT)
    async def dismiss_notice(worker: str, key: str) -> None:
        """The key is no part of the path: it is a stranger's, and clients shorten `notices/..` to the NodeServer."""
        await manager.dismiss_notice(worker, key)


def _add_settings_routes(router: APIRouter, manager: Manager) -> None:
    @router.put("/{worker}/polls")
    async def set_polls(worker: str, polls: PollsShape) -> PollsShape:
        """From now on: the NodeServer need not be restarted."""
        change = wire.Upstream(polls=wire.Polls(shortPoll=polls.short_poll, longPoll=polls.long_poll))
        saved = (await manager.change(worker, change)).saved
        return PollsShape(short_poll=saved.short_poll, long_poll=saved.long_poll)

    @router.put("/{worker}/log-level")
    async def set_log_level(worker: str, level: LogLevelShape) -> LogLevelShape:
        """From now on, and at every start."""
        await manager.set_log_level(worker, level.level)
        return level

    @router.put("/{worker}/network")
    async def set_network(worker: str, chosen: NetworkShape) -> NodeServerShape:
        """What it reaches, and is reached by, from its next start on."""
        return NodeServerShape.of(await manager.set_network(worker, lan=chosen.lan, published=chosen.published))

    @router.put("/{worker}/restart-stuck")
    async def set_restart_stuck(worker: str, chosen: RestartStuckShape) -> RestartStuckShape:
        """Whether it is restarted when a handler has not returned for ten minutes; else that is only shown."""
        await manager.set_restart_stuck(worker, chosen.restart_stuck)
        return chosen


def _add_page_routes(router: APIRouter, manager: Manager) -> None:
    @router.get("/{worker}/config-docs", response_class=PlainTextResponse)
    def read_config_docs(worker: str) -> PlainTextResponse:
        """What the NodeServer says of its configuration, as it wrote it: Markdown or HTML."""
        return PlainTextResponse(manager.get(worker).saved.params_doc, headers=_OF_STRANGERS)

    @router.get("/{worker}/config-docs.html", response_class=HTMLResponse)
    def read_config_docs_as_html(worker: str) -> HTMLResponse:
        """The same as HTML that can do nothing: no script, no style, no form."""
        return HTMLResponse(render(manager.get(worker).saved.params_doc), headers=_OF_STRANGERS)
