"""What the repositories take and give: plain frozen records, secrets already opened."""

from dataclasses import dataclass, field
from enum import StrEnum

from pgc_interface.dialects import Dialect
from pgc_interface.rules.state import Saved


@dataclass(frozen=True, slots=True, kw_only=True)
class IsyRecord:
    id: str
    name: str
    url: str
    username: str
    password: str = field(repr=False)
    verify_tls: bool = True


class Api(StrEnum):
    """The dialect that an owner wants for a NodeServer; `auto` is the one that its source asks for."""

    AUTO = "auto"
    PGC = "pgc"
    POLYINTERFACE = "polyinterface"


class OnDeletion(StrEnum):
    """What becomes of a node that someone deletes on the ISY."""

    ADD = "add"
    MARK = "mark"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeServerRecord:
    """One NodeServer. `worker` is its address in the cloud; times are Unix milliseconds, 0 for never.

    `wanted`: it is to run whenever the platform does. `trusted`: it may run even where nothing isolates it.
    """

    worker: str
    isy: str
    slot: int
    name: str
    source: str
    bundle: str
    wanted: bool = False
    trusted: bool = False
    slot_password: str = field(repr=False)
    saved: Saved = field(default_factory=Saved)
    profile_version: str | None = None
    profile_done: bool = False
    time_added: int = 0
    time_started: int = 0
    last_disconnect: int = 0
    on_deletion: OnDeletion = OnDeletion.ADD
    api: Api = Api.AUTO
    dialect: Dialect = Dialect.PGC
    dialect_reason: str = ""
    """Why it is run in this dialect, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRecord:
    """A node as the NodeServer described it; `on_isy` once the ISY has it, `deleted` if it is to stay away from there,
    where it was deleted."""

    address: str
    name: str
    nodedef: str
    primary: str
    hint: str | None = None
    is_controller: bool = False
    on_isy: bool = False
    deleted: bool = False
    time_added: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverRecord:
    """A driver's newest value; `confirmed` if the ISY answered it with 200."""

    address: str
    driver: str
    value: str
    uom: str
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """The run that a NodeServer has now; `mark` is the last frame of its durable lane that is saved.

    `refusals` holds why some of the frames up to it were not: number, as text, to reason.
    """

    id: str
    worker: str
    login: str
    secret_hash: str = field(repr=False)
    mark: int = 0
    refusals: dict[str, str] = field(default_factory=dict)
