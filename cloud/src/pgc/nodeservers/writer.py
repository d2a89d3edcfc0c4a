"""Write-behind of driver values: at most a second later, newest only, in one transaction."""

import asyncio
import logging

from sqlalchemy.exc import SQLAlchemyError

from pgc.storage.records import DriverRecord
from pgc.storage.values import Values

_DELAY = 1.0
_log = logging.getLogger(__name__)


class ValueWriter:
    """What could not be written stays waiting and is tried again."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._waiting: dict[tuple[str, str, str], DriverRecord] = {}
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

    def put(self, worker: str, value: DriverRecord) -> None:
        self._waiting[worker, value.address, value.driver] = value
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

    async def _write(self, waiting: dict[tuple[str, str, str], DriverRecord]) -> None:
        try:
            await self._values.put((worker, value) for (worker, _, _), value in waiting.items())
        except SQLAlchemyError:
            _log.exception("driver values could not be written; they will be tried again")
            self._waiting = waiting | self._waiting
            self._something.set()
