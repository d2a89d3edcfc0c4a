"""Tells a run with the original client library for Python what its drivers are, once they have changed.

pgc_interface 1.1.9 sends a value only where it differs from that in the last config it got, and the original platform
sent one whenever a driver changed. Without it, a value that goes back to what it was would never be reported.
"""

import asyncio

from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.outbound import Outbound

PAUSE = 0.2
"""Seconds in which further changes come with the same config."""


class Echo:
    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound
        self._due: dict[str, asyncio.Task[None]] = {}

    def soon(self, nodeserver: NodeServer) -> None:
        worker = nodeserver.worker
        if worker not in self._due:
            task = asyncio.create_task(self._send(nodeserver), name=f"echo to {worker}")
            self._due[worker] = task

    async def stop(self) -> None:
        due = list(self._due.values())
        for task in due:
            task.cancel()
        await asyncio.gather(*due, return_exceptions=True)

    async def _send(self, nodeserver: NodeServer) -> None:
        try:
            await asyncio.sleep(PAUSE)
        finally:
            del self._due[nodeserver.worker]
        if nodeserver.run is not None:
            await self._outbound.config(nodeserver)
