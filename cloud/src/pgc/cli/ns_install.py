"""Follows an install: what it says as it comes, and what has come of it."""

import asyncio
from typing import Any

from pgc.cli.client import PlatformClient
from pgc.cli.errors import CommandError
from pgc.cli.log_tail import LogTail
from pgc.cli.named import Shown
from pgc.cli.output import say

_TOLD = {"install", "platform"}
"""Whose lines are shown: of those that the NodeServer itself writes meanwhile there are too many."""


async def follow_install(client: PlatformClient, nodeserver: Shown, since: float) -> Shown:
    """How the NodeServer is once nothing is being installed for it.

    Raises:
        CommandError: it could not be installed.
    """
    path = f"/nodeservers/{nodeserver['worker']}"
    told = _Told()
    telling = asyncio.create_task(told.follow(client, path, since))
    try:
        after: Shown = await client.ask("GET", f"{path}/installed")
    except asyncio.CancelledError:
        say(f"The install goes on without us: `pgc ns logs {nodeserver['slot']} -f` shows it.")
        raise
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
    for entry in await client.ask("GET", f"{path}/log", params={"since": str(since)}):
        told.tell(entry)
    if after["install_failure"]:
        raise CommandError(after["install_failure"], hint=_hint(after))
    return after


class _Told:
    """What has been said once is not said again."""

    def __init__(self) -> None:
        self._last = 0

    async def follow(self, client: PlatformClient, path: str, since: float) -> None:
        async for entry in LogTail(client, f"{path}/log", {"since": str(since)}).entries():
            if not entry["event"]:
                self.tell(entry)

    def tell(self, entry: dict[str, Any]) -> None:
        if entry["number"] > self._last:
            self._last = entry["number"]
            if entry["logger"] in _TOLD:
                say(f"  {entry['text']}")


def _hint(after: Shown) -> str:
    if after["state"] == "failed":
        again = f"`pgc ns install {after['slot']}` tries it again, `pgc ns remove {after['slot']}` removes it"
        return f"{after['hint'].rstrip('.')}. {again}" if after["hint"] else again
    return "what there was goes on as before"
