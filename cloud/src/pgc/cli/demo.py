"""`pgc demo`: the platform, a simulated ISY and the bundled examples, shown live or checked once."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Annotated

import typer

from pgc.cli.examples import bundled_examples
from pgc.cli.home import SIMULATED, passing_platform
from pgc.cli.live import show_live
from pgc.cli.nearby import Nearby, announced
from pgc.cli.output import console, say, say_json
from pgc.cli.running import Interrupts, run_command
from pgc.cli.trial import Check
from pgc.nodeservers.nodeserver import NodeServer
from pgc.platform import Platform
from pgc.sandbox.probe import probe
from pgc.simulator.server import SimulatedIsy

_CHECK_WITHIN = 60.0


@dataclass(frozen=True, slots=True)
class _Home:
    platform: Platform
    isy: SimulatedIsy
    nodeservers: dict[str, NodeServer]
    check: Check


def demo(
    check: Annotated[bool, typer.Option("--check", help="Exit 0 once all of it was seen working.")] = False,
) -> None:
    """Show Polyglot Cloud at work: two NodeServers on a simulated ISY."""
    if not run_command(_check if check else _show):
        raise typer.Exit(1)


async def _show(interrupts: Interrupts) -> bool:
    async with _home(interrupts) as home:
        token = home.platform.settings.data_folder / "api-token"
        console.print(f"\nSimulated ISY  {home.isy.url}  (user {home.isy.username}, password {home.isy.password})")
        console.print(f"API            {home.platform.api_url}/docs  (token in {token})\n", soft_wrap=True)
        with announced(Nearby(home.isy.url, home.isy.username, home.isy.password, "pgc demo")):
            await show_live(home.isy, home.nodeservers.values(), interrupts)
    say("Everything is stopped; nothing is left behind.")
    return True


async def _check(interrupts: Interrupts) -> bool:
    """Prints one JSON line with the figures, or says what was missing after 60 seconds."""
    end = time.monotonic() + _CHECK_WITHIN
    async with _home(interrupts, within=_CHECK_WITHIN) as home:
        try:
            async with asyncio.timeout(end - time.monotonic()):
                await interrupts.unless(home.check.until_complete())
        except TimeoutError:
            for missing in home.check.missing():
                say(f"Missing after {_CHECK_WITHIN:g} seconds: {missing}")
        figures = home.check.figures()
        isolated = home.platform.sandbox.isolated
    say_json("check", time.time(), ok=home.check.complete, isolated=isolated, **figures)
    return home.check.complete


@asynccontextmanager
async def _home(interrupts: Interrupts, within: float | None = None) -> AsyncIterator[_Home]:
    started = time.monotonic()
    sandbox = await probe()
    say(f"Isolation: {sandbox.reason}")
    async with SimulatedIsy() as isy:
        say(f"Simulated ISY at {isy.url}")
        opening = passing_platform(sandbox, **SIMULATED)
        platform = await interrupts.unless(opening.__aenter__())
        try:
            check = Check(isy, started)
            check.ready()
            say(f"Platform ready after {time.monotonic() - started:.1f} s")
            nodeservers: dict[str, NodeServer] = {}
            with suppress(TimeoutError):  # the check itself says what is missing then
                async with asyncio.timeout(within):
                    await interrupts.unless(_start_examples(platform, isy, check, nodeservers))
            yield _Home(platform, isy, nodeservers, check)
        finally:
            await opening.__aexit__(None, None, None)


async def _start_examples(platform: Platform, isy: SimulatedIsy, check: Check, started: dict[str, NodeServer]) -> None:
    for slot, example in enumerate(bundled_examples(), start=1):
        check.expect(slot, example)
    home = await platform.isys.add(name="simulated ISY", url=isy.url, username=isy.username, password=isy.password)
    for slot, example in enumerate(bundled_examples(), start=1):
        say(f"Installing {example.folder.name}")
        nodeserver = await platform.manager.add(
            home, example.folder, slot=slot, trusted=True, say=lambda text: say(f"  {text}")
        )
        await platform.manager.start(nodeserver.worker)
        say(f"{nodeserver.record.name} starts in slot {nodeserver.slot}")
        started[nodeserver.worker] = nodeserver
