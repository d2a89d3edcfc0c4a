"""The NodeServer: who it is, its state, what it keeps, its nodes, its log, and the run it has now."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pgc.bundles.server_file import ServerFile
from pgc.events import Event, Events
from pgc.isy.isy import Isy
from pgc.isy.slots import SlotLogin
from pgc.nodeservers.events import NoticesChanged, NoticesTimed, StateChanged
from pgc.nodeservers.handlers import Handler
from pgc.nodeservers.journal import Journal
from pgc.nodeservers.nodes import Node
from pgc.nodeservers.states import State
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
    def __init__(self, record: NodeServerRecord, server_file: ServerFile, isy: Isy, stage: str, events: Events) -> None:
        self.record = record
        self.server_file = server_file
        self.isy = isy
        self.nodes: dict[str, Node] = {}
        self.journal = Journal(record.worker, events)
        self.run: CurrentRun | None = None
        self.last_exit: Exit | None = None
        self.leaving = False
        """It is being removed, or was: it does not start any more."""
        self.busy = asyncio.Lock()
        """Held while a run is started or brought to its end."""
        self.saving = asyncio.Lock()
        """Held while a change of the saved state is computed, written and put in its place."""
        self.stage = stage
        self._state = State.STOPPED
        self._reason = ""
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
    def controller(self) -> Node | None:
        return next((node for node in self.nodes.values() if node.record.is_controller), None)

    def enter(self, state: State, reason: str = "") -> None:
        """Changes the state, and tells the log and the bus."""
        if (state, reason) == (self._state, self._reason):
            return
        self._state, self._reason = state, reason
        bad = state in {State.CRASHED, State.FAILED}
        self.journal.remark(f"{state}: {reason}" if reason else str(state), "ERROR" if bad else "INFO")
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
        if saved.notices != before.notices:
            self.tell(NoticesChanged(nodeserver=self.worker, notices=saved.notices))
        if saved.notice_ends != before.notice_ends:
            self.tell(NoticesTimed(nodeserver=self.worker))

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
            **record.saved.in_init(self.run.mark if self.run else 0),
        )


def _counts(node: Node) -> bool:
    """Whether its NodeServer sees it. What its owner deleted on the ISY changes nothing for the NodeServer."""
    return node.record.on_isy or node.record.deleted
