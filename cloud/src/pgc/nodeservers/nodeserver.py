"""The NodeServer: who it is, its state, what it keeps, its nodes, its log, and the run it has now."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from pgc.bundles.server_file import ServerFile
from pgc.events import Event, Events
from pgc.isy.isy import Isy
from pgc.isy.slots import SlotLogin
from pgc.nodeservers import notices
from pgc.nodeservers.care import Care
from pgc.nodeservers.events import NoticesChanged, NoticesTimed, StateChanged
from pgc.nodeservers.handlers import Handler
from pgc.nodeservers.journal import Journal
from pgc.nodeservers.nodes import Node
from pgc.nodeservers.states import State
from pgc.secrets.named import secret_values
from pgc.storage.records import NodeServerRecord, RunRecord
from pgc.workers.runtime import Exit, Run
from pgc_interface import wire
from pgc_interface.rules.state import Saved

OWNER = "local"
"""The one user there is until accounts come."""
_LONGEST_REASON = 500


@dataclass(slots=True)
class CurrentRun:
    """One start-to-stop life: the process, and what the platform knows of its connection."""

    record: RunRecord
    process: Run
    mark: int = 0
    """The last frame of the durable lane that is saved."""
    connected: bool = False
    acknowledges: bool = False
    """It numbers or acknowledges frames, as our SDK does; the original clients do neither."""
    original: bool = False
    """It brings an original client library, whatever its NodeServer's next run will have."""
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    """Its last word is that it is not connected any more."""
    wished: bool = False
    """It has asked to be restarted or stopped; once is enough."""
    bad_profile: bool = False
    """A file of the profile that it is sending was refused."""
    handler: Handler | None = None
    """What of its code takes long just now."""
    refusals: dict[str, str] = field(default_factory=dict)
    """Why frames of the durable lane were refused, of those that the run may not have been told of yet."""

    def refused(self, seq: int, reasons: Sequence[str]) -> None:
        """Notes why this frame was not taken, or that it was; forgets those that the run must have heard of."""
        self.refusals = {key: why for key, why in self.refusals.items() if seq - wire.MAX_UNANSWERED < int(key) < seq}
        if reasons:
            self.refusals[str(seq)] = "; ".join(reasons)[:_LONGEST_REASON]


