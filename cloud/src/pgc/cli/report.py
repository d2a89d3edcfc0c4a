"""How `pgc run` tells what happens: lines for people, or one JSON object a line."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Protocol

import msgspec

from pgc.cli.output import console, say_json
from pgc.cli.summary import Summary
from pgc.cli.texts import notice, shown
from pgc.events import Event, Events
from pgc.nodeservers.events import (
    CommandPassed,
    DriverConfirmed,
    LogWritten,
    NodeAdded,
    NodeRemoved,
    NoticesChanged,
    StateChanged,
    Way,
)

_LIMIT = 20_000


class Report(Protocol):
    def event(self, event: Event) -> None: ...

    def summary(self, summary: Summary) -> None: ...


@asynccontextmanager
async def reporting(events: Events, report: Report) -> AsyncIterator[None]:
    """Reports every event of the block, the last ones included."""
    with events.subscribe(limit=_LIMIT) as subscription:

        async def follow() -> None:
            async for event in subscription:
                report.event(event)

        task = asyncio.create_task(follow(), name="report")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            for event in subscription.pending():
                report.event(event)


class JsonReport:
    """`type` is log, node, driver, notice, command, state or summary."""

    def event(self, event: Event) -> None:
        match event:
            case LogWritten():
                self._say("log", event, **msgspec.structs.asdict(event.entry))
            case NodeAdded():
                self._say("node", event, address=event.address, name=event.name, nodedef=event.nodedef, on_isy=True)
            case NodeRemoved():
                self._say("node", event, address=event.address, on_isy=False)
            case DriverConfirmed():
                driver = {"driver": event.driver, "value": event.value, "uom": event.uom}
                self._say("driver", event, address=event.address, **driver)
            case NoticesChanged():
                self._say("notice", event, notices=event.notices)
            case CommandPassed():
                command = {"command": event.command, "value": event.value, "uom": event.uom}
                self._say("command", event, way=event.way, address=event.address, **command)
            case StateChanged():
                self._say("state", event, state=event.state, reason=event.reason)

    def summary(self, summary: Summary) -> None:
        say_json("summary", time.time(), **summary.as_dict())

    def _say(self, kind: str, event: Event, **body: object) -> None:
        say_json(kind, event.time, **{name: value for name, value in body.items() if name not in {"type", "time"}})


class PlainReport:
    """One line an event, in the order of time."""

    def event(self, event: Event) -> None:
        line = _line(event)
        if line:
            clock = time.strftime("%H:%M:%S", time.localtime(event.time))
            console.print(f"{clock} {shown(line)}", markup=False, soft_wrap=True)

    def summary(self, summary: Summary) -> None:
        drivers = sum(len(values) for values in summary.drivers.values())
        rows = {
            "state": f"{summary.state}{f' ({summary.reason})' if summary.reason else ''}",
            "nodes on the ISY": f"{len(summary.nodes)}: {', '.join(summary.nodes)}" if summary.nodes else "none",
            "drivers": str(drivers),
            "notices": _notices(summary.notices) or "none",
            "errors logged": str(summary.errors),
        }
        console.print(f"\n{shown(summary.name)}", markup=False)
        for name, text in rows.items():
            console.print(f"  {name:<17} {shown(text)}", markup=False, soft_wrap=True)


def _notices(notices: dict[str, str]) -> str:
    return "; ".join(map(notice, notices.values()))


def _line(event: Event) -> str:
    make = _LINES.get(type(event))
    return make(event) if make else ""


_WAYS = {Way.TO_NODESERVER: "of the ISY to", Way.TO_ISY: "of"}
_LINES: dict[type[Event], Callable[[Any], str]] = {
    LogWritten: lambda e: f"{e.entry.level:<7} {e.entry.logger}: {e.entry.text}",
    NodeAdded: lambda e: f"NODE    {e.address} ({e.name}) is on the ISY",
    NodeRemoved: lambda e: f"NODE    {e.address} was removed",
    DriverConfirmed: lambda e: f"VALUE   {e.address} {e.driver} = {e.value} (uom {e.uom})",
    NoticesChanged: lambda e: f"NOTICE  {_notices(e.notices) or 'no notices any more'}",
    CommandPassed: lambda e: f"COMMAND {_WAYS[e.way]} {e.address}: {e.command} {e.value or ''}".rstrip(),
}
