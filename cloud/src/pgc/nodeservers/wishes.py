"""What NodeServers ask of the manager: to be restarted, to be stopped."""

import asyncio
from enum import Enum, auto
from typing import NamedTuple

from pgc.nodeservers.nodeserver import CurrentRun, NodeServer

_MOST_WAITING = 1000


class Wish(Enum):
    RESTART = auto()
    STOP = auto()


class Wished(NamedTuple):
    nodeserver: NodeServer
    run: CurrentRun
    wish: Wish


class Wishes:
    def __init__(self) -> None:
        self._waiting: asyncio.Queue[Wished] = asyncio.Queue(_MOST_WAITING)

    def make(self, nodeserver: NodeServer, run: CurrentRun, wish: Wish) -> None:
        """The first wish of a run counts: it is the last thing that run can be granted."""
        if run.wished:
            return
        try:
            self._waiting.put_nowait(Wished(nodeserver, run, wish))
            run.wished = True
        except asyncio.QueueFull:
            nodeserver.journal.remark("its wish was dropped: too many are waiting", "WARNING")

    async def next(self) -> Wished:
        return await self._waiting.get()
