"""What has to be done towards the ISY for each NodeServer, step by step, however long the ISY is away."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from pgc.isy.errors import IsyError, IsyRefused, IsyUnreachable
from pgc.nodeservers import tasks
from pgc.nodeservers.nodeserver import NodeServer

_MOST_WAITING = 500
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
_MOST_TROUBLES = 10
"""How often an ISY may answer one step with an error of its own, over some five minutes."""
_log = logging.getLogger(__name__)

Step = Callable[[], Awaitable[None]]


class Steps:
    """One queue a NodeServer, worked off in order. What a NodeServer asks for is bounded in number; what its owner or a
    look at the ISY asks for is rare, and always finds room."""

    def __init__(self) -> None:
        self._queues: dict[str, asyncio.Queue[Step]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def begin(self, nodeserver: NodeServer) -> None:
        """From now on this NodeServer's steps are worked off."""
        queue: asyncio.Queue[Step] = asyncio.Queue()
        self._queues[nodeserver.worker] = queue
        self._tasks[nodeserver.worker] = tasks.begin(_work(nodeserver, queue), f"provision {nodeserver.worker}")

    async def end(self, nodeserver: NodeServer) -> None:
        """Drops what waits."""
        self._queues.pop(nodeserver.worker, None)
        task = self._tasks.pop(nodeserver.worker, None)
        if task is not None:
            await tasks.end([task])

    def put(self, nodeserver: NodeServer, step: Step, *, always: bool = False) -> bool:
        """False if it will not be done: too many wait, unless `always`, or the NodeServer is going."""
        queue = self._queues.get(nodeserver.worker)
        if queue is None:
            return False
        if queue.qsize() >= _MOST_WAITING and not always:
            nodeserver.journal.remark("too many nodes wait for the ISY; this one was dropped", "ERROR")
            return False
        queue.put_nowait(step)
        return True


async def persist(step: Step) -> None:
    """Does the step, again and again while the ISY is away, and some times while it answers that it does not work."""
    pause, troubles = _FIRST_PAUSE, 0
    while True:
        try:
            return await step()
        except IsyError as error:
            troubles += isinstance(error, IsyRefused)
            if not may_pass(error) or troubles >= _MOST_TROUBLES:
                raise
        await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 (spreads retries, no secret)
        pause = min(pause * 2, _LONGEST_PAUSE)


def may_pass(error: IsyError) -> bool:
    """Whether waiting may help: the ISY does not answer, or speaks of its own state rather than of what was asked."""
    if isinstance(error, IsyRefused):
        return error.isy_status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return isinstance(error, IsyUnreachable)


async def _work(nodeserver: NodeServer, queue: asyncio.Queue[Step]) -> None:
    while True:
        step = await queue.get()
        try:
            await persist(step)
        except IsyError as error:
            nodeserver.journal.remark(str(error), "ERROR")
        except Exception:  # noqa: BLE001 (the edge of this task; one odd step must not end all that follow)
            _log.exception("a step towards the ISY of %s failed", nodeserver.worker)
            nodeserver.journal.remark("a step towards the ISY failed; the platform's log tells more", "ERROR")
