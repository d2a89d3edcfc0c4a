"""What the platform does for a run with an original client library, which can do less by itself than our SDK."""

import asyncio
from typing import Final

from msgspec import json

from pgc.broker.access import Login, hash_secret, new_secret
from pgc.broker.doors import Pass
from pgc.bundles.node import ask_node
from pgc.bundles.server_file import NODE, ServerFile
from pgc.nodeservers.errors import NotIsolated, NotPossibleNow
from pgc.nodeservers.nodeserver import CurrentRun, NodeServer
from pgc.sandbox.contract import MIB, Sandbox
from pgc.workers.runtime import Assignment, Exit, Original
from pgc_interface import wire
from pgc_interface.dialects import Dialect

LARGEST_INIT: Final = 120 * 1024
"""Bytes. A program gets it as one string of its environment, which the kernel bounds at 128 KiB."""
KNOWN: Final = frozenset(
    {"config", "result", "query", "status", "command", "polls", "shortPoll", "longPoll", "oauth", "delete", "stop"}
)
"""What they can be told. Each other key is an error in their log, and does nothing."""
_NODE_HEAP: Final = 512
"""MiB. Of addresses, which are not memory, its engine reserves more than a limit that others could live with."""
_NODE_ADDRESSES: Final = 64 * 1024 * MIB
_AFTER_GOODBYE, _END_GRACE = 2.0, 2.0
"""Seconds for what it may still have to do, and then for its end."""


async def needs(server_file: ServerFile, sandbox: Sandbox) -> Original:
    """
    Raises:
        NotIsolated: nothing here can show it the folders that it was written for.
        BundleError: it is written in JavaScript, and this machine has no Node.js.
    """
    if not sandbox.isolated:
        raise NotIsolated(
            f"the original client library needs /app, which only a sandbox can show it: {sandbox.reason}",
            hint="install bubblewrap and start the platform again, or let it run in another dialect",
        )
    if server_file.type != NODE:
        return Original()
    node = await ask_node()
    return Original((str(node.program), f"--max-old-space-size={_NODE_HEAP}"), node.folders, _NODE_ADDRESSES)


def assignment_of_original(nodeserver: NodeServer, way: Pass) -> Assignment:
    """The environment that the original clients know. They take STAGE for the beginning of all topics.

    Raises:
        NotPossibleNow: its configuration does not go into an environment.
    """
    init = json.encode(wire.to_dict(nodeserver.on_wire()))
    if len(init) > LARGEST_INIT:
        raise NotPossibleNow(
            f"what it is told at its start has {len(init) // 1024} KiB; an original client library can be told "
            f"{LARGEST_INIT // 1024} KiB",
            hint="remove some of its params, notices or saved data, or let it run in another dialect",
        )
    environment = {"NODESERVER": init.decode(), "STAGE": nodeserver.topics.prefix, "MQTTENDPOINT": way.host}
    return Assignment(nodeserver.server_file.executable, environment, Dialect.ORIGINAL)


def renewed(login: Login) -> tuple[Login, str]:
    """The login with a new secret: that of a run is known to its door only, which ends with the platform."""
    secret = new_secret()
    return Login(login.name, hash_secret(secret), login.prefix), secret


def understood(frame: wire.Downstream) -> wire.Downstream | None:
    """What of the frame an original client knows; None where that is nothing."""
    kept = {key: body for key in KNOWN if (body := getattr(frame, key)) is not None}
    return wire.Downstream(**kept) if kept else None


async def leave(run: CurrentRun) -> Exit:
    """Waits until it has stopped. Once it has said goodbye, what keeps its process are timers that nobody waits for."""
    exiting = asyncio.create_task(run.process.exited(), name=f"exit of run {run.record.id}")
    leaving = asyncio.create_task(run.gone.wait(), name=f"goodbye of run {run.record.id}")
    try:
        await asyncio.wait({exiting, leaving}, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait({exiting}, timeout=_AFTER_GOODBYE)
        if exiting.done():
            return exiting.result()
        await run.process.end(_END_GRACE)
        return Exit(code=0)
    finally:
        for task in (exiting, leaving):
            task.cancel()
        await asyncio.gather(exiting, leaving, return_exceptions=True)
