"""Frames down to a run.

Most frames may be lost with the connection, since the next one says the same. Commands may not: each carries a
`mid`, is kept until the run acknowledges it, and is sent again when the run reconnects, unless it is older than a
minute by then, because a light that goes on ten minutes late is worse than one that stays off.
"""

import secrets
import time
from collections import OrderedDict
from typing import NamedTuple, Protocol

from pgc.broker.errors import BrokerError
from pgc.nodeservers.nodeserver import CurrentRun, NodeServer
from pgc.nodeservers.originals import understood
from pgc_interface import wire

_EXPIRES = 60.0
_MOST_WAITING = 200


class Link(Protocol):
    """The platform's connection to the broker."""

    async def publish(self, topic: str, payload: bytes, qos: int = 1) -> None: ...


class _Waiting(NamedTuple):
    since: float
    frame: wire.Downstream


def _keys(frame: wire.Downstream) -> str:
    return ", ".join(key for key, body in wire.to_dict(frame).items() if key != "mid" and body is not None)


class Outbound:
    def __init__(self, link: Link) -> None:
        self._link = link
        self._unacknowledged: dict[str, OrderedDict[str, _Waiting]] = {}

    async def send(self, nodeserver: NodeServer, frame: wire.Downstream) -> bool:
        """Sends one frame; False, with a word in the NodeServer's log, if the broker could not take it."""
        told = understood(frame) if nodeserver.run and nodeserver.run.original else frame
        if told is None:
            nodeserver.journal.remark(f"its client library cannot be told {_keys(frame)}")
            return False
        try:
            await self._link.publish(nodeserver.topics.down, wire.encode(told))
        except (BrokerError, wire.WireError) as error:
            nodeserver.journal.remark(f"a message to the NodeServer was not sent: {error}", "WARNING")
            return False
        return True

    async def config(self, nodeserver: NodeServer) -> None:
        await self.send(nodeserver, wire.Downstream(config=wire.to_dict(nodeserver.on_wire())))

    async def deliver(self, nodeserver: NodeServer, frame: wire.Downstream) -> None:
        """Sends a frame that must be acknowledged: a command, an OAuth code, a webhook, `delete`.

        Without a connection it is kept until there is one. An original client never acknowledges, and would get it
        again with each connection: to such a one it is sent once.
        """
        frame.mid = secrets.token_hex(8)
        run = nodeserver.run
        connected = run is not None and run.connected
        if not connected or (run is not None and run.acknowledges):
            self._keep(nodeserver, frame.mid, frame)
        if connected:
            await self.send(nodeserver, frame)

    def acknowledged(self, nodeserver: NodeServer, mid: str) -> None:
        self._unacknowledged.get(nodeserver.worker, OrderedDict()).pop(mid, None)

    async def redeliver(self, nodeserver: NodeServer, run: CurrentRun) -> None:
        """The run is connected (again): sends what it has not acknowledged."""
        waiting = self._unacknowledged.get(nodeserver.worker, OrderedDict())
        for mid, (since, frame) in list(waiting.items()):
            if mid not in waiting:
                continue  # acknowledged while those before it were sent
            late = time.monotonic() - since > _EXPIRES
            if late or not run.acknowledges:
                del waiting[mid]
            if late:
                nodeserver.journal.remark("a command was dropped: it waited over a minute for a connection", "WARNING")
            else:
                await self.send(nodeserver, frame)

    def _keep(self, nodeserver: NodeServer, mid: str, frame: wire.Downstream) -> None:
        waiting = self._unacknowledged.setdefault(nodeserver.worker, OrderedDict())
        if len(waiting) >= _MOST_WAITING:
            waiting.popitem(last=False)
            nodeserver.journal.remark(f"over {_MOST_WAITING} commands wait; the oldest was dropped", "WARNING")
        waiting[mid] = _Waiting(time.monotonic(), frame)

    def forget(self, nodeserver: NodeServer) -> None:
        self._unacknowledged.pop(nodeserver.worker, None)
