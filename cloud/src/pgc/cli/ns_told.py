"""How `pgc ns` shows NodeServers: a table, one in full, or one JSON object a line."""

import time
from collections.abc import Iterator
from typing import Any

from rich.markup import escape
from rich.table import Table

from pgc.cli.named import Shown
from pgc.cli.output import console, say, say_json
from pgc.cli.texts import shown

_SHORT = 10


def tell_list(nodeservers: list[Shown], isys: list[Shown], *, json: bool) -> None:
    if json:
        for each in nodeservers:
            say_json("nodeserver", time.time(), **each)
        return
    names = {isy["id"]: isy["name"] for isy in isys}
    table = Table("Slot", "Name", "State", "Nodes", "ISY", "Worker")
    for each in nodeservers:
        state = f"{each['state']}: {each['reason']}" if each["reason"] else each["state"]
        row = (
            str(each["slot"]),
            each["name"],
            state,
            str(each["nodes"]),
            names.get(each["isy"], ""),
            each["worker"][:8],
        )
        table.add_row(*(escape(shown(text)) for text in row))
    console.print(table)


def tell_one(nodeserver: Shown, nodes: list[Shown], *, json: bool) -> None:
    if json:
        say_json("nodeserver", time.time(), **{**nodeserver, "nodes": nodes})
        return
    console.print(shown(nodeserver["name"]), markup=False)
    for name, text in _rows(nodeserver):
        console.print(f"  {name:<12} {shown(text)}", markup=False, soft_wrap=True)
    for node in nodes:
        drivers = "  ".join(f"{driver} {value['value']}" for driver, value in node["drivers"].items())
        text = shown(f"{node['address']} ({node['name']})  {drivers}")
        console.print(f"  {'node':<12} {text}", markup=False, soft_wrap=True)


def tell_state(nodeserver: Shown) -> None:
    """In one line, after it was ordered something."""
    reason = f": {nodeserver['reason']}" if nodeserver["reason"] else ""
    version = f", commit {nodeserver['commit'][:_SHORT]}" if nodeserver["commit"] else ""
    say(f"{nodeserver['name']} (slot {nodeserver['slot']}{version}) is {nodeserver['state']}{reason}")


def _rows(nodeserver: Shown) -> Iterator[tuple[str, Any]]:
    reason = f": {nodeserver['reason']}" if nodeserver["reason"] else ""
    yield "state", f"{nodeserver['state']}{reason}"
    if nodeserver["hint"]:
        yield "may help", nodeserver["hint"]
    if nodeserver["place"]:
        yield "queue", f"it is number {nodeserver['place']} of those that wait to start"
    if nodeserver["handler"]:
        yield "busy with", _handler(nodeserver["handler"])
    yield "slot", f"{nodeserver['slot']} of ISY {nodeserver['isy']}"
    yield "worker", nodeserver["worker"]
    yield "source", _version(nodeserver)
    if nodeserver["earlier"]:
        yield "earlier", _version(nodeserver["earlier"])
    if nodeserver["install_failure"]:
        yield "last install", nodeserver["install_failure"]
    yield "dialect", f"{nodeserver['dialect']} ({nodeserver['dialect_reason'] or nodeserver['api']})"
    yield "errors", str(nodeserver["errors"])


def _handler(handler: Shown) -> str:
    minutes, seconds = divmod(int(max(0.0, time.time() - handler["since"])), 60)
    stuck = ", and stuck" if handler["stuck"] else ""
    return f"{handler['name']}, for {minutes}:{seconds:02} minutes{stuck}"


def _version(version: Shown) -> str:
    told = [version["source"], version["ref"], f"commit {version['commit']}" if version["commit"] else ""]
    return ", ".join(filter(None, told))
