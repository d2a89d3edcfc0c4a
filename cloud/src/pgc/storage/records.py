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
    ORIGINAL = "original"


class SourceKind(StrEnum):
    """What a NodeServer's files come from."""

    FOLDER = "folder"
    ZIP = "zip"
    GIT = "git"


class OnDeletion(StrEnum):
    """What becomes of a node that someone deletes on the ISY."""

    ADD = "add"
    MARK = "mark"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeServerRecord:
    """One NodeServer. `worker` is its address in the cloud; times are Unix milliseconds, 0 for never.

    `bundle` is empty until it is installed. `wanted`: it is to run whenever the platform does. `trusted`: it may run
    even where nothing isolates it.
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
    python: str = "auto"
    """The version that its owner chose, such as 3.8; `auto` is the platform's own."""
    kind: SourceKind = SourceKind.FOLDER
    """Of `source`: a folder of this machine, the name that a zip had, or a URL without its login."""
    ref: str = ""
    """The branch, tag or commit that was asked for; empty for the repository's own choice."""
    commit: str = ""
    """The one that was taken."""
    source_login: str = field(default="", repr=False)
    """``user:password`` for that URL, where it had them."""
    install_failure: str = ""
    """Why the last install did not come to its end, for people; empty where it did."""
    earlier: dict[str, str] = field(default_factory=dict)
    """The columns of the version before this one; empty where there is none."""
    restart_stuck: bool = False
    """It is started again when one of its handlers is stuck."""
    lan: bool = False
    """It reaches the home's network."""
    published: bool = False
    """Its port 3000 is to be reached at `port` of the platform's machine, if it asks for that."""
    port: int = 0
    """Its own for good, once it was given one; 0 until then."""


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
class Parked:
    """Why a NodeServer that crashed too often rests, in words, since when, and the last lines of its log."""

    time: int
    reason: str
    hint: str = ""
    lines: tuple[str, ...] = ()


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
