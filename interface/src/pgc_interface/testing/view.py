"""What a test sees of a NodeServer: as its ISY has it, as its owner sees it, and what the platform keeps."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from copy import deepcopy
from typing import Any, Iterator

from .books import Books, HeldNode
from .errors import NotThere
from .life import Life
from .seen import Command, Node, Report, Value
from .world import Ear

__tracebackhide__ = True  # pytest then shows the line of the test


class View:
    """All that it gives are copies, taken between two messages."""

    def __init__(self, life: Life, ear: Ear) -> None:
        self._life = life
        self._ear = ear

    # --- on the ISY ---

    @property
    def nodes(self) -> dict[str, Node]:
        """The nodes that the ISY has, by address, the controller's included."""
        with self._still() as books:
            return {address: _seen(books, node) for address, node in books.nodes.items() if node.on_isy}

    def node(self, address: str) -> Node:
        nodes = self.nodes
        if address not in nodes:
            raise NotThere(f"The ISY has no node {address!r}; it has {_listed(nodes)}.{self._why()}")
        return nodes[address]

    def driver(self, address: str, driver: str) -> str:
        """A value that the ISY holds, as text: ``"21.5"``."""
        return self._value(address, driver).value

    def uom(self, address: str, driver: str) -> str:
        """The unit of measure that came with it, as text."""
        return self._value(address, driver).uom

    @property
    def reports(self) -> list[Report]:
        """Each value that was sent to the ISY, in order; :meth:`forget` empties it."""
        with self._still() as books:
            return list(books.isy.reports)

    @property
    def commands(self) -> list[Command]:
        """Each command that a node sent to the ISY, in order; :meth:`forget` empties it."""
        with self._still() as books:
            return list(books.isy.commands)

    @property
    def profile(self) -> dict[str, bytes]:
        """The files of the profile on the ISY, such as ``nodedef/nodedefs.xml``."""
        with self._still() as books:
            return dict(books.profile)

    # --- before its owner ---

    @property
    def notices(self) -> dict[str, str]:
        with self._still() as books:
            return dict(books.saved.notices)

    @property
    def params(self) -> dict[str, Any]:
        """The custom params."""
        with self._still() as books:
            return deepcopy(books.saved.params)

    @property
    def typed_params(self) -> list[Any]:
        """The definitions of the typed params."""
        with self._still() as books:
            return deepcopy(books.saved.typed_params)

    @property
    def typed_data(self) -> dict[str, Any]:
        """The values of the typed params."""
        with self._still() as books:
            return deepcopy(books.saved.typed_data)

    @property
    def params_doc(self) -> str:
        """The text on the configuration page."""
        with self._still() as books:
            return books.saved.params_doc

    @property
    def polls(self) -> tuple[int, int]:
        """Short and long poll, in seconds."""
        with self._still() as books:
            return books.saved.short_poll, books.saved.long_poll

    # --- with the platform ---

    @property
    def data(self) -> dict[str, Any]:
        """What `saveCustomData` saved."""
        with self._still() as books:
            return deepcopy(books.saved.data)

    @property
    def remarks(self) -> list[str]:
        """What the platform or the ISY refused, and why; on the real platform it stands in the NodeServer's log."""
        with self._still() as books:
            return list(books.remarks)

    @property
    def wishes(self) -> list[str]:
        """``restart`` and ``stop``, as often as the NodeServer asked the platform for it."""
        with self._still() as books:
            return list(books.wishes)

    @property
    def log(self) -> list[str]:
        """The lines of the log, each with its level: ``WARNING no answer``."""
        return [_line(record) for record in list(self._ear.records)]

    def forget(self) -> None:
        """Begin `reports`, `commands` and `remarks` anew."""
        with self._still() as books:
            for history in (books.isy.reports, books.isy.commands, books.remarks):
                del history[:]

    # --- inside ---

    @contextmanager
    def _still(self) -> Iterator[Books]:
        with self._life.post.changed:
            yield self._life.books

    def _value(self, address: str, driver: str) -> Value:
        drivers = self.node(address).drivers
        if driver not in drivers:
            raise NotThere(f"The node {address} has no value of {driver!r}; it has {_listed(drivers)}.{self._why()}")
        return drivers[driver]

    def _why(self) -> str:
        remarks = self.remarks
        return "".join(f"\n  {remark}" for remark in ["", "The platform says:", *remarks] if remark) if remarks else ""


def _seen(books: Books, node: HeldNode) -> Node:
    record = node.record
    drivers = books.isy.drivers(record.address)
    return Node(record.address, record.name, record.nodedefid, record.primary, node.hint, record.isController, drivers)


def _listed(names: Any) -> str:
    return ", ".join(sorted(names)) or "none"


def _line(record: logging.LogRecord) -> str:
    return f"{record.levelname} {record.getMessage()}"
