"""The log of a NodeServer over HTTP: in pages, followed as it is written, and as a file."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from pgc.api.log_download import Form, download
from pgc.api.log_stream import EVENT_STREAM, Follower, Followers, Mark
from pgc.api.shapes import LogShape
from pgc.nodeservers.errors import NoSuchNodeServer
from pgc.nodeservers.journal import KEPT
from pgc.nodeservers.logs.page import Pages, Wanted
from pgc.nodeservers.manager import Manager

MOST = 5000
"""Entries of a page."""
_JSON = "application/json"
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9]+")
_NO_SNIFFING = {"X-Content-Type-Options": "nosniff"}


class LogQuery(BaseModel):
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = Field(default="DEBUG", description="at least")
    text: str = Field(default="", max_length=200, description="what is in the text, in whatever case")
    since: datetime | None = Field(default=None, description="ISO 8601 (UTC where it does not say) or Unix seconds")
    until: datetime | None = Field(default=None, description="the same; entries of that time are left out")
    before: int | None = Field(default=None, ge=0, description="a number: the page of entries older than that one")
    limit: int = Field(default=KEPT, ge=0, le=MOST, description="the newest so many")

    def wanted(self) -> Wanted:
        return Wanted(
            limit=self.limit,
            level=self.level,
            text=self.text,
            since=_seconds(self.since),
            until=_seconds(self.until),
            before=self.before,
        )


def add_log_routes(router: APIRouter, manager: Manager) -> None:
    pages, followers = Pages(), Followers()

    @router.get(
        "/{worker}/log",
        response_model=list[LogShape],
        responses={200: {"content": {EVENT_STREAM: {}}, "description": "the oldest first; with `follow`, as events"}},
    )
    async def read_log(
        worker: str,
        query: Annotated[LogQuery, Query()],
        follow: Annotated[bool, Query(description="go on with what is written, as server-sent events")] = False,
        last_event_id: Annotated[str, Header(max_length=100, description="go on after this event")] = "",
    ) -> Response:
        """From memory and, where that does not reach back far enough, from files."""
        journal = manager.get(worker).journal
        if not follow:
            entries = await pages.of(query.wanted(), journal.entries(), journal.files)
            return Response(msgspec.json.encode(entries), media_type=_JSON, headers=_NO_SNIFFING)
        follower = Follower(journal, pages, query.wanted(), Mark.read(last_event_id), lambda: _is_gone(manager, worker))
        return StreamingResponse(
            followers.seat(follower), media_type=EVENT_STREAM, headers={"Cache-Control": "no-store"}
        )

    @router.get("/{worker}/log/download", response_class=StreamingResponse)
    async def download_log(worker: str, form: Form = Form.TEXT) -> StreamingResponse:
        """All that is kept: `text`, the same as `gz`, or `jsonl`, one JSON object a line."""
        nodeserver = manager.get(worker)
        name = _NOT_IN_NAMES.sub("-", nodeserver.record.name[:50]).strip("-").lower() or "nodeserver"
        disposition = f'attachment; filename="{name}-{nodeserver.slot}{form.ending}"'
        headers = {"Content-Disposition": disposition, **_NO_SNIFFING}
        return StreamingResponse(download(nodeserver.journal, form), media_type=form.media_type, headers=headers)


def _is_gone(manager: Manager, worker: str) -> bool:
    try:
        manager.get(worker)
    except NoSuchNodeServer:
        return True
    return False


def _seconds(time: datetime | None) -> float | None:
    if time is None:
        return None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
