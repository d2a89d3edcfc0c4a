"""Pressing a button of an ISY: a command to a node, the ISY's answer in words, and what changes after it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from difflib import get_close_matches
from http import HTTPStatus

from pgc.cli.errors import CommandError, Interrupted
from pgc.cli.output import say
from pgc.cli.running import Interrupts
from pgc.cli.told import Teller
from pgc.errors import PgcError
from pgc.isy.client import IsyClient
from pgc.isy.errors import IsyRefused
from pgc.isy.frames import DriverTold
from pgc.isy.subscription import Connected, Lost, subscribe
from pgc.isy.transport import IsyLogin

_MOST_LISTED = 10
_SETTLED = 0.5
"""Seconds without a further change after which nothing more is waited for."""
_HINTS: dict[int, str] = {
    HTTPStatus.BAD_REQUEST: "A command has letters, digits and _; its value is a number, its uom a unit's number.",
    HTTPStatus.NOT_FOUND: "Is its NodeServer running, and is the command in the <accepts> of its nodedef?",
    HTTPStatus.SERVICE_UNAVAILABLE: "Its NodeServer did not take it: is it running?",
}


@dataclass(frozen=True, slots=True)
class Press:
    """`node` is an address, with or without the slot's prefix, or a name; `seconds` is how long changes are shown."""

    node: str
    command: str
    value: str | None
    uom: str | None
    seconds: float

    async def run(self, login: IsyLogin, verify_tls: bool, teller: Teller, interrupts: Interrupts) -> None:
        """
        Raises:
            CommandError: the ISY has no such node.
            IsyError: it cannot be asked, or it refused the command.
            Interrupted: a signal came before it took the command.
        """
        async with _client(login, verify_tls) as client:
            names = await interrupts.unless(client.node_names())
            address = find_node(self.node, names)
            async with _changes(login, verify_tls, address, interrupts, wanted=self.seconds > 0) as changes:
                await interrupts.unless(self._send(client, address, names[address], teller))
                with suppress(Interrupted):  # the ISY took the command
                    await interrupts.unless(self._show(changes, address, teller))

    async def _send(self, client: IsyClient, address: str, name: str, teller: Teller) -> None:
        what = " ".join(filter(None, (self.command, self.value, self.uom and f"(uom {self.uom})")))
        reply = await client.send_command(address, self.command, self.value, self.uom)
        if hint := _HINTS.get(reply.status):
            raise IsyRefused(reply.status, reply.reason, f"{what} for {address}", hint=hint)
        reply.expect_ok(f"{what} for {address}")
        teller.sent(f"The ISY has taken {what} for {name} ({address})", address, self.command, self.value, self.uom)

    async def _show(self, changes: "asyncio.Queue[DriverTold] | None", address: str, teller: Teller) -> None:
        if changes is None:
            return
        seen = False
        with suppress(TimeoutError):
            async with asyncio.timeout(self.seconds):
                async for told in _until_settled(changes):
                    teller.news(told)
                    seen = True
        if not seen:
            teller.nothing(f"No value of {address} has changed within {self.seconds:g} s")


async def _until_settled(changes: "asyncio.Queue[DriverTold]") -> AsyncIterator[DriverTold]:
    yield await changes.get()
    with suppress(TimeoutError):
        while True:
            async with asyncio.timeout(_SETTLED):
                told = await changes.get()
            yield told


def find_node(text: str, names: dict[str, str]) -> str:
    """The address of the one node that `text` means; `names` are those of all nodes by address.

    Raises:
        CommandError: there is none, or more than one.
    """
    if text in names:
        return text
    found = [address for address in names if address.partition("_")[2] == text]
    found = found or [address for address, name in names.items() if name.lower() == text.lower()]
    if len(found) == 1:
        return found[0]
    if found:
        raise CommandError(
            f"the ISY has {len(found)} nodes {text!r}: {', '.join(found)}", hint="name one by its address"
        )
    alike = get_close_matches(text, [*names, *names.values()], n=3, cutoff=0.5) or list(names)[:_MOST_LISTED]
    raise CommandError(f"the ISY has no node {text!r}", hint=f"it has {', '.join(alike)}" if alike else "it has none")


@asynccontextmanager
async def _client(login: IsyLogin, verify_tls: bool) -> AsyncIterator[IsyClient]:
    client = IsyClient(login, verify_tls=verify_tls)
    await client.start()
    try:
        yield client
    finally:
        await client.stop()


@asynccontextmanager
async def _changes(
    login: IsyLogin, verify_tls: bool, address: str, interrupts: Interrupts, *, wanted: bool
) -> AsyncIterator["asyncio.Queue[DriverTold] | None"]:
    """What changes at the node from now on; None if it is not wanted, or the ISY does not tell."""
    if not wanted:
        yield None
        return
    changes: asyncio.Queue[DriverTold] = asyncio.Queue(1000)
    connected = asyncio.Event()
    following = asyncio.create_task(_follow(login, verify_tls, address, changes, connected))
    waiting = asyncio.create_task(connected.wait())
    try:
        await interrupts.unless(asyncio.wait({following, waiting}, return_when=asyncio.FIRST_COMPLETED))
        yield changes if connected.is_set() else None
    finally:
        for task in (following, waiting):
            task.cancel()
        await asyncio.gather(following, waiting, return_exceptions=True)


async def _follow(
    login: IsyLogin, verify_tls: bool, address: str, changes: "asyncio.Queue[DriverTold]", connected: asyncio.Event
) -> None:
    try:
        async with aclosing(subscribe(login, verify_tls=verify_tls)) as tellings:
            async for told in tellings:
                match told:
                    case Connected():
                        connected.set()
                    case Lost():
                        return
                    case DriverTold(before=False) if told.address == address:
                        await changes.put(told)
    except PgcError as error:
        say(f"What changes cannot be shown: {error}")
