"""`pgc ns`: the NodeServers of the running platform: listed, installed, started, stopped, updated, removed."""

import time
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import typer

from pgc.cli.client import PlatformClient, with_platform
from pgc.cli.named import Shown, find_isy, find_nodeserver
from pgc.cli.ns_install import follow_install
from pgc.cli.ns_logs import log_level, logs
from pgc.cli.ns_options import Json, Name, Ref, Where
from pgc.cli.ns_source import Source, read_source
from pgc.cli.ns_told import tell_list, tell_one, tell_state
from pgc.cli.output import say
from pgc.storage.records import Api

app = typer.Typer(
    help="The NodeServers of the running platform: install, start, stop, update them, read their logs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.command()(logs)
app.command("log-level")(log_level)


@app.command("list")
def list_nodeservers(json: Json = False) -> None:
    """List the NodeServers and how they are."""

    async def work(client: PlatformClient) -> tuple[Any, Any]:
        return await client.ask("GET", "/nodeservers"), await client.ask("GET", "/isys")

    tell_list(*with_platform(work), json=json)


@app.command()
def show(name: Name, json: Json = False) -> None:
    """Show one NodeServer: where it comes from, how it is, its nodes."""

    async def work(client: PlatformClient) -> tuple[Any, Any]:
        nodeserver = await find_nodeserver(client, name)
        return nodeserver, await client.ask("GET", f"/nodeservers/{nodeserver['worker']}/nodes")

    tell_one(*with_platform(work), json=json)


@app.command()
def add(
    source: Where,
    isy: Annotated[str, typer.Option(help="The ISY's name or id, where there is more than one.")] = "",
    slot: Annotated[int | None, typer.Option(help="Its slot; without one, the first that is free.", min=1)] = None,
    name: Annotated[str, typer.Option(help="Its name; without one, that in server.json.")] = "",
    ref: Ref = None,
    api: Annotated[Api, typer.Option(help="The dialect it is run in; auto: the one its source asks for.")] = Api.AUTO,
    python: Annotated[str, typer.Option(help="The Python it runs on, such as 3.9; auto: the platform's own.")] = "auto",
) -> None:
    """Add a NodeServer and install it. Start it afterwards."""
    found = read_source(source, ref)

    async def work(client: PlatformClient) -> Shown:
        new = {"isy": await find_isy(client, isy), "slot": slot, "name": name, "api": api, "python": python}
        since = time.time()
        return await follow_install(client, await found.send(client, "/nodeservers", new), since)

    added = with_platform(work)
    say(f"{added['name']} is installed in slot {added['slot']}; `pgc ns start {added['slot']}` starts it")


@app.command()
def install(name: Name) -> None:
    """Install it again: after a failure, or where its files are damaged."""
    _follow(name, lambda client, path: client.ask("POST", f"{path}/install"))


@app.command()
def update(
    name: Name,
    source: Annotated[str | None, typer.Argument(help="Another folder, zip or git URL than before.")] = None,
    ref: Ref = None,
) -> None:
    """Install what its source has now. It goes on meanwhile, and is restarted then; what it has saved stays."""
    found = read_source(source, ref) if source else Source({"ref": ref})
    _follow(name, lambda client, path: found.send(client, f"{path}/update", {}))


@app.command()
def rollback(name: Name) -> None:
    """Go back to the version before the last update; a second time, forward again."""
    _order(name, "rollback")


@app.command()
def start(name: Name) -> None:
    """Start it, now and whenever the platform starts."""
    _order(name, "start")


@app.command()
def stop(name: Name) -> None:
    """Stop it; it stays stopped when the platform starts again."""
    _order(name, "stop")


@app.command()
def restart(name: Name) -> None:
    """Stop it, and start it again."""
    _order(name, "restart")


@app.command()
def remove(name: Name) -> None:
    """Remove it, with its nodes and slot on the ISY; what it saved is kept for 30 days."""

    async def work(client: PlatformClient) -> Any:
        nodeserver = await find_nodeserver(client, name)
        await client.ask("DELETE", f"/nodeservers/{nodeserver['worker']}")
        return nodeserver

    removed = with_platform(work)
    say(f"{removed['name']} is removed; slot {removed['slot']} is free again")


def _follow(name: str, order: Callable[[PlatformClient, str], Awaitable[Shown]]) -> None:
    async def work(client: PlatformClient) -> Shown:
        found = await find_nodeserver(client, name)
        since = time.time()
        return await follow_install(client, await order(client, f"/nodeservers/{found['worker']}"), since)

    tell_state(with_platform(work))


def _order(name: str, order: str) -> None:
    async def work(client: PlatformClient) -> Any:
        nodeserver = await find_nodeserver(client, name)
        return await client.ask("POST", f"/nodeservers/{nodeserver['worker']}/{order}")

    tell_state(with_platform(work))
