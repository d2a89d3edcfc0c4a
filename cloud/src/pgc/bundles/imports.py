"""Which SDK a NodeServer needs, as its imports tell; a program of its own: ``python -I -S imports.py EXECUTABLE``.

Parsing a stranger's source can exhaust or crash an interpreter, so the platform has it done in a sandbox, by the
Python that the NodeServer will run on. It prints one line of JSON: {"needs": "polyinterface" or null, "reason": text}.

Only files that the program imports count, one after the other. It needs `polyinterface` where it would fail for want
of it: an import of it that nothing guards, a name that it has only from there, a name that `pgc_interface` never had.
"""

from __future__ import annotations

import ast
import json
import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import product

POLYINTERFACE, PGC = "polyinterface", "pgc_interface"
PGC_NAMES = frozenset({"Interface", "Controller", "Node", "LOGGER", "NotSaved"})
"""What NodeServers can import from pgc_interface."""
MOST_FILES = 500
LARGEST = 1024 * 1024
LONGEST_REASON = 300
_CATCHES_MISSING = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
_IMPORT_NODES = (ast.Import, ast.ImportFrom)


def look(executable: str) -> dict[str, str | None]:
    """What the program in the current folder needs, and why that is believed."""
    cloud = ""
    for name, tree in _sources(executable):
        source = _Source(tree)
        for line, what in sorted(source.needs()):
            return {"needs": POLYINTERFACE, "reason": _shown(f"{name}:{line} {what}")}
        for line, what in sorted(source.knows_the_cloud()):
            cloud = cloud or _shown(f"{name}:{line} {what}")
    return {"needs": None, "reason": cloud or f"nothing in it imports {PGC} or {POLYINTERFACE}"}


def _sources(executable: str) -> Iterator[tuple[str, ast.Module]]:
    """The program's file and those of its folder that it imports, each once; what is no Python is left out."""
    places = ("", os.path.dirname(executable))
    waiting = deque([os.path.normpath(executable)])
    seen = set(waiting)
    while waiting:
        name = waiting.popleft()
        tree = _parse(name)
        if tree is None:
            continue
        yield name, tree
        for found in _files(_modules(tree, name), places):
            if found not in seen and len(seen) < MOST_FILES:
                seen.add(found)
                waiting.append(found)


