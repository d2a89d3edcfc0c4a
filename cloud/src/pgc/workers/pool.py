"""Warm runs, kept ready for the next start."""

import asyncio
import logging
from collections import deque

from pgc.sandbox.pythons import AUTO
from pgc.workers.errors import WorkerError
from pgc.workers.runtime import Run, Runtime

log = logging.getLogger(__name__)

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 60.0
ENDING = 1.0
"""Seconds a warm run gets to end; it has nothing to lose."""


class WarmPool:
    """Holds `size` warm runs; one that dies is replaced, and trouble makes it wait longer each time."""

    def __init__(self, runtime: Runtime, size: int = 1) -> None:
        self._runtime = runtime
        self._size = size
        self._warm: deque[Run] = deque()
        self._watchers: dict[str, asyncio.Task[None]] = {}
        self._wanted = asyncio.Event()
        self._troubles = 0
        self._filling: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._wanted.set()
        self._filling = asyncio.create_task(self._fill(), name="warm pool")

    async def stop(self) -> None:
        if self._filling is not None:
            self._filling.cancel()
            await asyncio.wait({self._filling})
        async with asyncio.TaskGroup() as group:
            while self._warm:
                group.create_task(self._discard(self._warm.popleft()), name="end a warm run")

    async def take(self, python: str = AUTO) -> Run:
        """A warm run at once if there is one, else a fresh one as soon as it can be had. Warm ones are on the
        platform's own Python; a start on another takes some tenths of a second more.

        Raises:
            WorkerError: none can be started.
            InterpreterError: there is no such Python.
        """
        if python != AUTO:
            return await self._runtime.spawn(python=python)
        if not self._warm:
            return await self._runtime.spawn()
        run = self._warm.popleft()
        self._troubles = 0
        await self._forget(run)
        self._wanted.set()
        return run

    async def _fill(self) -> None:
        while True:
            await self._wanted.wait()
            if len(self._warm) >= self._size:
                self._wanted.clear()
                continue
            if self._troubles:
                await asyncio.sleep(min(FIRST_PAUSE * 2 ** (self._troubles - 1), LONGEST_PAUSE))
            await self._add()

    async def _add(self) -> None:
        try:
            run = await self._runtime.spawn()
        except WorkerError as error:
            self._troubles += 1
            log.warning("No warm run could be started: %s", error)
            return
        self._warm.append(run)
        self._watchers[run.id] = asyncio.create_task(self._watch(run), name=f"watch warm run {run.id}")

    async def _watch(self, run: Run) -> None:
        exit_ = await run.exited()
        log.warning("The warm run %s ended by itself: %s", run.id, exit_.text)
        self._warm.remove(run)
        self._watchers.pop(run.id)
        self._troubles += 1
        self._wanted.set()

    async def _discard(self, run: Run) -> None:
        await self._forget(run)
        await run.end(ENDING)

    async def _forget(self, run: Run) -> None:
        watcher = self._watchers.pop(run.id)
        watcher.cancel()
        await asyncio.wait({watcher})
