"""The platform's end of a keeper's socket: orders down, events up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from pgc.workers.errors import KeeperLost
from pgc.workers.runtime import Stream

MOST_EVENT = 1024 * 1024
CLOSING = 2.0


class _Event(msgspec.Struct, tag_field="event", tag=str.lower):
    pass


class Hello(_Event):
    """The first word. `pid` is the launcher's if it is `ready`, before that the outermost process's."""

    keeper: int
    pid: int | None
    ready: bool
    assigned: bool


class Ready(_Event):
    pid: int


class Assigned(_Event):
    pass


class Refused(_Event):
    reason: str


class Line(_Event):
    number: int
    time: float
    stream: Stream
    text: str


class Gap(_Event):
    first: int
    last: int


class Exited(_Event, tag="exit"):
    code: int | None
    signal: int | None
    out_of_memory: bool = False
    ended_for: str = ""


Event = Hello | Ready | Assigned | Refused | Line | Gap | Exited
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


class KeeperLink:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connect(cls, socket: Path) -> "KeeperLink":
        """Raises OSError where no keeper listens."""
        return cls(*await asyncio.open_unix_connection(str(socket), limit=MOST_EVENT))

    async def events(self) -> AsyncIterator[Event]:
        """Until the keeper is gone.

        Raises:
            KeeperLost: it says what no keeper says.
        """
        with suppress(ConnectionError):
            while line := await self._readline():
                try:
                    yield _decoder.decode(line)
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    raise KeeperLost(f"a keeper's word cannot be understood: {error}") from error

    async def order(self, op: str, **fields: Any) -> None:
        """A keeper that is gone is no error here: the end of its events tells."""
        with suppress(ConnectionError):
            self._writer.write(msgspec.json.encode({"op": op, **fields}) + b"\n")
            await self._writer.drain()

    async def dismiss(self) -> None:
        """Ends the keeper with whatever it keeps, and waits until it has gone."""
        await self.order("end", grace=0)
        with suppress(TimeoutError, KeeperLost):
            async with asyncio.timeout(CLOSING):
                async for _ in self.events():
                    pass
        await self.close()

    async def close(self) -> None:
        self._writer.close()
        with suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(CLOSING):
                await self._writer.wait_closed()

    async def _readline(self) -> bytes:
        try:
            return await self._reader.readline()
        except ValueError as error:
            raise KeeperLost("a keeper's word is too long to be taken") from error
