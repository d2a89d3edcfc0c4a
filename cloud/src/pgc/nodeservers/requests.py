"""Requests of an ISY that wait for the NodeServer's own result (``report/request/<id>/success|fail``)."""

import asyncio

from pgc.isy.errors import IsyError
from pgc.nodeservers.nodeserver import NodeServer

_PATIENCE = 30.0
_MOST = 100
"""Of one NodeServer, so that none takes the room of the others."""


class Requests:
    """Each request is answered exactly once: with the result, or with `fail` when none comes in 30 seconds."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], asyncio.TimerHandle] = {}
        self._answers: set[asyncio.Task[None]] = set()

    def opened(self, nodeserver: NodeServer, request: str) -> None:
        key = (nodeserver.worker, request)
        if key in self._open:
            return
        if sum(worker == nodeserver.worker for worker, _ in self._open) >= _MOST:
            self._answer(nodeserver, request, success=False)
            return
        loop = asyncio.get_running_loop()
        self._open[key] = loop.call_later(_PATIENCE, self.closed, nodeserver, request, False)

    def closed(self, nodeserver: NodeServer, request: str, success: bool) -> None:
        timer = self._open.pop((nodeserver.worker, request), None)
        if timer is not None:
            timer.cancel()
            self._answer(nodeserver, request, success=success)

    def fail(self, nodeserver: NodeServer, request: str) -> None:
        """Answers at once for a NodeServer that cannot."""
        timer = self._open.pop((nodeserver.worker, request), None)
        if timer is not None:
            timer.cancel()
        self._answer(nodeserver, request, success=False)

    async def stop(self) -> None:
        for timer in self._open.values():
            timer.cancel()
        self._open.clear()
        for task in list(self._answers):
            task.cancel()
        await asyncio.gather(*self._answers, return_exceptions=True)

    def _answer(self, nodeserver: NodeServer, request: str, *, success: bool) -> None:
        task = asyncio.create_task(_report(nodeserver, request, success), name=f"answer request {request}")
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)


async def _report(nodeserver: NodeServer, request: str, success: bool) -> None:
    try:
        await nodeserver.isy.reporter.answer(nodeserver.slot, request, success)
    except IsyError as error:
        nodeserver.journal.remark(f"the ISY's request {request} was not answered: {error}", "WARNING")
