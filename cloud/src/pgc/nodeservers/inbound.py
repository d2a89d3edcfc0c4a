"""What runs send: found by its topic, decoded, and put on the lane where it belongs.

Whose frame it is follows from the topic alone, which the broker lets only that run's login use; what the payload
says of `userId`, `id` or `profileNum` is ignored.
"""

from collections import deque
from typing import Any

import msgspec

from pgc.bundles.server_file import PYTHON
from pgc.nodeservers.directory import Directory
from pgc.nodeservers.echo import Echo
from pgc.nodeservers.handlers import heard
from pgc.nodeservers.hot import HotLane
from pgc.nodeservers.lane import DurableLane, Frame
from pgc.nodeservers.nodeserver import CurrentRun, NodeServer
from pgc.nodeservers.outbound import Outbound
from pgc.nodeservers.wishes import Wish, Wishes
from pgc_interface import wire

FILTERS = ("+/+/ns", "+/+/isy")
"""Below the stage: what the platform subscribes to."""
_MOST_EARLY = 1000
_ON_THE_LANE = frozenset(wire.Upstream.__struct_fields__) - wire.ENVELOPE_KEYS - wire.HOT_KEYS - {"batch"} | {
    "connected"
}


class Inbound:
    def __init__(self, directory: Directory, hot: HotLane, outbound: Outbound, wishes: Wishes) -> None:
        self._directory = directory
        self._hot = hot
        self._outbound = outbound
        self._wishes = wishes
        self._echo = Echo(outbound)
        self._lanes: dict[str, DurableLane] = {}
        self._early: dict[str, deque[tuple[str, bytes]]] | None = {}
        """What a broker had kept for the platform; it belongs to the runs that are found again, if they are."""

    async def stop(self) -> None:
        await self._echo.stop()

    def recovered(self) -> None:
        """All runs that went on have been found: what is left is of others."""
        self._early = None

    def opened(self, nodeserver: NodeServer, lane: DurableLane, *, goes_on: bool = False) -> None:
        """This NodeServer's current run writes to this lane from now on; what the broker has kept is its own if it is
        a run of before that goes on."""
        self._hot.new_run(nodeserver)
        self._lanes[nodeserver.worker] = lane
        kept = (self._early or {}).pop(nodeserver.worker, ())
        for topic, payload in kept if goes_on else ():
            self.receive(topic, payload)

    def closed(self, nodeserver: NodeServer) -> None:
        """Its run is over: what still comes of it is dropped."""
        self._lanes.pop(nodeserver.worker, None)

    def receive(self, topic: str, payload: bytes) -> None:
        """One message from the broker; never waits."""
        _, _, worker, channel = topic.split("/", 3)
        nodeserver, lane = self._directory.find(worker), self._lanes.get(worker)
        if lane is None and self._early is not None:
            self._early.setdefault(worker, deque(maxlen=_MOST_EARLY)).append((topic, payload))
        if nodeserver is None or lane is None:
            return
        try:
            if channel == "ns":
                self._from_run(nodeserver, lane, payload)
            elif channel == "isy":
                lane.offer(_to_isy(payload))
        except wire.WireError as error:
            nodeserver.journal.remark(f"a message was refused: {error}", "WARNING")

    def _from_run(self, nodeserver: NodeServer, lane: DurableLane, payload: bytes) -> None:
        frame, refused = wire.decode_upstream(payload)
        if nodeserver.run and (frame.ack or frame.seq is not None):
            nodeserver.run.acknowledges = True
        if frame.ack:
            self._outbound.acknowledged(nodeserver, frame.ack.mid)
        if frame.beat and nodeserver.run:
            self._beat(nodeserver, nodeserver.run, frame.beat)
        self._take_values(nodeserver, frame)
        if frame.seq is not None or _belongs_on_the_lane(frame):
            lane.offer(Frame(frame, refused, len(payload)))
        else:
            for reason in refused:
                nodeserver.journal.remark(f"refused: {reason}", "WARNING")

    def _take_values(self, nodeserver: NodeServer, frame: wire.Upstream) -> None:
        changes = [self._hot.status(nodeserver, status) for status in _values(frame)]
        if any(changes) and nodeserver.run and nodeserver.run.original and nodeserver.server_file.type == PYTHON:
            self._echo.soon(nodeserver)

    def _beat(self, nodeserver: NodeServer, run: CurrentRun, beat: wire.Beat) -> None:
        started = nodeserver.record.time_started / 1000
        run.handler = heard(beat, run.handler, nodeserver.journal, started=started)
        if run.handler and run.handler.stuck and nodeserver.record.restart_stuck and not run.wished:
            nodeserver.journal.remark("it is restarted, as its owner chose for when a handler is stuck", "WARNING")
            self._wishes.make(nodeserver, run, Wish.RESTART)


def _values(frame: wire.Upstream) -> list[wire.Status]:
    return [*([frame.status] if frame.status else ()), *(frame.batch.status if frame.batch else ())]


class _Loose(msgspec.Struct):
    """What of a frame to the ISY can be used where the whole breaks the protocol."""

    seq: int | None = None
    uploadProfile: dict[str, Any] = {}


def _to_isy(payload: bytes) -> Frame:
    """A numbered frame that is wrong counts all the same, else its run would send it again for ever.

    Raises:
        WireError: nothing of it can be used.
    """
    try:
        return Frame(wire.decode(payload, wire.IsyUpstream), size=len(payload))
    except wire.WireError as error:
        loose = wire.decode(payload, _Loose)
        upload = _unchecked(loose.uploadProfile) if loose.uploadProfile else None
        return Frame(wire.IsyUpstream(seq=loose.seq, uploadProfile=upload), [str(error)], len(payload))


def _unchecked(upload: dict[str, Any]) -> wire.UploadProfile:
    """A profile file as it came: whoever stores it says what is wrong with it."""
    kind, name, content = (str(upload.get(key, "")) for key in ("type", "filename", "payload"))
    return wire.UploadProfile(type=kind, filename=name, payload=content, last=upload.get("last") is True)


def _belongs_on_the_lane(frame: wire.Upstream) -> bool:
    if frame.batch and (frame.batch.addnode or frame.batch.removenode):
        return True
    return any(getattr(frame, key) is not None for key in _ON_THE_LANE)
