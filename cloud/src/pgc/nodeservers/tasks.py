"""Tasks that run for as long as something else does."""

import asyncio
import logging
from collections.abc import Coroutine, Iterable
from typing import Any

_PATIENCE = 1.0
_log = logging.getLogger(__name__)


def begin(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    """A task whose failure is seen when it happens."""
    task = asyncio.create_task(work, name=name)
    task.add_done_callback(_tell_failure)
    return task


async def end(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancels them and waits until they have ended.

    Before Python 3.12 `asyncio.wait_for`, which our MQTT client uses, loses a cancellation that comes together with
    what it waits for; so it is repeated.
    """
    running = {task for task in tasks if not task.done()}
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=_PATIENCE)


def _tell_failure(task: asyncio.Task[None]) -> None:
    error = None if task.cancelled() else task.exception()
    if error is not None:
        _log.error("%s ended by a fault of the platform", task.get_name(), exc_info=error)
