"""Nodedef files: which drivers a kind of node has, which commands it sends and accepts. (UDI's wiki, "Node
Definitions".)"""

from collections.abc import Iterator
from dataclasses import dataclass

from pgc.profiles.elements import Element
from pgc.profiles.files import ProfileFile
from pgc.profiles.findings import Findings, shown


@dataclass(frozen=True, slots=True)
class Driver:
    id: str
    editor: str
    line: int


@dataclass(frozen=True, slots=True)
class Param:
    """`id` is empty for a command's one unnamed parameter; `init` names the driver that fills it in."""

    id: str
    editor: str
    init: str
    line: int


@dataclass(frozen=True, slots=True)
class Command:
    id: str
    params: tuple[Param, ...]
    line: int


@dataclass(frozen=True, slots=True)
class NodeDef:
    id: str
    nls: str
    drivers: tuple[Driver, ...]
    sends: tuple[Command, ...]
    accepts: tuple[Command, ...]
    file: str
    line: int

    @property
    def driver_ids(self) -> set[str]:
        return {driver.id for driver in self.drivers}


def read_nodedefs(file: ProfileFile, root: Element, findings: Findings) -> Iterator[NodeDef]:
    for element in root.everywhere("nodeDef"):
        nodedef = _Reader(file.path, findings).nodedef(element)
        if nodedef.id:
            yield nodedef


class _Reader:
    """Reads one nodedef and tells what is wrong with it."""

    def __init__(self, file: str, findings: Findings) -> None:
        self._file = file
        self._findings = findings
        self._name = ""

    def nodedef(self, element: Element) -> NodeDef:
        self._name = f"the nodedef {shown(element.get('id'))}" if element.get("id") else "this nodedef"
        if not element.get("id"):
            self._warn(element, "has no id, so no node can be of it", 'Give it the id="…" of the node\'s class.')
        if element.tag != "nodeDef":
            self._warn(element, f"is spelt <{element.tag[:40]}>; not every reader takes that", "Write <nodeDef>.")
        self._check_ways(element)
        return NodeDef(
            id=element.get("id"),
            nls=element.get("nls"),
            drivers=tuple(self._drivers(element)),
            sends=self._commands(element, "sends"),
            accepts=self._commands(element, "accepts"),
            file=self._file,
            line=element.line,
        )

    def _drivers(self, element: Element) -> Iterator[Driver]:
        seen: set[str] = set()
        for driver in element.everywhere("st"):
            name = driver.get("id")
            if not name:
                self._warn(driver, "has an <st> without an id", 'Name the driver, as in id="ST".')
            elif name in seen:
                self._warn(driver, f"has the driver {shown(name)} twice", "Remove one of them.")
            elif not driver.get("editor"):
                self._warn(driver, f"has the driver {shown(name)} without an editor", 'Add editor="…".')
            if name and name not in seen:
                seen.add(name)
                yield Driver(name, driver.get("editor"), driver.line)

    def _check_ways(self, element: Element) -> None:
        missing = [f"<{way}>" for way in ("sends", "accepts") if not any(element.everywhere(way))]
        if missing:
            text = f"has no {' and no '.join(missing)}: PyISY, which Home Assistant uses, then fails to load any of it"
            self._warn(element, text, f"Add {' and '.join(way.replace('>', '/>') for way in missing)} to its <cmds>.")

    def _commands(self, element: Element, way: str) -> tuple[Command, ...]:
        return tuple(self._command(command) for group in element.everywhere(way) for command in group.named("cmd"))

    def _command(self, element: Element) -> Command:
        name = element.get("id")
        if not name:
            self._warn(element, "has a <cmd> without an id", 'Name the command, as in id="DON".')
        params = tuple(
            Param(part.get("id"), part.get("editor"), part.get("init"), part.line) for part in element.named("p")
        )
        if sum(not param.id for param in params) > 1:
            text = f"has the command {shown(name)} with two unnamed parameters; an ISY takes one"
            self._warn(element, text, 'Give all but one of them an id="…".')
        for param in params:
            if not param.editor:
                text = f"{self._name} has the command {shown(name)} with a parameter without an editor"
                self._findings.warn(self._file, param.line, text, 'Add editor="…".')
        return Command(name, params, element.line)

    def _warn(self, element: Element, text: str, mend: str) -> None:
        self._findings.warn(self._file, element.line, f"{self._name} {text}", mend)
