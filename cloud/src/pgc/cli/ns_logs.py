"""`pgc ns logs` and `pgc ns log-level`."""

import re
import time
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.text import Text

from pgc.cli.client import PlatformClient, with_platform
from pgc.cli.errors import CommandError
from pgc.cli.log_tail import Entry, LogTail
from pgc.cli.named import find_nodeserver
from pgc.cli.ns_options import Json, Name
from pgc.cli.output import console, say, say_json
from pgc.cli.texts import shown

MOST = 5000
_USUAL = 100
_AGO = re.compile(r"(\d{1,9})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_STYLES = {"DEBUG": "dim", "WARNING": "yellow", "ERROR": "red", "CRITICAL": "bold red"}


class Level(StrEnum):
    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"
    CRITICAL = "CRITICAL"


def logs(
    name: Name,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is written, until Ctrl-C.")] = False,
    since: Annotated[str, typer.Option(help="30s, 10m, 2h, 3d ago, or a time such as 2026-01-31T12:00.")] = "",
    level: Annotated[Level, typer.Option(help="The least level.", case_sensitive=False)] = Level.DEBUG,
    text: Annotated[str, typer.Option("--grep", help="Only lines with this text, in whatever case.")] = "",
    lines: Annotated[
        int | None,
        typer.Option("--lines", "-n", min=0, max=MOST, help=f"The last so many: {_USUAL}, or {MOST} with --since."),
    ] = None,
    json: Json = False,
) -> None:
    """Show the log of a NodeServer, that of its installs included."""
    limit = lines if lines is not None else MOST if since else _USUAL
    query = {"limit": str(limit), "level": str(level), "text": text}
    if since:
        query["since"] = str(_time(since, time.time()))

    async def work(client: PlatformClient) -> None:
        path = f"/nodeservers/{(await find_nodeserver(client, name))['worker']}/log"
        await (_follow(client, path, query, json=json) if follow else _show(client, path, query, json=json))

    with_platform(work)


def log_level(
    name: Name,
    level: Annotated[
        Level | None, typer.Argument(help="DEBUG, INFO, WARNING, ERROR or CRITICAL.", case_sensitive=False)
    ] = None,
) -> None:
    """Set what the NodeServer logs, from now on and at every start; without LEVEL, tell it."""

    async def work(client: PlatformClient) -> Any:
        nodeserver = await find_nodeserver(client, name)
        if level is not None:
            await client.ask("PUT", f"/nodeservers/{nodeserver['worker']}/log-level", {"level": level})
        return nodeserver

    nodeserver = with_platform(work)
    say(f"{nodeserver['name']} logs {level or nodeserver['log_level']} and worse")


async def _show(client: PlatformClient, path: str, query: dict[str, str], *, json: bool) -> None:
    for entry in await client.ask("GET", path, params=query):
        _tell(entry, json=json)


async def _follow(client: PlatformClient, path: str, query: dict[str, str], *, json: bool) -> None:
    async for entry in LogTail(client, path, query).entries():
        if entry.pop("event") == "gap":
            missed = "some" if entry["missed"] is None else entry["missed"]
            say(f"… {missed} lines are left out here")
        else:
            _tell(entry, json=json)
    say("The NodeServer was removed.")


def _tell(entry: Entry, *, json: bool) -> None:
    if json:
        say_json("log", **entry)
        return
    clock = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(entry["time"]))
    thread = f" [{entry['thread']}]" if entry["thread"] else ""
    line = f"{clock} {entry['level']:<8} {entry['logger']}{thread}: {entry['text']}"
    console.print(Text(shown(line).replace("\n", "\n    "), _STYLES.get(entry["level"], "")), soft_wrap=True)


def _time(text: str, now: float) -> float:
    """Unix seconds."""
    ago = _AGO.fullmatch(text)
    if ago:
        return max(0.0, now - int(ago[1]) * _SECONDS[ago[2]])
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError) as error:
        raise CommandError(f"{text!r} is no time", hint="try 10m, 2h, or 2026-01-31T12:00") from error
