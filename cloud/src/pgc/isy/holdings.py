"""What an ISY really holds, read from its own lists: which nodes there are, and the value of each driver."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from xml.etree.ElementTree import Element

from pgc.isy import xml
from pgc.isy.addresses import from_isy
from pgc.isy.drivers import Value
from pgc.isy.errors import IsyError
from pgc.isy.numbers import read_number
from pgc_interface.rules.errors import BadAddress


@dataclass(frozen=True, slots=True)
class Reading:
    """`value` is None for a driver that was never set. An ISY gives the uom as a number, however it was reported."""

    value: Decimal | None
    uom: str

    def says(self, value: Value) -> bool:
        """Whether this is what was reported; a uom that was a keyword is believed."""
        if self.value is None or self.value != Decimal(value.value):
            return False
        return not value.uom.isdecimal() or value.uom == self.uom


Drivers = Mapping[str, Reading]
Holdings = Mapping[tuple[int, str], Drivers]
"""By slot and address; only nodes of NodeServers."""


def read_holdings(nodes: bytes, status: bytes) -> Holdings:
    """From ``/rest/nodes``, which has every node, and ``/rest/status``, which has the values.

    Raises:
        IsyError: that is not how an ISY lists them.
    """
    values = dict(_by_node((element.get("id", ""), element) for element in _root(status, "nodes").iter("node")))
    listed = _by_node((element.findtext("address", ""), element) for element in _root(nodes, "nodes").iter("node"))
    return {node: values.get(node, {}) for node, _ in listed}


def read_node(info: bytes) -> Drivers:
    """From ``/rest/nodes/<address>``.

    Raises:
        IsyError: that is not how an ISY describes one.
    """
    return _drivers(_root(info, "nodeInfo"))


def _root(content: bytes, tag: str) -> Element:
    try:
        root = xml.parse(content)
    except xml.BadXml as error:
        raise IsyError(f"what the ISY says of its nodes cannot be read: {error}") from error
    if root.tag != tag:
        raise IsyError(f"what the ISY says of its nodes cannot be read: it is no <{tag}>")
    return root


def _by_node(elements: Iterable[tuple[str, Element]]) -> Iterable[tuple[tuple[int, str], Drivers]]:
    """Those of NodeServers; the other devices of the home are none of ours."""
    for address, element in elements:
        try:
            yield from_isy(address.strip()), _drivers(element)
        except BadAddress:
            continue


def _drivers(element: Element) -> Drivers:
    return {found.get("id", ""): _reading(found) for found in element.iter("property")}


def _reading(element: Element) -> Reading:
    """The number of decimals is left out when it is 0."""
    return Reading(read_number(element.get("value", ""), element.get("prec", "0")), element.get("uom", ""))
