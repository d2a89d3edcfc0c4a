"""Whether the ISY answers: it pauses all sending while it does not, and asks with growing pauses until it does."""

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus

from pgc.isy.client import IsyClient, Reply
from pgc.isy.errors import IsyError
from pgc.isy.reasons import in_words

logger = logging.getLogger(__name__)


QUIET = 30.0
"""Seconds without a sign of the ISY after which it is asked for one: otherwise nobody would notice, as long as no value
changes, that it is off, or that it was."""


def has_trouble(reply: Reply) -> bool:
    """Whether the answer speaks of the ISY's own state rather than of what was asked."""
    return is_trouble(reply.status)


def is_trouble(status: int) -> bool:
    """The same, of its HTTP status."""
    return status == HTTPStatus.UNAUTHORIZED or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def trouble(reply: Reply) -> str:
    """That state in words."""
    return f"the ISY answers, but does not work: {in_words(reply.status, reply.reason)}"


class Backoff:
    """Pauses in seconds: doubled each time, with jitter so that many do not ask at once."""

    def __init__(self, first: float = 1.0, ceiling: float = 60.0) -> None:
        self._first = first
        self._ceiling = ceiling
        self._next = first

    def pause(self) -> float:
        pause, self._next = self._next, min(self._next * 2, self._ceiling)
        return pause * random.uniform(0.75, 1.0)  # noqa: S311 (spreads load, guards nothing)

    def reset(self) -> None:
        self._next = self._first


class Link:
    """Down until the first probe is answered. `changed` is told whether it is up and, if not, why.

    An ISY that has left a probe without an answer was away, for a reboot perhaps; `returned` is told when it is back.
    """

    def __init__(
        self, client: IsyClient, backoff: Backoff, changed: Callable[[bool, str], None], returned: Callable[[], None]
    ) -> None:
        self._client = client
        self._backoff = backoff
        self._changed = changed
        self._returned = returned
        self._was_away = True
        self._heard = False
        self._last: tuple[bool, str] | None = None
        self._up = asyncio.Event()
        self._down = asyncio.Event()
        self._down.set()

    @property
    def up(self) -> bool:
        return self._up.is_set()

    async def wait_up(self) -> None:
        await self._up.wait()

    def worked(self) -> None:
        """Something real went through."""
        self._heard = True
        self._backoff.reset()

    def failed(self, reason: str) -> None:
        self._up.clear()
        self._down.set()
        self._tell(False, reason)

    async def watch(self) -> None:
        """Runs as long as the reporter: probes at once, and then whenever the ISY has failed or is quiet."""
        await self._probe()
        while True:
            await self._failed_or_quiet()
            if not self.up:
                await asyncio.sleep(self._backoff.pause())
            await self._probe()

    async def _failed_or_quiet(self) -> None:
        self._heard = True
        while self._heard and self.up:
            self._heard = False
            with suppress(TimeoutError):
                async with asyncio.timeout(QUIET):
                    await self._down.wait()

    async def _probe(self) -> None:
        try:
            reply = await self._client.probe()
        except IsyError as error:
            self._left_unanswered(str(error))
        except Exception:
            logger.exception("asking the ISY at %s failed", self._client.url)
            self._left_unanswered("an error of the platform; its log says more")
        else:
            self._judge(reply)

    def _judge(self, reply: Reply) -> None:
        if has_trouble(reply):
            self._left_unanswered(trouble(reply))
            return
        if self._was_away:
            self._was_away = False
            self._returned()
        self._down.clear()
        self._up.set()
        self._tell(True, "")

    def _left_unanswered(self, reason: str) -> None:
        self._was_away = True
        self.failed(reason)

    def _tell(self, online: bool, reason: str) -> None:
        if self._last == (online, reason):
            return
        self._last = (online, reason)
        try:
            self._changed(online, reason)
        except Exception:
            logger.exception("a listener to the ISY at %s failed", self._client.url)
