"""A port of the platform's machine that leads to the port 3000 of one run, by the API of the run's slirp4netns."""

import asyncio
from pathlib import Path

import msgspec

from pgc.sandbox.nest.network import PROGRAM
from pgc.workers.errors import PortNotForwarded

INGRESS = 3000
"""Where NodeServers listen that are to be reached from outside."""
_LIMIT = 10.0
_LONGEST = 4096


class _Complaint(msgspec.Struct):
    desc: str = ""


class _Answer(msgspec.Struct):
    error: _Complaint | None = None


async def forward(api: Path, host: str, port: int) -> None:
    """
    Raises:
        PortNotForwarded: something else listens there, or the run's network is gone.
    """
    arguments = {"proto": "tcp", "host_addr": host, "host_port": port, "guest_addr": PROGRAM, "guest_port": INGRESS}
    try:
        async with asyncio.timeout(_LIMIT):
            answer = await _ask(api, msgspec.json.encode({"execute": "add_hostfwd", "arguments": arguments}))
    except (OSError, TimeoutError, msgspec.MsgspecError) as error:
        raise PortNotForwarded(f"port {port} cannot be led to the NodeServer: {error or 'no answer'}") from error
    if answer.error is not None:
        raise PortNotForwarded(
            f"port {port} cannot be led to the NodeServer: {answer.error.desc}",
            hint=f"Is it in use on this machine, or is {host} no address of it?",
        )


async def _ask(api: Path, order: bytes) -> _Answer:
    reader, writer = await asyncio.open_unix_connection(str(api), limit=_LONGEST)
    try:
        writer.write(order)
        writer.write_eof()
        return msgspec.json.decode(await reader.read(_LONGEST), type=_Answer)
    finally:
        writer.close()
