"""What is done for NodeServers in the background, one thing at a time for each: begun, waited for, broken off."""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from pgc.errors import PgcError
from pgc.nodeservers import tasks
from pgc.nodeservers.errors import NotPossibleNow
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.states import State

_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Job:
    task: asyncio.Task[None] | None = None
    error: PgcError | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Jobs:
    def __init__(self) -> None:
        self._jobs: dict[str, _Job] = {}

    def check_free(self, nodeserver: NodeServer) -> None:
        """
        Raises:
            NotPossibleNow: something is being done for it.
        """
        if nodeserver.installing:
            raise NotPossibleNow(f"{nodeserver.record.name} is being installed", hint="wait until that is over")

    def begin(self, nodeserver: NodeServer, work: Coroutine[Any, Any, None]) -> None:
        """Of what it raises, who waits for it is told."""
        broken_off = NotPossibleNow(f"what was being done for {nodeserver.record.name} was broken off")
        job = self._jobs[nodeserver.worker] = _Job(error=broken_off)
        nodeserver.installing = True
        job.task = tasks.begin(self._do(nodeserver, job, work), f"install {nodeserver.worker}")
        job.task.add_done_callback(lambda _: self._over(nodeserver, job, work))

    async def finish(self, nodeserver: NodeServer) -> None:
        """Waits until nothing is under way.

        Raises:
            PgcError: it has failed, or was broken off.
        """
        job = self._jobs.get(nodeserver.worker)
        if job is None:
            return
        await job.over.wait()
        if job.error is not None:
            raise job.error

    async def end(self, nodeserver: NodeServer) -> None:
        """Breaks it off."""
        job = self._jobs.get(nodeserver.worker)
        if job is not None and job.task is not None:
            await tasks.end([job.task])

    async def end_all(self) -> None:
        await tasks.end([job.task for job in self._jobs.values() if job.task is not None])

    async def _do(self, nodeserver: NodeServer, job: _Job, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
            job.error = None
        except PgcError as error:
            job.error = error
        except SQLAlchemyError:
            _log.exception("what was done for %s cannot be noted", nodeserver.worker)
            job.error = PgcError(f"the database of the platform could not be written for {nodeserver.record.name}")
            _tell(nodeserver, str(job.error))
        except Exception:  # noqa: BLE001 (the edge of this task)
            _log.exception("what was done for %s failed", nodeserver.worker)
            job.error = PgcError("an error of the platform; its log tells more")
            _tell(nodeserver, str(job.error))

    def _over(self, nodeserver: NodeServer, job: _Job, work: Coroutine[Any, Any, None]) -> None:
        work.close()  # it may have been broken off before it had begun
        del self._jobs[nodeserver.worker]
        nodeserver.installing = False
        job.over.set()


def _tell(nodeserver: NodeServer, fault: str) -> None:
    """Nobody foresaw it, so nobody else says that what was being installed is so no more."""
    if nodeserver.state is State.INSTALLING:
        nodeserver.enter(State.FAILED, fault, "try to install it again")
    else:
        nodeserver.journal.remark(fault, "ERROR")
