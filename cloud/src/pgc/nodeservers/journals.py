"""The journals of all NodeServers, and the folder in which they are kept."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

from pgc.events import Events
from pgc.nodeservers.journal import KEPT, Journal
from pgc.nodeservers.logs.files import LogFiles
from pgc.nodeservers.logs.writer import LogWriter
from pgc.secrets.masking import Masks

_FILLED = 512 * 1024
"""Bytes of files that a journal is filled from, at most."""
_WORKER_LENGTH = 32
_log = logging.getLogger(__name__)


class Journals:
    """Each is kept in files of `cap` bytes in all, none where that is 0; `secrets` are masked in all of them."""

    def __init__(self, events: Events, folder: Path, cap: int, secrets: Iterable[str] = ()) -> None:
        self._events = events
        self._folder = folder
        self._cap = cap
        self._secrets = tuple(secrets)
        self._writer = LogWriter()
        self._journals: dict[str, Journal] = {}

    async def start(self) -> None:
        await self._writer.start()

    async def stop(self) -> None:
        """Returns once all is written."""
        await self._writer.stop()

    def end_readers(self) -> None:
        """Who follows a journal has come to its end; they go on being written."""
        for journal in self._journals.values():
            journal.close()

    def of(self, worker: str) -> Journal:
        """The one of this NodeServer, empty where it was not loaded."""
        if worker not in self._journals:
            self._journals[worker] = self._new(worker)
        return self._journals[worker]

    async def load(self, worker: str) -> None:
        """Fills it with what a platform before this one has written."""
        journal = self._new(worker)
        if journal.files is not None:
            journal.restore(await asyncio.to_thread(journal.files.tail, KEPT, _FILLED))
            journal.copy_to(journal.files, self._writer)
        self._journals[worker] = journal

    async def close(self, worker: str) -> None:
        """The NodeServer is gone; its files stay until :meth:`remove_others`."""
        journal = self._journals.pop(worker, None)
        if journal is not None:
            journal.close()
            await self._writer.flush()
            if journal.copy is not None:
                await self._writer.drop(journal.copy)

    async def flush(self) -> None:
        """Returns once all that was said is in the files, if it can be written."""
        await self._writer.flush()

    async def remove_others(self, workers: Callable[[], Awaitable[Iterable[str]]]) -> None:
        """Removes the files of all NodeServers but those that `workers` gives; one that is added meanwhile is there."""
        found = await asyncio.to_thread(self._folders)
        others = found.keys() - set(await workers())
        await asyncio.to_thread(_remove, [LogFiles(found[worker], self._cap) for worker in others])

    def _new(self, worker: str) -> Journal:
        journal = Journal(worker, self._events, Masks(self._secrets))
        if self._cap:
            journal.copy_to(LogFiles(self._folder / worker, self._cap), self._writer)
        return journal

    def _folders(self) -> dict[str, Path]:
        found = self._folder.iterdir() if self._folder.is_dir() else ()
        return {folder.name: folder for folder in found if len(folder.name) == _WORKER_LENGTH}


def _remove(logs: Iterable[LogFiles]) -> None:
    for files in logs:
        try:
            files.remove()
        except OSError as error:
            _log.error("a log cannot be removed: %s", error)
