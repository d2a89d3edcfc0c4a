"""The node classes of a NodeServer as its source declares them: id, drivers, commands, and what they send.

Only what is written as a literal is known; what code works out when it runs is left open, and nothing is said of it.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeGuard

from pgc.profiles.findings import Findings
from pgc.profiles.sources import Source, read_sources

_DECLARED = ("id", "drivers", "commands")
_SDK_CLASSES = frozenset({"Node", "Controller"})
_ADDRESS_AT = 2
"""Where the SDK's own `__init__` of a node takes the address, after controller and primary."""
_MOST_CLASSES, _LONGEST_LINE = 1000, 20
_MOST_DECLARED, _MOST_SENT = 200, 50
"""Of one class; each heir has them too, so what a thousand heirs have must stay little."""


@dataclass(frozen=True, slots=True)
class Place:
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class NodeClass:
    """`id` is empty, `drivers` and `commands` are None where the source leaves them open. Drivers come with their
    uom, which is empty where it is no literal."""

    name: str
    place: Place
    id: str = ""
    drivers: dict[str, tuple[str, Place]] | None = None
    commands: dict[str, Place] | None = None
    sends: dict[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Code:
    nodes: list[NodeClass]
    addresses: list[tuple[str, Place]]
    """Those written as literals where a node is made."""


@dataclass(frozen=True, slots=True)
class _Class:
    """One class statement. `declared` holds its literals, with None for what is not one."""

    statement: ast.ClassDef
    file: str
    declared: dict[str, ast.expr | None]
    assigned: frozenset[str]
    """What its methods set on `self`."""
    sends: dict[str, Place]
    init: ast.FunctionDef | None

    @property
    def name(self) -> str:
        return self.statement.name


def read_code(folder: Path, findings: Findings) -> Code:
    """
    Raises:
        OSError: a file cannot be opened.
    """
    sources = read_sources(folder, findings)
    family = _Family(sources)
    nodes = [node for each in family.classes if (node := family.node(each))]
    return Code(nodes, [found for source in sources for found in _addresses(source, family)])


class _Family:
    """The classes of a NodeServer and who inherits from whom, by name."""

    def __init__(self, sources: list[Source]) -> None:
        found = (_class(each, source.file) for source in sources for each in _statements(source.tree))
        self.classes = list(islice(found, _MOST_CLASSES))
        self._named: dict[str, list[_Class]] = {}
        for each in self.classes:
            self._named.setdefault(each.name, []).append(each)
        self.address_at = {each.name: _address_at(line) for each in self.classes if (line := self._line_of(each))}
        """By the name of each node class, which argument of it is the address; None if none is called so."""

    def node(self, each: _Class) -> NodeClass | None:
        """None if it does not come from a node of the SDK."""
        line = self._line_of(each)
        if line is None:
            return None
        return NodeClass(
            name=each.name,
            place=Place(each.file, each.statement.lineno),
            id=_text(_found(line, "id")[0]),
            drivers=_drivers(*_found(line, "drivers")),
            commands=_commands(*_found(line, "commands")),
            sends={name: place for ancestor in line for name, place in ancestor.sends.items()},
        )

    def _line_of(self, descendant: _Class) -> list[_Class] | None:
        """The class and its ancestors up to the SDK's; None if it does not come from there."""
        line = [descendant]
        while len(line) <= _LONGEST_LINE:
            base = line[-1].statement.bases[0] if line[-1].statement.bases else None
            parent = self._parent(base, line[-1]) if isinstance(base, ast.Name) else None
            if parent is None:
                return line if _last_name(base) in _SDK_CLASSES else None
            line.append(parent)
        return None

    def _parent(self, base: ast.Name, child: _Class) -> _Class | None:
        """Another class of that name, of the same file if there are several."""
        others = [each for each in self._named.get(base.id, ()) if each is not child]
        return next((each for each in others if each.file == child.file), others[0] if others else None)


def _statements(tree: ast.Module) -> Iterator[ast.ClassDef]:
    return (statement for statement in ast.walk(tree) if isinstance(statement, ast.ClassDef))


def _class(statement: ast.ClassDef, file: str) -> _Class:
    declared: dict[str, ast.expr | None] = {}
    for part in statement.body:
        for name, value in _assignment(part):
            declared[name] = value if name not in declared else None
    targets = (target for part in ast.walk(statement) for target in getattr(part, "targets", ()))
    on_self = (target for target in targets if isinstance(target, ast.Attribute) and _last_name(target.value) == "self")
    return _Class(
        statement=statement,
        file=file,
        declared=declared,
        assigned=frozenset(target.attr for target in on_self),
        sends=dict(islice(_sends(statement, file), _MOST_SENT)),
        init=next((part for part in statement.body if _is_init(part)), None),
    )


def _assignment(part: ast.stmt) -> Iterator[tuple[str, ast.expr | None]]:
    """The declared names that a statement of a class's body gives a value; in an `if` or the like it is open which."""
    match part:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in _DECLARED:
            yield name, value
        case ast.AnnAssign(target=ast.Name(id=name), value=value) if name in _DECLARED:
            yield name, value
        case ast.If() | ast.Try() | ast.For() | ast.With():
            for name in _DECLARED:
                if any(isinstance(inner, ast.Name) and inner.id == name for inner in ast.walk(part)):
                    yield name, None


def _found(line: list[_Class], name: str) -> tuple[ast.expr | None, str]:
    """What the nearest ancestor declares, and in which file; None if it is open."""
    if any(name in ancestor.assigned for ancestor in line):
        return None, ""
    declaring = next((ancestor for ancestor in line if name in ancestor.declared), None)
    return (declaring.declared[name], declaring.file) if declaring else (None, "")


def _drivers(value: ast.expr | None, file: str) -> dict[str, tuple[str, Place]] | None:
    if not isinstance(value, ast.List) or len(value.elts) > _MOST_DECLARED:
        return None
    drivers = {}
    for element in value.elts:
        if not isinstance(element, ast.Dict):
            return None
        parts = {_text(key): part for key, part in zip(element.keys, element.values, strict=True)}
        if not (name := _text(parts.get("driver"))):
            return None
        drivers[name] = (_number(parts.get("uom")), Place(file, element.lineno))
    return drivers


def _commands(value: ast.expr | None, file: str) -> dict[str, Place] | None:
    if not isinstance(value, ast.Dict) or len(value.keys) > _MOST_DECLARED:
        return None
    if not all(_text(key) for key in value.keys):
        return None
    return {_text(key): Place(file, key.lineno) for key in value.keys if key}


def _sends(statement: ast.ClassDef, file: str) -> Iterator[tuple[str, Place]]:
    for call in ast.walk(statement):
        match call:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr="reportCmd"), args=[command, *_]):
                if name := _text(command):
                    yield name, Place(file, call.lineno)


