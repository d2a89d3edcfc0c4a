"""Profiles in a form that every client can read: for those that stumble over the untidiness of the uploaded bytes.

PyISY, which Home Assistant uses, fails on a nodedef without <sends> or <accepts>, an editor without a <range>, a list
without names, and an NLS line without `=` or with two; it overlooks files with a comment before the root, tags in
lower case, and editors in a file that is not called `editors`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from xml.sax.saxutils import quoteattr

from pgc.profiles.editors import LIST
from pgc.profiles.elements import Element
from pgc.profiles.nls import read_nls
from pgc.simulator.definitions import elements_in
from pgc.simulator.profiles import Kind, Profile

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPELLINGS = {"nodedefs": "nodeDefs", "nodedef": "nodeDef", "nodetype": "nodeType"}
_NOTHING = " "
"""As the `nls` of a range: no key begins so."""
_EQUALS = "＝"
"""For `=` within a text."""


def as_uploaded(profile: Profile, kind: Kind) -> Mapping[str, bytes]:
    return profile.files.get(kind, {})


def tidied(profile: Profile, kind: Kind) -> Mapping[str, bytes]:
    """The files of one kind by the names under which clients look for them; what cannot be read is left out."""
    files = as_uploaded(profile, kind)
    match kind:
        case Kind.NODEDEF:
            return _one_file("nodedefs.xml", "nodeDefs", [_nodedef(each) for each in _found(files, "nodeDef")])
        case Kind.EDITOR:
            return _one_file("editors.xml", "editors", [_editor(each) for each in _found(files, "editor")])
        case Kind.NLS:
            return {name: _texts(body) for name, body in files.items()}
        case Kind.LINKDEF:
            return files


def _one_file(name: str, root: str, elements: list[Element]) -> Mapping[str, bytes]:
    if not elements:
        return {}
    inside = "\n".join(map(_written, elements))
    return {name: f"{_DECLARATION}<{root}>\n{inside}\n</{root}>\n".encode()}


def _found(files: Mapping[str, bytes], tag: str) -> Iterable[Element]:
    return (element for body in files.values() for element in elements_in(body, tag))


def _nodedef(element: Element) -> Element:
    missing = [Element(way, {}, 0) for way in ("sends", "accepts") if not any(element.everywhere(way))]
    return replace(element, children=[*element.children, Element("cmds", {}, 0, missing)]) if missing else element


def _editor(element: Element) -> Element:
    if not any(element.everywhere("range")):
        return replace(element, children=[Element("range", {"uom": "0"}, 0)])
    return replace(element, children=[_range(child) for child in element.children])


def _range(element: Element) -> Element:
    named = element.get("nls") or element.get("NLS")
    if element.get("uom") != str(LIST) or named:
        return element
    return replace(element, attributes={**element.attributes, "nls": _NOTHING})


def _texts(body: bytes) -> bytes:
    return "".join(f"{key} = {text.replace('=', _EQUALS)}\n" for key, text in read_nls(body)).encode()


def _written(element: Element) -> str:
    """Without names that have a prefix: what it means is told by the root, which is left behind."""
    tag = _spelt(element.tag)
    spelt = {_spelt(name): value for name, value in element.attributes.items() if ":" not in name}
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in spelt.items())
    inside = "".join(_written(child) for child in element.children if ":" not in child.tag)
    return f"<{tag}{attributes}>{inside}</{tag}>" if inside else f"<{tag}{attributes}/>"


def _spelt(name: str) -> str:
    return _SPELLINGS.get(name.lower(), name.lower())
