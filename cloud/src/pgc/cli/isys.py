"""Which ISY `pgc run` works against: one simulated for the occasion, or the user's own."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from pgc.cli.home import SIMULATED
from pgc.cli.login import login_at
from pgc.cli.nearby import Nearby, announced
from pgc.cli.output import say
from pgc.errors import PgcError
from pgc.isy.isy import Isy
from pgc.nodeservers.events import CalledByIsy, NodeAdded
from pgc.nodeservers.nodeserver import NodeServer
from pgc.platform import Platform
from pgc.simulator.server import SimulatedIsy

_CALL_BACK_WITHIN = 5.0


class IsyChoice(Protocol):
    @property
    def settings(self) -> dict[str, Any]:
        """What the platform needs to be told for this ISY."""

    def open(self, platform: Platform) -> AbstractAsyncContextManager[Isy]:
        """The ISY, added to the platform."""

    async def checks(self, platform: Platform, nodeserver: NodeServer) -> None:
        """What is looked at while the NodeServer runs."""

    async def leave(self, platform: Platform, nodeserver: NodeServer) -> None:
        """Leaves the ISY as it was found."""


def choose_isy(text: str, *, verify_tls: bool = True) -> IsyChoice:
    """`sim`, or a URL, whose password comes from PGC_ISY_PASSWORD or a prompt.

    Raises:
        CommandError: it is neither, or there is no password to be had.
    """
    if text == "sim":
        return SimulatedChoice()
    login = login_at(text, wanted="`sim` or a URL")
    return RealChoice(url=login.url, username=login.username, password=login.password, verify_tls=verify_tls)


class SimulatedChoice:
    """One that lives as long as the command."""

    @property
    def settings(self) -> dict[str, Any]:
        return SIMULATED

    @asynccontextmanager
    async def open(self, platform: Platform) -> AsyncIterator[Isy]:
        async with SimulatedIsy() as simulated:
            with announced(Nearby(simulated.url, simulated.username, simulated.password, "pgc run")):
                yield await platform.isys.add(
                    name="simulated ISY",
                    url=simulated.url,
                    username=simulated.username,
                    password=simulated.password,
                )

    async def checks(self, platform: Platform, nodeserver: NodeServer) -> None:
        """A simulated ISY always reaches us."""

    async def leave(self, platform: Platform, nodeserver: NodeServer) -> None:
        """It is gone with the command."""


@dataclass(frozen=True, slots=True)
class RealChoice:
    url: str
    username: str
    password: str = field(repr=False)
    verify_tls: bool = True

    @property
    def settings(self) -> dict[str, Any]:
        """An ISY in the home must reach the listener, so it listens on every address unless the user chose one."""
        chosen = os.environ.get("PGC_ISY_LISTEN_HOST")
        return {} if chosen else {"isy_listen_host": "0.0.0.0"}  # noqa: S104 (it serves nothing without a slot's login)

    @asynccontextmanager
    async def open(self, platform: Platform) -> AsyncIterator[Isy]:
        isy = await platform.isys.add(
            name=self.url, url=self.url, username=self.username, password=self.password, verify_tls=self.verify_tls
        )
        say(f"The ISY at {self.url} answers (firmware {isy.version or 'unknown'})")
        yield isy

    async def checks(self, platform: Platform, nodeserver: NodeServer) -> None:
        """Asks the ISY to query the controller, and says so if no call comes back."""
        with platform.events.subscribe(NodeAdded, CalledByIsy) as events:
            added = await anext(event async for event in events if isinstance(event, NodeAdded))
            try:
                async with asyncio.timeout(_CALL_BACK_WITHIN):
                    await nodeserver.isy.client.query_node(nodeserver.slot, added.address)
                    await anext(event async for event in events if isinstance(event, CalledByIsy))
            except (TimeoutError, PgcError):
                say(
                    f"The ISY does not call back at {await platform.callback_url(nodeserver)}: "
                    "values reach it, but its commands will not reach the NodeServer.\n"
                    "  Hint: open that port in this machine's firewall, or set PGC_ISY_CALLBACK_URL to an address "
                    "that the ISY reaches."
                )

    async def leave(self, platform: Platform, nodeserver: NodeServer) -> None:
        try:
            await platform.manager.remove(nodeserver.worker)
            say(f"Its nodes and slot {nodeserver.slot} were removed from the ISY again")
        except PgcError as error:
            say(f"Its nodes are still in slot {nodeserver.slot} of the ISY: {error}")