def _parse(name: str) -> ast.Module | None:
    try:
        with open(name, "rb") as file:
            return ast.parse(file.read(LARGEST + 1)[:LARGEST])
    except (OSError, ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def _modules(tree: ast.Module, name: str) -> Iterator[tuple[str | None, list[str]]]:
    """Each module that may be meant, as its path's parts, and the folder it is relative to, if it is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((None, alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = None
            if node.level:
                base = os.path.normpath(os.path.join(os.path.dirname(name), *[".."] * (node.level - 1)))
            parts = node.module.split(".") if node.module else []
            yield base, parts
            yield from ((base, [*parts, alias.name]) for alias in node.names)


def _files(modules: Iterable[tuple[str | None, list[str]]], places: tuple[str, ...]) -> Iterator[str]:
    """The files that importing these runs: packages on the way, and the module itself."""
    for base, parts in modules:
        first = 1 if base is None else 0  # a relative import runs the package it starts from as well
        ways = product(places if base is None else (base,), range(first, len(parts) + 1))
        for path in (os.path.join(place, *parts[:length]) for place, length in ways):
            files = (os.path.join(path, "__init__.py"), f"{path}.py")
            yield from (os.path.normpath(file) for file in files if os.path.isfile(file) and not file.startswith(".."))


class _Source:
    """One file, and what in it depends on which SDK there is."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        guards = [node for node in ast.walk(tree) if isinstance(node, ast.Try) and _is_guard(node)]
        self._guards = [imported for guard in guards for imported in _imports(guard.handlers, PGC)]
        self._sheltered = {id(node) for guard in guards for part in guard.body for node in ast.walk(part)}
        self._flags = {name for guard in guards for name in _assigned(guard)}
        """Variables that tell which SDK there is."""
        there = {name for guard in guards for name in _bound(_imports(guard.body, POLYINTERFACE))}
        self._only_there = there - set(_bound(self._guards)) - self._flags
        self._modules = _modules_named(tree, POLYINTERFACE) | _modules_named(tree, PGC)

    def needs(self) -> set[tuple[int, str]]:
        """What would fail without polyinterface, with its line."""
        return {(node.lineno, what) for node in self._unconditional(self._tree) for what in self._failing(node)}

    def knows_the_cloud(self) -> set[tuple[int, str]]:
        guarded = {(node.lineno, f"imports {PGC} where there is no {POLYINTERFACE}") for node in self._guards}
        return guarded or {(node.lineno, f"imports {PGC}") for node in _imports([self._tree], PGC)}

    def _failing(self, node: ast.stmt | ast.expr) -> Iterator[str]:
        if isinstance(node, _IMPORT_NODES):
            if _is_of(node, POLYINTERFACE):
                yield f"imports {POLYINTERFACE} and has nothing to use where that is missing"
            if isinstance(node, ast.ImportFrom) and node.module == PGC:
                lacking = [alias.name for alias in node.names if not _has(alias.name) and alias.name != "*"]
                yield from (f"imports {name} from {PGC}, which never had it" for name in lacking)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in self._only_there:
            yield f"uses {node.id}, which it has from {POLYINTERFACE} only"
        elif isinstance(node, ast.Attribute) and self._is_module(node.value) and not _has(node.attr):
            yield f"uses {getattr(node.value, 'id', '')}.{node.attr}, which {PGC} never had"

    def _unconditional(self, node: ast.AST) -> Iterator[ast.stmt | ast.expr]:
        """All below a node, save what the guards shelter and what is done only if one of their variables says so."""
        waiting = deque([node])
        while waiting:
            node = waiting.popleft()
            if id(node) in self._sheltered or (isinstance(node, (ast.If, ast.IfExp)) and self._asks(node.test)):
                continue
            if isinstance(node, (ast.stmt, ast.expr)):
                yield node
            waiting.extend(ast.iter_child_nodes(node))

    def _is_module(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in self._modules

    def _asks(self, test: ast.expr) -> bool:
        return any(isinstance(node, ast.Name) and node.id in self._flags for node in ast.walk(test))


def _is_guard(node: ast.Try) -> bool:
    """``try: import polyinterface`` / ``except ImportError: import pgc_interface …``."""
    catches = any(_catches_missing(handler) and _imports([handler], PGC) for handler in node.handlers)
    return catches and bool(_imports(node.body, POLYINTERFACE))


def _catches_missing(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    return any(isinstance(node, ast.Name) and node.id in _CATCHES_MISSING for node in ast.walk(handler.type))


def _imports(parts: Iterable[ast.AST], module: str) -> list[ast.Import | ast.ImportFrom]:
    found = (node for part in parts for node in ast.walk(part) if isinstance(node, _IMPORT_NODES))
    return [node for node in found if _is_of(node, module)]


def _is_of(node: ast.Import | ast.ImportFrom, module: str) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.level == 0 and (node.module or "").partition(".")[0] == module
    return any(alias.name.partition(".")[0] == module for alias in node.names)


def _bound(imports: Iterable[ast.Import | ast.ImportFrom]) -> Iterator[str]:
    for node in imports:
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)


def _modules_named(tree: ast.Module, module: str) -> set[str]:
    plain = [node for node in _imports([tree], module) if isinstance(node, ast.Import)]
    return {alias.asname or module for node in plain for alias in node.names if alias.name == module}


def _assigned(guard: ast.Try) -> Iterator[str]:
    for node in ast.walk(guard):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _has(name: str) -> bool:
    return name in PGC_NAMES or name.startswith("__")


def _shown(text: str) -> str:
    """File names are a stranger's too."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)[:LONGEST_REASON]


if __name__ == "__main__":
    print(json.dumps(look(sys.argv[1])))  # noqa: T201 - this is its answer
