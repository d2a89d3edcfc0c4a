"""What a slot's profile says: the drivers of each nodedef, the lists behind its editors, and the texts.

Profiles in the wild are untidy, and an ISY takes the bytes as they are: a file that cannot be read defines
nothing, tags match in any case, lines without `=` are skipped.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pgc.profiles.editors import encoded
from pgc.profiles.elements import BadXml, Element, read_document
from pgc.profiles.nls import read_nls

logger = logging.getLogger(__name__)


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
        texts={key: text for body in nls for key, text in read_nls(body)},
    )


def _nodedefs(body: bytes) -> Iterator[NodeDef]:
    for element in elements_in(body, "nodedef"):
        editors = {st.get("id"): st.get("editor") for st in element.everywhere("st")}
        yield NodeDef(element.get("id"), element.get("nls"), editors)


def _lists(body: bytes) -> Iterator[tuple[tuple[str, int], str]]:
    for editor in elements_in(body, "editor"):
        for span in editor.everywhere("range"):
            uom, nls = span.get("uom"), span.get("nls") or span.get("NLS")
            if nls and uom.isascii() and uom.isdigit():
                yield (editor.get("id"), int(uom[:4])), nls


def elements_in(body: bytes, tag: str) -> Iterator[Element]:
    """None if the body is no readable XML, which is logged."""
    try:
        document = read_document(body)
    except BadXml as error:
        logger.warning("An uploaded profile file is no readable XML and defines nothing: %s", error)
        return
    yield from Element("", {}, 0, [document.root]).everywhere(tag)


def _encoded_list(editor: str, uom: int) -> str | None:
    known = encoded(editor)
    return next((span.nls for span in known.ranges if span.uom == str(uom)), None) if known else None
