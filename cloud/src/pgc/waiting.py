"""Waiting that a cancellation does not cut short: what was begun may not be left half done."""

import asyncio
from typing import Any


async def until_done(*work: asyncio.Future[Any]) -> None:
    """Waits for these to end. Who is cancelled meanwhile, once or again and again, is so after that."""
    cancelled: asyncio.CancelledError | None = None
    while running := [one for one in work if not one.done()]:
        try:
            await asyncio.wait(running)
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
