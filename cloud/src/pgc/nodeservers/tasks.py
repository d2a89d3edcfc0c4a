"""Tasks that run for as long as something else does."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, TypeVar

from pgc.waiting import until_done

T = TypeVar("T")
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


async def undisturbed(work: Coroutine[Any, Any, T]) -> T:
    """Does it to its end; who is cancelled meanwhile is so after it."""
    task = asyncio.ensure_future(work)
    await until_done(task)
    return task.result()


async def obtained(work: Coroutine[Any, Any, T], give_back: Callable[[T], Awaitable[object]]) -> T:
    """What `work` brings. Who is cancelled meanwhile breaks it off, once, and gives back what it still brings."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        task.cancel()
        await undisturbed(_give_back(task, give_back))
        raise


async def _give_back(task: asyncio.Future[T], give_back: Callable[[T], Awaitable[object]]) -> None:
    await asyncio.wait({task})
    if not task.cancelled() and task.exception() is None:
        await give_back(task.result())


def _tell_failure(task: asyncio.Task[None]) -> None:
    error = None if task.cancelled() else task.exception()
    if error is not None:
        _log.error("%s ended by a fault of the platform", task.get_name(), exc_info=error)
