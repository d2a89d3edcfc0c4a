"""All that is kept of a log, as one file: read, written out and compressed a part at a time, off the event loop."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterable
from enum import StrEnum

import msgspec

from pgc.nodeservers.journal import Journal
from pgc.nodeservers.logs.texts import as_text
from pgc.workers.logs import LogEntry

_GZIP = 31
"""What zlib calls a gzip file with its largest window."""


class Form(StrEnum):
    TEXT = "text"
    GZ = "gz"
    JSONL = "jsonl"

    @property
    def ending(self) -> str:
        return {Form.TEXT: ".log", Form.GZ: ".log.gz", Form.JSONL: ".jsonl"}[self]

    @property
    def media_type(self) -> str:
        return {Form.TEXT: "text/plain", Form.GZ: "application/gzip", Form.JSONL: "application/x-ndjson"}[self]


async def download(journal: Journal, form: Form) -> AsyncIterator[bytes]:
    """The oldest first; what is not in files yet comes out of memory."""
    packer = zlib.compressobj(wbits=_GZIP) if form is Form.GZ else None
    last = 0
    async for entries in _parts(journal):
        new = [entry for entry in entries if entry.number > last]
        last = new[-1].number if new else last
        content = await asyncio.to_thread(_written_out, new, form)
        if packer is not None:
            content = await asyncio.to_thread(packer.compress, content)
        if content:
            yield content
    if packer is not None:
        yield packer.flush()


async def _parts(journal: Journal) -> AsyncIterator[list[LogEntry]]:
    files = journal.files
    if files is not None:
        for path in files.paths():
            yield await asyncio.to_thread(files.read, path)
    yield journal.entries()


def _written_out(entries: Iterable[LogEntry], form: Form) -> bytes:
    if form is Form.JSONL:
        return b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)
    return "".join(f"{as_text(entry)}\n" for entry in entries).encode()
