"""How `pgc isy` tells what an ISY says: lines for people, or one JSON object a line."""

import time
from typing import Protocol

from pgc.cli.output import console, say, say_json
from pgc.cli.texts import shown
from pgc.isy.frames import CommandTold, DriverTold, NodeTold, Told


class Teller(Protocol):
    def news(self, told: Told) -> None:
        """Something happened, or was so when we came."""

    def link(self, text: str, *, up: bool) -> None:
        """The subscription came or went."""

    def sent(self, text: str, node: str, command: str, value: str | None, uom: str | None) -> None:
        """The ISY took a command."""

    def nothing(self, text: str) -> None:
        """Nothing came of it."""


class PlainTeller:
    def news(self, told: Told) -> None:
        clock = time.strftime("%H:%M:%S", time.localtime(told.time))
        _print(f"{clock} {_line(told)}")

    def link(self, text: str, *, up: bool) -> None:
        say(text)

    def sent(self, text: str, node: str, command: str, value: str | None, uom: str | None) -> None:
        _print(text)

    def nothing(self, text: str) -> None:
        _print(text)


class JsonTeller:
    """`type` is driver, command, node, link or sent."""

    def news(self, told: Told) -> None:
        match told:
            case DriverTold():
                value = {"value": told.value, "uom": told.uom, "shown": told.shown, "name": told.name}
                self._say("driver", told, driver=told.driver, **value, before=told.before)
            case CommandTold():
                self._say("command", told, command=told.command, value=told.value, uom=told.uom)
            case NodeTold():
                self._say("node", told, change=told.change.name.lower(), name=told.name)

    def link(self, text: str, *, up: bool) -> None:
        say_json("link", time.time(), up=up, text=text)

    def sent(self, text: str, node: str, command: str, value: str | None, uom: str | None) -> None:
        say_json("sent", time.time(), node=node, command=command, value=value, uom=uom, text=text)

    def nothing(self, text: str) -> None:
        """The absence of a driver says it."""

    def _say(self, kind: str, told: Told, **fields: object) -> None:
        say_json(kind, told.time or time.time(), node=told.address, **fields)


def _print(text: str) -> None:
    """On one line: what a NodeServer calls its nodes must not look like a line of ours."""
    console.print(shown(text).replace("\n", " "), markup=False, soft_wrap=True)


def _line(told: Told) -> str:
    match told:
        case DriverTold():
            name = f" ({told.name})" if told.name else ""
            shown = f" ({told.value}, uom {told.uom})" if told.shown != told.value else f" (uom {told.uom})"
            return f"VALUE   {told.address} {told.driver}{name} = {told.shown or told.value}{shown}"
        case CommandTold():
            value = f" {told.value} (uom {told.uom})" if told.value else ""
            return f"COMMAND of {told.address}: {told.command}{value}"
        case NodeTold():
            return f"NODE    {told.address}{f' ({told.name})' if told.name else ''} was {told.change}"
