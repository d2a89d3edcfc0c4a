"""What a slot's profile says: the drivers of each nodedef, the lists behind its editors, and the texts.

Profiles in the wild are untidy, and an ISY takes the bytes as they are: a file that cannot be read defines
nothing, tags match in any case, lines without `=` are skipped, comments become keys that nobody asks for.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

logger = logging.getLogger(__name__)

_ENCODED_LIST = re.compile(r"_(?P<uom>[0-9]{1,3})_[0-9]+_N_(?P<nls>\w+)")


@dataclass(frozen=True, slots=True)
class NodeDef:
    id: str
    nls: str
    editors: Mapping[str, str]
    """The editor's id of each driver in its <sts>."""


@dataclass(frozen=True, slots=True)
class Definitions:
    nodedefs: Mapping[str, NodeDef] = field(default_factory=dict)
    lists: Mapping[tuple[str, int], str] = field(default_factory=dict)
    """The NLS key of the list that an editor shows for a uom."""
    texts: Mapping[str, str] = field(default_factory=dict)

    def driver_name(self, nodedefid: str, driver: str) -> str:
        """The driver's name for people, "" if the profile has none."""
        nodedef = self.nodedefs.get(nodedefid)
        own = self.texts.get(f"ST-{nodedef.nls}-{driver}-NAME") if nodedef else None
        return own or self.texts.get(f"ST-{driver}-NAME", "")

    def word(self, nodedefid: str, driver: str, uom: int, index: int) -> str | None:
        """The word that stands for a listed value; None if the driver's editor lists none."""
        nodedef = self.nodedefs.get(nodedefid)
        editor = nodedef.editors.get(driver, "") if nodedef else ""
        nls = self.lists.get((editor, uom)) or _encoded_list(editor, uom)
        return self.texts.get(f"{nls}-{index}") if nls else None


def read_definitions(nodedefs: Iterable[bytes], editors: Iterable[bytes], nls: Iterable[bytes]) -> Definitions:
    """The contents of the files of one slot, by kind."""
    return Definitions(
        nodedefs={nodedef.id: nodedef for body in nodedefs for nodedef in _nodedefs(body)},
        lists={key: name for body in editors for key, name in _lists(body)},
        texts={key: text for body in nls for key, text in _texts(body)},
    )


def _nodedefs(body: bytes) -> Iterator[NodeDef]:
    for element in _elements(_parsed(body), "nodedef"):
        editors = {st.get("id", ""): st.get("editor", "") for st in _elements(element, "st")}
        yield NodeDef(element.get("id", ""), element.get("nls", ""), editors)


def _lists(body: bytes) -> Iterator[tuple[tuple[str, int], str]]:
    for editor in _elements(_parsed(body), "editor"):
        for span in _elements(editor, "range"):
            uom, nls = span.get("uom", ""), span.get("nls") or span.get("NLS")
            if nls and uom.isascii() and uom.isdigit():
                yield (editor.get("id", ""), int(uom[:4])), nls


def _texts(body: bytes) -> Iterator[tuple[str, str]]:
    for line in body.decode("utf-8-sig", errors="replace").splitlines():
        key, equals, text = line.partition("=")
        if equals:
            yield key.strip(), text.strip()


def _parsed(body: bytes) -> Element | None:
    try:
        root: Element = fromstring(body.strip())
    except (ParseError, DefusedXmlException, ValueError) as error:
        logger.warning("An uploaded profile file is no readable XML and defines nothing: %s", error)
        return None
    return root


def _elements(root: Element | None, tag: str) -> Iterator[Element]:
    if root is None:
        return
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag.lower() == tag:
            yield element


def _encoded_list(editor: str, uom: int) -> str | None:
    match = _ENCODED_LIST.fullmatch(editor)
    return match["nls"] if match and int(match["uom"]) == uom else None
