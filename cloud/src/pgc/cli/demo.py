"""`pgc demo`: the platform, a simulated ISY and the bundled examples, shown live or checked once."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

import typer

from pgc.cli.examples import bundled_examples
from pgc.cli.home import passing_platform
from pgc.cli.live import show_live
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
        await show_live(home.isy, home.nodeservers.values(), interrupts)
    say("Everything is stopped; nothing is left behind.")
    return True


async def _check(interrupts: Interrupts) -> bool:
    """Prints one JSON line with the figures, or says what was missing after 60 seconds."""
    async with _home(interrupts) as home:
        try:
            async with asyncio.timeout(_CHECK_WITHIN):
                await interrupts.unless(home.check.until_complete())
        except TimeoutError:
            for missing in home.check.missing():
                say(f"Missing after {_CHECK_WITHIN:g} seconds: {missing}")
        figures = home.check.figures()
        isolated = home.platform.sandbox.isolated
    say_json("check", time.time(), ok=home.check.complete, isolated=isolated, **figures)
    return home.check.complete


@asynccontextmanager
async def _home(interrupts: Interrupts) -> AsyncIterator[_Home]:
    started = time.monotonic()
    sandbox = await probe()
    say(f"Isolation: {sandbox.reason}")
    async with SimulatedIsy() as isy:
        say(f"Simulated ISY at {isy.url}")
        opening = passing_platform(sandbox)
        platform = await interrupts.unless(opening.__aenter__())
        try:
            check = Check(isy, started)
            check.ready()
            say(f"Platform ready after {time.monotonic() - started:.1f} s")
            nodeservers = await interrupts.unless(_start_examples(platform, isy, check))
            yield _Home(platform, isy, nodeservers, check)
        finally:
            await opening.__aexit__(None, None, None)


async def _start_examples(platform: Platform, isy: SimulatedIsy, check: Check) -> dict[str, NodeServer]:
    home = await platform.isys.add(name="simulated ISY", url=isy.url, username=isy.username, password=isy.password)
    started: dict[str, NodeServer] = {}
    for example in bundled_examples():
        say(f"Installing {example.folder.name}")
        nodeserver = await platform.manager.add(home, example.folder, trusted=True, say=lambda text: say(f"  {text}"))
        check.expect(nodeserver.slot, example)
        await platform.manager.start(nodeserver.worker)
        say(f"{nodeserver.record.name} starts in slot {nodeserver.slot}")
        started[nodeserver.worker] = nodeserver
    return started
