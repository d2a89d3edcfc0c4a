"""What the API takes and gives, as OpenAPI shows it."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from pgc.isy.isy import Isy
from pgc.nodeservers.nodes import Node
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.states import State
from pgc.workers.logs import LogEntry


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
    short_poll: int
    long_poll: int

    @classmethod
    def of(cls, nodeserver: NodeServer) -> "NodeServerShape":
        return cls(
            worker=nodeserver.worker,
            isy=nodeserver.isy.id,
            slot=nodeserver.slot,
            name=nodeserver.record.name,
            source=nodeserver.record.source,
            state=nodeserver.state,
            reason=nodeserver.reason,
            connected=nodeserver.run is not None and nodeserver.run.connected,
            nodes=len(nodeserver.nodes),
            errors=nodeserver.journal.errors,
            short_poll=nodeserver.saved.short_poll,
            long_poll=nodeserver.saved.long_poll,
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
            drivers=drivers,
        )


class MapPatch(BaseModel):
    """Changes to a map: first `set`, then `unset`. What is not named stays as it is."""

    set: dict[str, Any] = {}
    unset: list[str] = []


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