def _is_init(part: ast.stmt) -> TypeGuard[ast.FunctionDef]:
    return isinstance(part, ast.FunctionDef) and part.name == "__init__"


def _address_at(line: list[_Class]) -> int | None:
    init = next((ancestor.init for ancestor in line if ancestor.init), None)
    if init is None:
        return _ADDRESS_AT
    names = [argument.arg for argument in init.args.args[1:]]
    return names.index("address") if "address" in names else None


def _addresses(source: Source, family: _Family) -> Iterator[tuple[str, Place]]:
    for call in ast.walk(source.tree):
        if isinstance(call, ast.Call) and (name := _last_name(call.func)) in family.address_at:
            at = family.address_at[name]
            named = [keyword.value for keyword in call.keywords if keyword.arg == "address"]
            given = named or (call.args[at : at + 1] if at is not None else [])
            yield from ((_text(value), Place(source.file, call.lineno)) for value in given if _text(value))


def _last_name(value: ast.AST | None) -> str:
    """`Node` of `polyinterface.Node` and of `Node`."""
    if isinstance(value, ast.Attribute):
        return value.attr
    return value.id if isinstance(value, ast.Name) else ""


def _text(value: ast.expr | None) -> str:
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""


def _number(value: ast.expr | None) -> str:
    if isinstance(value, ast.Constant) and type(value.value) in (int, str):
        return str(value.value)
    return ""
