"""What the repositories take and give: plain frozen records, secrets already opened."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class IsyRecord:
    id: str
    name: str
    url: str
    username: str
    password: str = field(repr=False)
    verify_tls: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a NodeServer keeps over its runs. The revisions grow by one with every change of their map."""

    params: dict[str, Any] = field(default_factory=dict, repr=False)
    data: dict[str, Any] = field(default_factory=dict, repr=False)
    typed_data: dict[str, Any] = field(default_factory=dict, repr=False)
    notices: dict[str, str] = field(default_factory=dict)
    typed_params: list[Any] = field(default_factory=list)
    params_doc: str = ""
    params_revision: int = 0
    notices_revision: int = 0
    data_revision: int = 0
    short_poll: int = 60
    long_poll: int = 600


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


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRecord:
    """A node as the NodeServer described it; `on_isy` once the ISY has it."""

    address: str
    name: str
    nodedef: str
    primary: str
    hint: str | None = None
    is_controller: bool = False
    on_isy: bool = False
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
    """The run that a NodeServer has now; `mark` is the last frame of its durable lane that is saved."""

    id: str
    worker: str
    login: str
    secret_hash: str = field(repr=False)
    mark: int = 0
