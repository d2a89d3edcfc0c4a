"""Writes journals to their files: a batch four times a second, in a thread of its own.

It reads journals as any other reader does, from a position: what it is too slow for is a gap in the files.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from pgc.nodeservers.logs.files import LogFiles
from pgc.workers.logs import PLATFORM, LogEntry
from pgc.workers.ring import Missed, Reader

DELAY = 0.25
"""Seconds that entries wait at most, while the disk keeps up: what a platform that is killed has not written."""
PAUSE = 10.0
"""Seconds until a journal is tried again that could not be written."""
_LAST = 10.0
"""Seconds for what is left at a stop, on a disk that hangs."""
_ALL = 1_000_000
_log = logging.getLogger(__name__)


class Copy:
    """How far one journal is written; `tell` says in it that it is not."""

    def __init__(self, reader: Reader[LogEntry], files: LogFiles, tell: Callable[[str], None]) -> None:
        self.files = files
        self.tell = tell
        self._reader = reader
        self._before = reader.position

    def take(self) -> list[LogEntry]:
        self._before = self._reader.position
        return _with_gaps_told(self._reader.take(most=_ALL))

    def give_back(self) -> None:
        self._reader.position = self._before


class LogWriter:
    """A disk that is full is told once, and harms nothing: what waits for it stays in the journals, as far as these
    reach back."""

    def __init__(self) -> None:
        self._waiting: set[Copy] = set()
        self._resting: set[Copy] = set()
        """Not tried just now, because they could not be written."""
        self._told: set[Copy] = set()
        self._something = asyncio.Event()
        self._writing = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, "log files")
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="log writer")

    async def stop(self) -> None:
        """Returns once all is written that can be; a write under way is not torn apart."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST):
                await self._end_task()
                await self.flush()
        self._thread.shutdown(wait=False)

    def put(self, copy: Copy) -> None:
        """There is something new to copy; to say so costs next to nothing."""
        if copy not in self._resting:
            self._waiting.add(copy)
            self._something.set()

    async def drop(self, copy: Copy) -> None:
        """Nothing more of it is written, and nothing is being written."""
        async with self._writing:
            for known in (self._waiting, self._resting, self._told):
                known.discard(copy)

    async def flush(self) -> None:
        """Writes what waits, now."""
        async with self._writing:
            self._something.clear()
            batch = {copy: copy.take() for copy in self._waiting}
            self._waiting.clear()
            if batch:
                failed = await asyncio.get_running_loop().run_in_executor(self._thread, _write, batch)
                self._note_written(batch.keys() - failed.keys())
                self._note_failed(failed)

    def _note_failed(self, failed: dict[Copy, OSError]) -> None:
        if failed and not self._told:
            reason = next(iter(failed.values()))
            _log.error("logs cannot be written to disk: %s; their newest lines are kept in memory", reason)
        for copy, error in failed.items():
            copy.give_back()
            self._resting.add(copy)
            self._waiting.discard(copy)
            asyncio.get_running_loop().call_later(PAUSE, self._try_again, copy)
            if copy not in self._told:
                self._told.add(copy)
                copy.tell(f"its log cannot be written to disk: {error.strerror}; the newest lines are kept in memory")

    def _note_written(self, copies: set[Copy]) -> None:
        for copy in copies & self._told:
            self._told.discard(copy)
            copy.tell("its log is written to disk again")
            if not self._told:
                _log.warning("logs are written to disk again")

    def _try_again(self, copy: Copy) -> None:
        if copy in self._resting:
            self._resting.discard(copy)
            self.put(copy)

    async def _end_task(self) -> None:
        if self._task is not None:
            async with self._writing:
                self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await self._something.wait()
            await asyncio.sleep(DELAY)
            try:
                await self.flush()
            except Exception:  # noqa: BLE001 (the edge of this task: what comes next is written all the same)
                _log.exception("a part of the logs was not written")


def _write(batch: dict[Copy, list[LogEntry]]) -> dict[Copy, OSError]:
    """In the thread: which could not be written, and why."""
    failed = {}
    for copy, entries in batch.items():
        try:
            copy.files.append(entries)
        except OSError as error:
            failed[copy] = error
    return failed


def _with_gaps_told(taken: list[LogEntry | Missed]) -> list[LogEntry]:
    """A gap is told by an entry in the place of the last that is missing."""
    entries: list[LogEntry] = []
    for item, following in zip(taken, [*taken[1:], None], strict=True):
        if isinstance(item, LogEntry):
            entries.append(item)
        elif isinstance(following, LogEntry):
            entries.append(_gap(item.count, following))
    return entries


def _gap(missed: int, following: LogEntry) -> LogEntry:
    text = f"{missed} lines are left out here: they came faster than they could be written"
    return LogEntry(following.time, "WARNING", PLATFORM, "", text, following.number - 1, following.run, following.line)
