"""Calls of the ISYs that were answered and are now handed on: a bounded set of tasks, in which no slot takes all."""

import asyncio
import logging
from collections import Counter
from collections.abc import Coroutine

logger = logging.getLogger(__name__)

MAX_FORWARDS = 256
MAX_PER_SLOT = 32
GRACE = 2.0
"""Seconds that a stop gives them to end."""


class Forwards:
    """`who` is a slot of an ISY."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._per_slot: Counter[tuple[str, int]] = Counter()

    def has_room(self, who: tuple[str, int]) -> bool:
        return len(self._tasks) < MAX_FORWARDS and self._per_slot[who] < MAX_PER_SLOT

    def start(self, who: tuple[str, int], call: Coroutine[None, None, None], name: str) -> None:
        self._per_slot[who] += 1
        task = asyncio.create_task(self._run(who, call), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Lets them end for a moment, then ends them."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=GRACE)
        for task in late:
            logger.warning("%s was cancelled", task.get_name())
            task.cancel()
        if late:
            await asyncio.wait(late)

    async def _run(self, who: tuple[str, int], call: Coroutine[None, None, None]) -> None:
        try:
            await call
        except Exception:
            logger.exception("a call of ISY %s to slot %d was not handed on", *who)
        finally:
            self._per_slot[who] -= 1
            self._per_slot += Counter()  # drops those at zero
