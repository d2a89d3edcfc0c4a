"""The Controller of Polyglot 2: it may be given a name, and its `runForever` does run for ever."""

from __future__ import annotations

from typing import Any, ClassVar

from ... import controller
from .interface import Interface
from .node import Node


class Controller(Node, controller.Controller):
    """As :class:`pgc_interface.Controller`; `nodes` is {address: node} here too, only the records are a list."""

    poly: Interface
    id = "controller"
    commands: ClassVar[dict[str, Any]] = {}
    drivers: Any = [{"driver": "ST", "value": 0, "uom": 2}]  # noqa: RUF012 - the shape of the original

    def __init__(self, poly: Interface, name: str = "Controller") -> None:
        super().__init__(poly)
        self.name = name

    def runForever(self) -> None:
        """Return when the NodeServer has stopped: scripts of Polyglot 2 end, or stop it, on the next line."""
        self.poly.wait_until_stopped()

    def _tell_record(self, node: Any, record: dict[str, Any]) -> None:
        super()._tell_record(node, record)
        node.isPrimary, node.enabled, node.added = record["isprimary"], record["enabled"], record["added"]
