"""One ISY: the client that asks it, the reporter that keeps it up to date, and what is known of it."""

import asyncio
import logging
from contextlib import suppress

from pgc.isy.client import IsyClient, IsyLogin
from pgc.isy.errors import IsyError, IsyUnreachable
from pgc.isy.reporter import Reporter, ReportListener

logger = logging.getLogger(__name__)

START_PATIENCE = 5.0
"""Seconds that a start waits for the ISY's version; an ISY that is off is asked when it is back."""


class Isy:
    """`version` is the firmware's, empty until the ISY has told it."""

    def __init__(
        self, id: str, name: str, login: IsyLogin, listener: ReportListener, *, verify_tls: bool = True
    ) -> None:
        self.id = id
        self.name = name
        self.login = login
        self.version = ""
        self.client = IsyClient(login, verify_tls=verify_tls)
        self.reporter = Reporter(self.client, listener)
        self._asking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Returns when the ISY has told its version, or does not answer."""
        await self.client.start()
        await self.reporter.start()
        asked = asyncio.Event()
        self._asking = asyncio.create_task(self._ask_version(asked), name=f"version of ISY {self.id}")
        with suppress(TimeoutError):
            async with asyncio.timeout(START_PATIENCE):
                await asked.wait()

    async def stop(self) -> None:
        asking, self._asking = self._asking, None
        if asking is not None:
            asking.cancel()
            await asyncio.wait([asking])
        await self.reporter.stop()
        await self.client.stop()

    async def _ask_version(self, asked: asyncio.Event) -> None:
        """Asks at once, and again whenever the ISY is back, until it has told; `asked` is set after the first time."""
        while True:
            try:
                self.version = await self.client.version()
                return
            except IsyUnreachable as error:
                self.reporter.unreachable(str(error))
            except IsyError as error:
                logger.warning("ISY %s: its version is not known: %s", self.name, error)
                return
            finally:
                asked.set()
            await self.reporter.wait_online()
