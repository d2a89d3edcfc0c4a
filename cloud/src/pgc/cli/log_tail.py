"""A NodeServer's log as the platform streams it: taken up again where it broke off, for as long as it takes."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import aiohttp
import msgspec

from pgc.cli.client import PlatformClient
from pgc.cli.errors import CommandError
from pgc.cli.output import say

_PAUSE = 1.0
_SILENCE = 60.0
"""Seconds without even a heartbeat: the connection is dead."""
_RECOVERY = 60.0
"""Seconds that a platform which has just started may not know its NodeServers yet."""
Entry = dict[str, Any]
"""As the API shows it, and its `event`: empty for an entry, ``gap`` or ``end``."""


class LogTail:
    def __init__(self, client: PlatformClient, path: str, query: dict[str, str]) -> None:
        self._client = client
        self._path = path
        self._query = {**query, "follow": "true"}
        self._event_id = ""
        self._begun = False
        self._lost_since: float | None = None

    async def entries(self) -> AsyncIterator[Entry]:
        """Entries and gaps, until the NodeServer is gone.

        Raises:
            CommandError: the platform refuses, or was not there in the first place.
        """
        while True:
            try:
                async for found in self._stream():
                    if found["event"] == "end":
                        return
                    yield found
            except CommandError as error:
                if not self._may_pass(error):
                    raise
            if self._lost_since is None:
                self._lost_since = time.monotonic()
                say("The platform has gone; its log goes on here when it is back.")
            await asyncio.sleep(_PAUSE)

    async def _stream(self) -> AsyncIterator[Entry]:
        headers = {"Last-Event-ID": self._event_id} if self._event_id else {}
        silence = aiohttp.ClientTimeout(total=None, sock_read=_SILENCE)
        async with self._client.opened(
            "GET", self._path, params=self._query, headers=headers, timeout=silence
        ) as answer:
            self._begun, self._lost_since = True, None
            fields: dict[str, str] = {}
            with suppress(TimeoutError):
                async for line in answer.content:
                    text = line.decode().rstrip("\r\n")
                    if text:
                        field, _, value = text.partition(": ")
                        fields[field] = value
                        continue
                    self._event_id = fields.get("id", self._event_id)
                    if "data" in fields:
                        yield {"event": fields.get("event", ""), **msgspec.json.decode(fields["data"])}
                    fields = {}

    def _may_pass(self, error: CommandError) -> bool:
        """A platform that went away is waited for; one that is back and refuses is believed after a while."""
        if not self._begun:
            return False
        away = isinstance(error.__cause__, aiohttp.ClientError)
        return away or self._lost_since is None or time.monotonic() - self._lost_since < _RECOVERY
