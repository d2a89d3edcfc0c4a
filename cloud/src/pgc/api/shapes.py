"""What the API takes and gives, as OpenAPI shows it."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, model_validator

from pgc.bundles.git_url import LONGEST
from pgc.isy.isy import Isy
from pgc.nodeservers.handlers import Handler
from pgc.nodeservers.nodes import Node
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.states import State
from pgc.sandbox.contract import Sandbox
from pgc.sandbox.pythons import AUTO, SHAPE
from pgc.storage.records import Api, OnDeletion, SourceKind
from pgc.workers.runtime import Exit
from pgc_interface.dialects import Dialect
from pgc_interface.rules import typed
from pgc_interface.rules.saved import LONGEST_POLL, SHORTEST_POLL
from pgc_interface.rules.state import Saved

Python = Annotated[str, Field(pattern=f"^({SHAPE})$", examples=["auto", "3.9"])]


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


class _New(BaseModel):
    isy: str = Field(description="the id of the ISY it is for")
    slot: int | None = Field(default=None, ge=1, description="without one: the first free slot")
    name: str = Field(default="", max_length=100)
    api: Api = Field(default=Api.AUTO, description="the dialect it is run in; `auto`: the one its source asks for")
    python: Python = Field(default=AUTO, description="the version it runs on; `auto`: the platform's own")


class NewVersion(BaseModel):
    """Nothing at all asks for what its source has now."""

    folder: str | None = Field(default=None, max_length=4096, description="on the platform's machine, with server.json")
    git: str | None = Field(
        default=None,
        max_length=LONGEST,
        description="https, ssh or file; with a login as in https://USER:TOKEN@…, which is never shown",
        examples=["https://github.com/owner/nodeserver.git"],
    )
    ref: str | None = Field(default=None, max_length=200, description="a branch, tag or commit of it")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.folder and (self.git or self.ref):
            raise ValueError("name a folder, or a git URL with its ref")
        return self


class NewNodeServer(_New, NewVersion):
    """From a folder, or a git repository."""

    @model_validator(mode="after")
    def _some_source(self) -> Self:
        if not self.folder and not self.git:
            raise ValueError("name a folder or a git URL")
        return self


class Upload(_New):
    """What goes with a zip."""

    filename: str = Field(default="", max_length=100, description="what the zip is called")


class VersionShape(BaseModel):
    kind: SourceKind
    source: str
    ref: str
    commit: str


class HandlerShape(BaseModel):
    """Code of the NodeServer that takes long, and that others wait for."""

    name: str = Field(examples=["lamp1 DON", "shortPoll"])
    since: float = Field(description="Unix seconds")
    stuck: bool = Field(description="whether it has taken over ten minutes")

    @classmethod
    def of(cls, handler: Handler) -> "HandlerShape":
        return cls(name=handler.name, since=handler.since, stuck=handler.stuck)


class ExitShape(BaseModel):
    """How a run ended. All but the text are null where nobody knows."""

    text: str
    code: int | None
    signal: int | None

    @classmethod
    def of(cls, exit_: Exit) -> "ExitShape":
        return cls(text=exit_.text, code=exit_.code, signal=exit_.signal)


class NodeServerShape(BaseModel):
    worker: str
    isy: str
    slot: int
    name: str
    kind: SourceKind = Field(description="of what `source` is")
    source: str = Field(description="a folder, a URL without its login, or what the zip was called")
    ref: str = Field(description="the branch, tag or commit that was asked for")
    commit: str = Field(description="the one that was taken")
    installing: bool = Field(description="whether something is being installed for it; it may run meanwhile")
    install_failure: str = Field(description="why the last install failed, if it did")
    earlier: VersionShape | None = Field(description="what `rollback` goes back to")
    state: State
    reason: str
    hint: str = Field(description="what may help, where it is known")
    place: int | None = Field(description="in the queue of starts, counted from 1")
    starts_again: float | None = Field(description="when it is started again by itself, in Unix seconds")
    restarts: int = Field(description="how often it was started again by itself since its owner started it")
    restart_stuck: bool = Field(description="whether it is restarted when a handler is stuck")
    lan: bool = Field(description="whether it reaches the home's network")
    public_port: int = Field(description="the port of the platform's machine that leads to its port 3000; 0 for none")
    last_exit: ExitShape | None = Field(description="of the last run since the platform started")
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
    python: str = Field(description="the version it runs on; `auto`: the platform's own")

    @classmethod
    def of(cls, nodeserver: NodeServer) -> "NodeServerShape":
        run = nodeserver.run
        return cls(
            worker=nodeserver.worker,
            isy=nodeserver.isy.id,
            slot=nodeserver.slot,
            name=nodeserver.record.name,
            kind=nodeserver.record.kind,
            source=nodeserver.record.source,
            ref=nodeserver.record.ref,
            commit=nodeserver.record.commit,
            installing=nodeserver.installing,
            install_failure=nodeserver.record.install_failure,
            earlier=VersionShape.model_validate(nodeserver.record.earlier) if nodeserver.record.earlier else None,
            state=nodeserver.state,
            reason=nodeserver.reason,
            hint=nodeserver.hint,
            place=nodeserver.care.place,
            starts_again=nodeserver.care.starts_again,
            restarts=nodeserver.care.restarts,
            restart_stuck=nodeserver.record.restart_stuck,
            lan=nodeserver.record.lan,
            public_port=nodeserver.published_port,
            last_exit=ExitShape.of(nodeserver.last_exit) if nodeserver.last_exit else None,
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
            python=nodeserver.record.python,
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


class PythonShape(BaseModel):
    python: Python


class NetworkShape(BaseModel):
    lan: bool = Field(default=False, description="it may reach the home's network")
    published: bool = Field(default=False, description="its port 3000 is reached at a port of the platform's machine")


class FactShape(BaseModel):
    """One thing that isolation is made of."""

    name: str = Field(examples=["network"])
    holds: bool
    reason: str
    remedy: str = Field(description="what to do about it where it does not hold; empty where nothing can be done")


class IsolationShape(BaseModel):
    """What keeps NodeServers from this machine and from each other, as a trial run at the start has shown."""

    isolated: bool
    reason: str
    facts: list[FactShape]

    @classmethod
    def of(cls, sandbox: Sandbox) -> "IsolationShape":
        facts = [FactShape(name=f.name, holds=f.holds, reason=f.reason, remedy=f.remedy) for f in sandbox.facts]
        return cls(isolated=sandbox.isolated, reason=sandbox.reason, facts=facts)


class OnDeletionShape(BaseModel):
    on_deletion: OnDeletion


class RestartStuckShape(BaseModel):
    restart_stuck: bool


class LogLevelShape(BaseModel):
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]


class LogShape(BaseModel):
    number: int = Field(description="grows with every entry of a NodeServer, with leaps")
    time: float = Field(description="Unix seconds")
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
    logger: str = Field(description="`stdout`, `stderr`: what no SDK wrote; `platform` and `install`: what we say")
    thread: str
    text: str
    run: str = Field(default="", description="the run that was the current one")
    line: int = Field(default=0, description="how many lines that had said by then")


class Health(BaseModel):
    status: Literal["ok", "not ready"]
    waiting_for: list[str] = []


class Problem(BaseModel):
    """Every error's body."""

    error: str
    hint: str
