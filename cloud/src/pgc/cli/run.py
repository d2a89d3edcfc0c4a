"""`pgc run FOLDER`: one NodeServer, whoever wrote it, against a simulated ISY or a real one."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from pgc.cli.errors import CommandError, Interrupted
from pgc.cli.home import passing_platform
from pgc.cli.isys import IsyChoice, choose_isy
from pgc.cli.output import say
from pgc.cli.report import JsonReport, PlainReport, Report, reporting
from pgc.cli.running import Interrupts, run_command
from pgc.cli.summary import Summary, summarize
from pgc.cli.trust import check_trust
from pgc.errors import PgcError
from pgc.isy.isy import Isy
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.states import State
from pgc.platform import Platform
from pgc.sandbox.probe import probe
from pgc.sandbox.pythons import AUTO
from pgc.storage.records import Api
from pgc_interface import wire

ENDED = (State.STOPPED, State.CRASHED, State.FAILED)


def run(
    folder: Annotated[Path, typer.Argument(help="The NodeServer's folder, the one with server.json.")],
    param: Annotated[list[str] | None, typer.Option(help="A custom param as KEY=VALUE; may be repeated.")] = None,
    isy: Annotated[str, typer.Option(help="`sim`, or the URL of an ISY, such as http://admin@192.168.1.20.")] = "sim",
    verify_tls: Annotated[bool, typer.Option(help="Check the certificate of an https ISY.")] = True,
    seconds: Annotated[float | None, typer.Option("--for", help="Stop after this many seconds.", min=0)] = None,
    api: Annotated[Api, typer.Option(help="The dialect it is run in; auto: the one its source asks for.")] = Api.AUTO,
    python: Annotated[str, typer.Option(help="The Python it runs on, such as 3.8; auto: the platform's own.")] = AUTO,
    trust: Annotated[bool, typer.Option(help="Run it even where nothing isolates it.")] = False,
    json: Annotated[bool, typer.Option(help="Print one JSON object a line.")] = False,
) -> None:
    """Run one NodeServer until it ends, the time is over, or Ctrl-C."""
    params = dict(_param(text) for text in param or [])
    choice = choose_isy(isy, verify_tls=verify_tls)
    report = JsonReport() if json else PlainReport()
    job = _Job(folder.absolute(), params, choice, seconds, api, python, trust, report)
    summary = run_command(job.run)
    report.summary(summary)
    if not summary.ok:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _Job:
    folder: Path
    params: dict[str, str]
    isy: IsyChoice
    seconds: float | None
    api: Api
    python: str
    trust: bool
    report: Report

    async def run(self, interrupts: Interrupts) -> Summary:
        sandbox = await probe()
        check_trust(sandbox, self.folder, trust=self.trust)
        say(f"Isolation: {sandbox.reason}")
        async with AsyncExitStack() as stack:
            opening = stack.enter_async_context(passing_platform(sandbox, restart_crashed=False, **self.isy.settings))
            platform = await interrupts.unless(opening)
            isy = await interrupts.unless(stack.enter_async_context(self.isy.open(platform)))
            async with reporting(platform.events, self.report):
                nodeserver = await interrupts.unless(self._install(platform, isy))
                return await self._live(platform, nodeserver, interrupts)

    async def _install(self, platform: Platform, isy: Isy) -> NodeServer:
        nodeserver = await platform.manager.add(isy, self.folder, api=self.api, python=self.python, trusted=True)
        if self.params:
            patch = wire.Upstream(patchparams=wire.Patch(set=dict(self.params)))
            await platform.manager.change(nodeserver.worker, patch)
        return nodeserver

    async def _live(self, platform: Platform, nodeserver: NodeServer, interrupts: Interrupts) -> Summary:
        """From start to stop. A failure on the way shows in the summary, where the user looks."""
        try:
            await interrupts.unless(platform.manager.start(nodeserver.worker))
            await _until_over(nodeserver, interrupts, self.seconds, self.isy.checks(platform, nodeserver))
        except Interrupted:
            pass
        except PgcError as error:
            say(f"{error}. {error.hint}".strip(". "))
        await platform.manager.stop(nodeserver.worker)
        summary = summarize(nodeserver)
        await self.isy.leave(platform, nodeserver)
        return summary


async def _until_over(
    nodeserver: NodeServer, interrupts: Interrupts, seconds: float | None, checks: Coroutine[Any, Any, None]
) -> None:
    ended = asyncio.create_task(_ended(nodeserver))
    over = asyncio.create_task(interrupts.wait(seconds))
    checking = asyncio.create_task(checks)
    await asyncio.wait({ended, over}, return_when=asyncio.FIRST_COMPLETED)
    for task in (ended, over, checking):
        task.cancel()
    await asyncio.gather(ended, over, checking, return_exceptions=True)


async def _ended(nodeserver: NodeServer) -> None:
    await nodeserver.until(*ENDED)


def _param(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise CommandError(f"--param wants KEY=VALUE, not {text!r}")
    return key, value
