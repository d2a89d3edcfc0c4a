"""`pgc check`: what is wrong in a NodeServer's folder, before any ISY sees it."""

import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from pgc.bundles.check import check_folder
from pgc.cli.output import console, say_json
from pgc.profiles.findings import Finding, Severity


def check(
    folder: Annotated[Path, typer.Argument(metavar="PATH", help="The NodeServer's folder, the one with server.json.")],
    strict: Annotated[bool, typer.Option("--strict", help="Take warnings for errors.")] = False,
    json: Annotated[bool, typer.Option(help="Print one JSON object a line.")] = False,
) -> None:
    """Check a NodeServer's profile, server.json and code without running it.

    An error is what an ISY, or the platform, would refuse; with a warning something works less well than it was meant.
    Ends with 0 if there are no errors.
    """
    findings = check_folder(folder.parent if folder.name == "server.json" else folder)
    if strict:
        findings = [replace(finding, severity=Severity.ERROR) for finding in findings]
    counts = Counter(finding.severity for finding in findings)
    for finding in findings:
        (_tell_json if json else _tell)(finding)
    if json:
        figures = {"errors": counts[Severity.ERROR], "warnings": counts[Severity.WARNING]}
        say_json("summary", time.time(), ok=not counts[Severity.ERROR], **figures)
    else:
        console.print(_summary(counts), markup=False)
    if counts[Severity.ERROR]:
        raise typer.Exit(1)


def _tell(finding: Finding) -> None:
    console.print(f"{finding.place}: {finding.severity}: {finding.text}", markup=False, soft_wrap=True)
    if finding.mend:
        console.print(f"    {finding.mend}", markup=False, soft_wrap=True)


def _tell_json(finding: Finding) -> None:
    place = {"file": finding.file, "line": finding.line or None}
    say_json("finding", time.time(), severity=finding.severity, **place, text=finding.text, mend=finding.mend)


def _summary(counts: Counter[Severity]) -> str:
    if not counts:
        return "Nothing is wrong."
    told = [f"{counts[each]} {each}{'s' * (counts[each] != 1)}" for each in Severity if counts[each]]
    return " and ".join(told)
