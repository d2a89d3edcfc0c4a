"""Write-behind of driver values: at most a second later, newest only, in one transaction."""

import asyncio
import logging
from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError

from pgc.nodeservers.nodes import Node
from pgc.storage.records import DriverRecord
from pgc.storage.values import Values

Key = tuple[str, str, str]
"""Worker, address, driver."""
_DELAY = 1.0
_log = logging.getLogger(__name__)


class ValueWriter:
    """What could not be written stays waiting and is tried again."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._waiting: dict[Key, Node] = {}
        self._something = asyncio.Event()
        self._writing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="value writer")

    async def stop(self) -> None:
        """Returns once all is written; a write under way is not torn apart, since its values are no longer waiting."""
        if self._task is not None:
            async with self._writing:
                self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._flush()

    def put(self, worker: str, node: Node, driver: str) -> None:
        """Writes this driver as it then is."""
        self._waiting[worker, node.record.address, driver] = node
        self._something.set()

    async def _run(self) -> None:
        while True:
            await self._something.wait()
            await asyncio.sleep(_DELAY)
            await self._flush()

    async def _flush(self) -> None:
        async with self._writing:
            waiting, self._waiting = self._waiting, {}
            self._something.clear()
            if waiting:
                await self._write(waiting)

    async def _write(self, waiting: dict[Key, Node]) -> None:
        try:
            await self._values.put(_records(waiting))
        except SQLAlchemyError:
            _log.exception("driver values could not be written; they will be tried again")
            self._waiting = waiting | self._waiting
            self._something.set()


def _records(waiting: dict[Key, Node]) -> Iterator[tuple[str, DriverRecord]]:
    for (worker, _, driver), node in waiting.items():
        yield worker, node.driver_record(driver)
