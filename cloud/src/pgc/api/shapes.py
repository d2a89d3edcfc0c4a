"""What the API takes and gives, as OpenAPI shows it."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from pgc.isy.isy import Isy
from pgc.nodeservers.handlers import Handler
from pgc.nodeservers.nodes import Node
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.states import State
from pgc.storage.records import Api, OnDeletion
from pgc.workers.logs import LogEntry
from pgc_interface.dialects import Dialect
from pgc_interface.rules import typed
from pgc_interface.rules.saved import LONGEST_POLL, SHORTEST_POLL
from pgc_interface.rules.state import Saved


class NewIsy(BaseModel):
    name: str = Field(min_length=1, max_length=100)
    url: str = Field(pattern="^https?://", max_length=200, examples=["http://192.168.1.20"])
    username: str = Field(max_length=100)
    password: str = Field(max_length=100)
    verify_tls: bool = Field(default=True, description="false for an ISY with a certificate of its own making")


class IsyShape(BaseModel):
    id: str
    name: str
    url: str
    version: str

    @classmethod
    def of(cls, isy: Isy) -> "IsyShape":
        return cls(id=isy.id, name=isy.name, url=isy.login.url, version=isy.version)


class NewNodeServer(BaseModel):
    isy: str = Field(description="the id of the ISY it is for")
    folder: str = Field(description="a folder on the platform's machine that holds server.json")
    slot: int | None = Field(default=None, ge=1, description="without one: the first free slot")
    name: str = Field(default="", max_length=100)
    api: Api = Field(default=Api.AUTO, description="the dialect it is run in; `auto`: the one its source asks for")


class HandlerShape(BaseModel):
    """Code of the NodeServer that takes long, and that others wait for."""

    name: str = Field(examples=["lamp1 DON", "shortPoll"])
    since: float = Field(description="Unix seconds")
    stuck: bool = Field(description="whether it has taken over ten minutes")

    @classmethod
    def of(cls, handler: Handler) -> "HandlerShape":
        return cls(name=handler.name, since=handler.since, stuck=handler.stuck)


class NodeServerShape(BaseModel):
    worker: str
    isy: str
    slot: int
    name: str
    source: str
    state: State
    reason: str
    connected: bool
    nodes: int
    errors: int = Field(description="errors logged since the platform started")
    handler: HandlerShape | None = Field(description="what of its code has run for over ten seconds")
    short_poll: int
    long_poll: int
    log_level: str
    on_deletion: OnDeletion = Field(description="what becomes of nodes that someone deletes on the ISY")
    api: Api = Field(description="what its owner chose")
    dialect: Dialect
    dialect_reason: str = Field(description="why it is run in this dialect; file and line, if its source asks for it")

    @classmethod
    def of(cls, nodeserver: NodeServer) -> "NodeServerShape":
        run = nodeserver.run
        return cls(
            worker=nodeserver.worker,
            isy=nodeserver.isy.id,
            slot=nodeserver.slot,
            name=nodeserver.record.name,
            source=nodeserver.record.source,
            state=nodeserver.state,
            reason=nodeserver.reason,
            connected=run is not None and run.connected,
            nodes=len(nodeserver.nodes),
            errors=nodeserver.journal.errors,
            handler=HandlerShape.of(run.handler) if run and run.handler else None,
            short_poll=nodeserver.saved.short_poll,
            long_poll=nodeserver.saved.long_poll,
            log_level=nodeserver.saved.log_level,
            on_deletion=nodeserver.record.on_deletion,
            api=nodeserver.record.api,
            dialect=nodeserver.record.dialect,
            dialect_reason=nodeserver.record.dialect_reason,
        )


class DriverShape(BaseModel):
    value: str
    uom: str
    confirmed: bool = Field(description="whether the ISY has answered this value with 200")


class NodeShape(BaseModel):
    address: str
    name: str
    nodedef: str
    primary: str
    on_isy: bool
    deleted: bool = Field(description="whether it stays away from the ISY, where someone deleted it")
    drivers: dict[str, DriverShape]

    @classmethod
    def of(cls, node: Node) -> "NodeShape":
        record = node.record
        drivers = {
            name: DriverShape(value=driver.value, uom=driver.uom, confirmed=driver.confirmed)
            for name, driver in node.drivers.items()
        }
        return cls(
            address=record.address,
            name=record.name,
            nodedef=record.nodedef,
            primary=record.primary,
            on_isy=record.on_isy,
            deleted=record.deleted,
            drivers=drivers,
        )


class MapPatch(BaseModel):
    """Changes to a map: first `set`, then `unset`. What is not named stays as it is."""

    set: dict[str, Any] = {}
    unset: list[str] = []


class TypedParamsShape(BaseModel):
    definitions: list[Any] = Field(description="as the NodeServer gave them: name, title, type, isList, params …")
    values: dict[str, Any] = Field(description="as the NodeServer sees them, defaults included")

    @classmethod
    def of(cls, saved: Saved) -> "TypedParamsShape":
        defined = typed.definitions(saved.typed_params)
        return cls(definitions=saved.typed_params, values=typed.complete(defined, saved.typed_data))


class PollsShape(BaseModel):
    """Seconds."""

    short_poll: int = Field(ge=SHORTEST_POLL, le=LONGEST_POLL)
    long_poll: int = Field(ge=SHORTEST_POLL, le=LONGEST_POLL)


class ApiShape(BaseModel):
    api: Api


class OnDeletionShape(BaseModel):
    on_deletion: OnDeletion


class LogLevelShape(BaseModel):
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]


class LogShape(BaseModel):
    time: float
    level: str
    logger: str
    thread: str
    text: str

    @classmethod
    def of(cls, entry: LogEntry) -> "LogShape":
        return cls(time=entry.time, level=entry.level, logger=entry.logger, thread=entry.thread, text=entry.text)


class Health(BaseModel):
    status: Literal["ok", "not ready"]
    waiting_for: list[str] = []


class Problem(BaseModel):
    """Every error's body."""

    error: str
    hint: str