class NodeServer:
    """Secrets of its own, and its ISY's, are masked in its journal."""

    def __init__(
        self,
        record: NodeServerRecord,
        server_file: ServerFile,
        isy: Isy,
        stage: str,
        events: Events,
        journal: Journal | None = None,
    ) -> None:
        self.record = record
        self.server_file = server_file
        self.isy = isy
        self.nodes: dict[str, Node] = {}
        self.journal = journal or Journal(record.worker, events)
        self.journal.hide(isy.login.password, record.slot_password)
        self.journal.hide_saved(*_secrets(record.saved))
        self.journal.hide(record.source_login, record.source_login.partition(":")[2])
        self.run: CurrentRun | None = None
        self.last_exit: Exit | None = None
        self.care = Care()
        self.leaving = False
        """It is being removed, or was: it does not start any more."""
        self.installing = False
        """Something is being installed for it, whether it runs meanwhile or not."""
        self.busy = asyncio.Lock()
        """Held while an order of its owner, or of the platform, to start or to stop is carried out."""
        self.saving = asyncio.Lock()
        """Held while a change of the saved state is computed, written and put in its place."""
        self.stage = stage
        self._state = State.STOPPED
        self._reason = ""
        self._hint = ""
        self._events = events
        self._changed = asyncio.Event()

    @property
    def worker(self) -> str:
        return self.record.worker

    @property
    def slot(self) -> int:
        return self.record.slot

    @property
    def saved(self) -> Saved:
        return self.record.saved

    @property
    def slot_login(self) -> SlotLogin:
        """With what the ISY calls in. The user is this NodeServer's own: another one in its slot gets a new login."""
        return SlotLogin(f"pgc-{self.worker[:12]}", self.record.slot_password)

    @property
    def published_port(self) -> int:
        """Where this machine leads to its port 3000; 0 for nowhere."""
        return self.record.port if self.record.published and self.server_file.wants_ingress else 0

    @property
    def topics(self) -> wire.Topics:
        return wire.Topics(prefix=f"{self.stage}/{self.isy.id}/{self.worker}", worker=self.worker, user=OWNER)

    @property
    def state(self) -> State:
        return self._state

    @property
    def reason(self) -> str:
        """Why it is in this state, for people; empty where that is plain."""
        return self._reason

    @property
    def hint(self) -> str:
        """What may help, where it is known."""
        return self._hint

    @property
    def notices(self) -> dict[str, str]:
        """What its owner sees: the NodeServer's own, and the platform's about it."""
        return notices.shown(self.saved.notices, self.care.parked)

    @property
    def controller(self) -> Node | None:
        return next((node for node in self.nodes.values() if node.record.is_controller), None)

    def enter(self, state: State, reason: str = "", hint: str = "") -> None:
        """Changes the state, and tells the log and the bus."""
        reason, hint = self.journal.masked(reason), self.journal.masked(hint)
        self._hint = hint = hint[:_LONGEST_REASON]
        if (state, reason) == (self._state, self._reason):
            return
        self._state, self._reason = state, reason
        bad = state in {State.CRASHED, State.FAILED, State.PARKED}
        told = f"{state}: {reason}" if reason else str(state)
        self.journal.remark(f"{told}. What may help: {hint}" if hint else told, "ERROR" if bad else "INFO")
        self._changed.set()
        self._changed = asyncio.Event()
        self.tell(StateChanged(nodeserver=self.worker, state=state, reason=reason))

    def tell(self, event: Event) -> None:
        """Publishes an event on the bus."""
        self._events.publish(event)

    async def until(self, *states: State) -> State:
        """Waits until it is in one of these states."""
        while self._state not in states:
            await self._changed.wait()
        return self._state

    def keep(self, saved: Saved) -> None:
        """Takes over what has just been written to the database."""
        before = self.saved
        self.record = replace(self.record, saved=saved)
        self.journal.hide_saved(*_secrets(saved, before))
        if saved.notices != before.notices:
            self.tell_notices()
        if saved.notice_ends != before.notice_ends:
            self.tell(NoticesTimed(nodeserver=self.worker))

    def tell_notices(self) -> None:
        self.tell(NoticesChanged(nodeserver=self.worker, notices=self.notices))

    def on_wire(self) -> wire.Init:
        """Its configuration, as `init` and `config` carry it."""
        record = self.record
        return wire.Init(
            id=self.isy.id,
            profileNum=str(record.slot),
            userId=OWNER,
            worker=record.worker,
            name=record.name,
            url=record.source,
            version=self.server_file.version,
            isyVersion=self.isy.version,
            nodes={address: node.on_wire() for address, node in self.nodes.items() if _counts(node)},
            firstRun=not record.profile_done,
            timeAdded=record.time_added,
            timeStarted=record.time_started,
            lastDisconnect=record.last_disconnect,
            connected=self.run is not None and self.run.connected,
            profileVersion=record.profile_version,
            netInfo=wire.NetInfo(publicPort=self.published_port),
            **record.saved.in_init(self.run.mark if self.run else 0),
        )


def _secrets(saved: Saved, before: Saved | None = None) -> Iterator[str]:
    """What it keeps that is secret, by its name: of the maps that are not as they were."""
    for name in ("params", "typed_data", "data"):
        if before is None or getattr(saved, name) is not getattr(before, name):
            yield from secret_values(getattr(saved, name))


def _counts(node: Node) -> bool:
    """Whether its NodeServer sees it. What its owner deleted on the ISY changes nothing for the NodeServer."""
    return node.record.on_isy or node.record.deleted
