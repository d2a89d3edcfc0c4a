"""`pgc isolation`: what this machine can keep NodeServers from, by a trial run, and what to do about the gaps."""

from dataclasses import asdict
from typing import Annotated

import typer
from msgspec import json

from pgc.cli.output import console
from pgc.cli.running import Interrupts, run_command
from pgc.sandbox.contract import Sandbox
from pgc.sandbox.probe import probe


def isolation(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show what keeps NodeServers from this machine and from each other."""

    async def run(_: Interrupts) -> None:
        sandbox = await probe()
        if as_json:
            found = {"isolated": sandbox.isolated, "facts": [asdict(fact) for fact in sandbox.facts]}
            console.print(json.encode(found).decode(), markup=False, soft_wrap=True)
        else:
            _tell(sandbox)

    run_command(run)


def _tell(sandbox: Sandbox) -> None:
    for fact in sandbox.facts:
        console.print(f"{'yes' if fact.holds else 'no ':3}  {fact.name}: {fact.reason}", markup=False, soft_wrap=True)
        if fact.remedy and not fact.holds:
            console.print(f"     {fact.remedy}", markup=False, soft_wrap=True)
