"""What the fake platform keeps of one NodeServer over its runs, and how it tells the NodeServer of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping

from .. import wire
from ..rules.state import Saved
from .clock import Clock
from .isy import Isy
from .seen import Value


@dataclass
class HeldDriver:
    """A driver's newest value; `n` is the SDK's counter in this run."""

    value: Value
    n: int = 0

    def on_wire(self) -> wire.DriverValue:
        return wire.DriverValue(value=self.value.value, uom=self.value.uom)


@dataclass
class HeldNode:
    record: wire.AddNode
    hint: str | None
    drivers: dict[str, HeldDriver] = field(default_factory=dict)
    on_isy: bool = False
    time_added: int = 0

    def on_wire(self) -> wire.NodeRecord:
        record = self.record
        return wire.NodeRecord(
            address=record.address,
            name=record.name,
            nodedefid=record.nodedefid,
            primary=record.primary,
            drivers={name: held.on_wire() for name, held in self.drivers.items()},
            isController=record.isController,
            hint=self.hint,
            isPrimary=record.primary == record.address,
            timeAdded=self.time_added,
        )


class Books:
    """`server` is the content of server.json; `init` holds further keys of the init message, as the test gave them."""

    def __init__(
        self, worker: str, server: Mapping[str, Any], saved: Saved, init: Mapping[str, Any], clock: Clock
    ) -> None:
        self.worker = worker
        self.saved = saved
        self.clock = clock
        self.isy = Isy()
        self.nodes: dict[str, HeldNode] = {}
        self.profile: dict[str, bytes] = {}
        """Files by ``kind/name``."""
        self.profile_version: str | None = None
        """That of the profile on the ISY."""
        self.profile_done = False
        self.remarks: list[str] = []
        """What the platform would write into the NodeServer's log: what it refused, and why."""
        self.webhooks: dict[str, wire.WebhookResponse] = {}
        self.wishes: list[str] = []
        self._server = dict(server)
        self._init = dict(init)

    @property
    def controller(self) -> HeldNode | None:
        return next((node for node in self.nodes.values() if node.record.isController), None)

    @property
    def profile_version_wanted(self) -> str | None:
        version = self._server.get("profile_version")
        return None if version is None else str(version)

    def remark(self, text: str) -> None:
        self.remarks.append(text)

    def new_run(self) -> None:
        """The SDK's counters begin again."""
        for node in self.nodes.values():
            for driver in node.drivers.values():
                driver.n = 0

    def config(self, *, mark: int = 0, connected: bool = False) -> dict[str, Any]:
        """The body of `init` and `config`; `mark` is the last frame of the run's durable lane that is applied."""
        init = wire.Init(
            id="00:21:b9:02:60:c0",
            profileNum="1",
            userId="owner",
            worker=self.worker,
            name=str(self._server.get("name", "NodeServer")),
            isyVersion="5.3.4",
            nodes={address: node.on_wire() for address, node in self.nodes.items() if node.on_isy},
            firstRun=not self.profile_done,
            timeStarted=self.clock.milliseconds,
            connected=connected,
            profileVersion=self.profile_version,
            **self.saved.in_init(mark),
        )
        return {**wire.to_dict(init), **self._init}
