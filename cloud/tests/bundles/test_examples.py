"""The bundled examples: whole, installable without an index, and their profiles agree with their nodes.

The rules for profiles are those that PyISY 3.8 depends on when it loads them from an ISY.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import parse

from pgc.bundles.build import Builder
from pgc_interface.dialects import Dialect

EXAMPLES = Path(__file__).parents[3] / "examples"
FOLDERS = sorted(path.parent for path in EXAMPLES.glob("*/server.json"))
NLS_LINE = re.compile(r"[A-Z][A-Za-z0-9_-]* = [^=]+")

pytestmark = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


@dataclass(frozen=True)
class NodeClass:
    """What a node's class declares."""

    id: str
    drivers: dict[str, int]
    commands: set[str]


def node_classes(folder: Path) -> Iterator[NodeClass]:
    """Read from the text: a NodeServer's modules are not for importing into a test."""
    tree = ast.parse((folder / "nodes.py").read_text())
    classes = {node.name: declared(node) for node in tree.body if isinstance(node, ast.ClassDef)}
    bases = {node.name: ast.unparse(node.bases[0]) for node in tree.body if isinstance(node, ast.ClassDef)}
    for name, own in classes.items():
        if "id" in own:
            told = {**classes.get(bases[name], {}), **own}
            yield NodeClass(told["id"], told["drivers"], told["commands"])


def declared(node: ast.ClassDef) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for statement in node.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            found[statement.targets[0].id] = value(statement.targets[0].id, statement.value)
    return found


def value(name: str, node: ast.expr) -> object:
    if isinstance(node, ast.Dict):
        return {ast.literal_eval(key) for key in node.keys if key}
    literal = ast.literal_eval(node)
    return {driver["driver"]: driver["uom"] for driver in literal} if name == "drivers" else literal


def profile(folder: Path, kind: str) -> Element:
    (file,) = (folder / "profile" / kind).iterdir()
    root = parse(file).getroot()
    assert root is not None
    return root


def names(folder: Path) -> dict[str, str]:
    text = (folder / "profile/nls/en_us.txt").read_text()
    lines = [line for line in text.split("\n") if line and not line.startswith("#")]
    assert all(NLS_LINE.fullmatch(line) for line in lines)
    return dict(line.split(" = ") for line in lines)


async def test_it_installs_without_an_index(folder: Path, builder: Builder) -> None:
    said: list[str] = []
    built = await builder.build(folder, said.append)
    bundle, server = built.bundle, built.bundle.server_file
    assert (built.choice.dialect, "imports pgc_interface" in built.choice.reason) == (Dialect.PGC, True)
    assert bundle.site is None
    assert said == ["running install_cloud.sh", "pgc-interface: the platform's own SDK is used"]
    assert all((server.name, server.description, server.notice, server.version, server.profile_version))
    assert server.short_poll == 1


def test_each_nodedef_is_that_of_a_node_class(folder: Path) -> None:
    definitions = {definition.get("id"): definition for definition in profile(folder, "nodedef").iter("nodeDef")}
    classes = {node.id: node for node in node_classes(folder)}
    assert set(definitions) == set(classes)
    for name, definition in definitions.items():
        (accepts,) = definition.iter("accepts")
        assert len(list(definition.iter("sends"))) == 1
        assert {status.get("id") for status in definition.iter("st")} == set(classes[str(name)].drivers)
        assert {command.get("id") for command in accepts.iter("cmd")} == classes[str(name)].commands


def test_each_driver_has_an_editor_for_its_unit(folder: Path) -> None:
    editors = {
        editor.get("id"): {each.get("uom") for each in editor.iter("range")}
        for editor in profile(folder, "editor").iter("editor")
    }
    used = set()
    classes = {node.id: node for node in node_classes(folder)}
    for definition in profile(folder, "nodedef").iter("nodeDef"):
        for status in definition.iter("st"):
            uom = classes[str(definition.get("id"))].drivers[str(status.get("id"))]
            assert str(uom) in editors[status.get("editor")]
        used |= {element.get("editor") for element in definition.iter() if element.get("editor")}
    assert used == set(editors)


def test_everything_has_a_name(folder: Path) -> None:
    wanted = set()
    for definition in profile(folder, "nodedef").iter("nodeDef"):
        nls = definition.get("nls")
        wanted |= {f"ND-{definition.get('id')}-NAME", f"ND-{definition.get('id')}-ICON"}
        wanted |= {f"ST-{nls}-{status.get('id')}-NAME" for status in definition.iter("st")}
        wanted |= {f"CMD-{nls}-{command.get('id')}-NAME" for command in definition.iter("cmd")}
    assert set(names(folder)) == wanted


def test_its_files_are_as_every_reader_takes_them(folder: Path) -> None:
    files = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert not any(b"\r" in path.read_bytes() for path in files)
    assert all(path.read_bytes().isascii() for path in files if "profile" in path.parts)
    assert [root.tag for root in (profile(folder, "nodedef"), profile(folder, "editor"))] == ["nodeDefs", "editors"]
    for kind, part in (("nodedef", "nodedef"), ("editor", "editors"), ("nls", "en_us")):
        assert all(part in path.name for path in (folder / "profile" / kind).iterdir())
