"""The XML a client reads: answers, nodes with their properties, connections, profile listings, who the ISY is."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from html import escape

from pgc.simulator.connections import Connection
from pgc.simulator.definitions import Definitions
from pgc.simulator.identity import Identity
from pgc.simulator.nodes import Node
from pgc.simulator.outcomes import Outcome
from pgc.simulator.profiles import Kind
from pgc.simulator.state import IsyState
from pgc.simulator.values import Reading, formatted

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
_FAMILY = 10
"""The family of all NodeServer nodes; its instance is the slot."""


@lru_cache(maxsize=64)
def rest_response(outcome: Outcome) -> bytes:
    reason = "" if outcome.reason is None else f'<reason code="{outcome.reason.value}"/>'
    succeeded = str(outcome.accepted).lower()
    return document(f'<RestResponse succeeded="{succeeded}"><status>{outcome.status}</status>{reason}</RestResponse>')


def soap_response(outcome: Outcome) -> bytes:
    body = f"<UDIDefaultResponse><status>{outcome.status}</status><info></info></UDIDefaultResponse>"
    envelope = "http://www.w3.org/2003/05/soap-envelope"
    return document(f'<s:Envelope xmlns:s="{envelope}"><s:Body>{body}</s:Body></s:Envelope>')


def node_list(state: IsyState, identity: Identity) -> bytes:
    """All nodes, then the scene of all devices, which every ISY has."""
    nodes = "".join(node_element(node) for node in state.nodes.values())
    return document(f"<nodes><root/>{nodes}{_scene_of_all(identity)}</nodes>")


def device_list(state: IsyState) -> bytes:
    """The nodes alone."""
    return document(f"<nodes>{''.join(node_element(node) for node in state.nodes.values())}</nodes>")


def node_info(state: IsyState, node: Node) -> bytes:
    properties = _properties(state, node, state.drivers(node))
    return document(f"<nodeInfo>{node_element(node)}<properties>{properties}</properties></nodeInfo>")


def status(state: IsyState) -> bytes:
    return document(f"<nodes>{''.join(_node_status(state, node) for node in state.nodes.values())}</nodes>")


def property_list(state: IsyState, node: Node, driver: str) -> bytes:
    """One driver of a node."""
    return document(f"<properties>{_properties(state, node, [driver])}</properties>")


def connection_list(connections: Iterable[Connection]) -> bytes:
    inside = "".join(_connection(connection) for connection in connections)
    return document(f"<connections>{inside}</connections>" if inside else "<connections/>")


def profile_files(slots: Mapping[int, Mapping[Kind, Iterable[str]]]) -> bytes:
    """The names of each slot's files by their kinds."""
    return document(f"<profiles>{''.join(_profile(slot, names) for slot, names in slots.items())}</profiles>")


def config(identity: Identity) -> bytes:
    version = identity.firmware
    return document(
        "<configuration>"
        "<deviceSpecs><make>Universal Devices Inc.</make><model>Insteon Web Controller</model></deviceSpecs>"
        f"<app>Insteon_UD994</app><app_version>{version}</app_version><app_full_version>{version}</app_full_version>"
        f"<platform>{identity.platform}</platform>"
        f"<root><id>{identity.uuid}</id><name>{escape(identity.name)}</name></root>"
        f"<product><id>{identity.model_id}</id><desc>{escape(identity.model)}</desc></product>"
        f"<features>{_feature('21040', 'Networking Module')}</features>"
        "<variables>true</variables><nodedefs>true</nodedefs>"
        "</configuration>"
    )


def description(identity: Identity) -> bytes:
    """What UPnP discovery reads."""
    return document(
        '<root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major><minor>0</minor></specVersion>'
        "<device><deviceType>urn:udi-com:device:X_Insteon_Lighting_Device:1</deviceType>"
        f"<friendlyName>{escape(identity.name)}</friendlyName><manufacturer>Universal Devices Inc.</manufacturer>"
        f"<modelName>{escape(identity.model)}</modelName><modelVersion>{identity.firmware}</modelVersion>"
        f"<UDN>uuid:{identity.uuid}</UDN></device></root>"
    )


def document(body: str, line_break: str = "\n") -> bytes:
    return f"{_DECLARATION}{line_break}{body}".encode()


def _scene_of_all(identity: Identity) -> str:
    """In captures no node of a NodeServer is a member of it."""
    return (
        f'<group flag="12" nodeDefId="InsteonDimmer"><address>{identity.uuid}</address>'
        f"<name>{escape(identity.name)}</name><family>6</family><hint>0.0.0.0</hint><members/></group>"
    )


def node_element(node: Node) -> str:
    flag = 128 if node.is_primary else 0
    nls = f' nls="{escape(node.nls)}"' if node.nls else ""
    return (
        f'<node flag="{flag}" nodeDefId="{escape(node.nodedefid)}"{nls}>'
        f"<address>{node.address}</address><name>{escape(node.name)}</name>"
        f'<family instance="{node.slot}">{_FAMILY}</family>{_hint_and_parent(node)}'
        f"<enabled>{str(node.enabled).lower()}</enabled><deviceClass>0</deviceClass><wattage>0</wattage>"
        "<dcPeriod>0</dcPeriod><startDelay>0</startDelay><endDelay>0</endDelay>"
        f"<pnode>{node.primary}</pnode></node>"
    )


def _hint_and_parent(node: Node) -> str:
    """A new node's <type> is 1.1.0.0; a hint rewrites it (inferred from captured nodes)."""
    hint = ".".join(str(byte) for byte in node.hint)
    kind = hint if any(node.hint) else "1.1.0.0"
    parent = f'<parent type="1">{node.parent}</parent>' if node.parent else ""
    return f"<hint>{hint}</hint>{parent}<type>{kind}</type>"


def _node_status(state: IsyState, node: Node) -> str:
    properties = _properties(state, node, state.drivers(node))
    return f'<node id="{node.address}">{properties}</node>'


def _properties(state: IsyState, node: Node, drivers: Iterable[str]) -> str:
    definitions = state.profiles[node.slot].definitions
    return "".join(_property(node, driver, definitions) for driver in drivers)


def _property(node: Node, driver: str, definitions: Definitions) -> str:
    reading = node.drivers.get(driver)
    if reading is None:
        return f'<property id="{escape(driver)}" value="" formatted=" " uom="0"/>'
    digits, prec = reading.scaled
    shown = escape(shown_value(node.nodedefid, driver, reading, definitions))
    name = escape(definitions.driver_name(node.nodedefid, driver))
    decimals = f' prec="{prec}"' if prec else ""
    return f'<property id="{driver}" value="{digits}" formatted="{shown}" uom="{reading.uom}"{decimals} name="{name}"/>'


def shown_value(nodedefid: str, driver: str, reading: Reading, definitions: Definitions) -> str:
    """The profile's word for a listed value, else the value with its unit."""
    word = None
    if not reading.scaled.prec:
        word = definitions.word(nodedefid, driver, reading.uom, reading.scaled.digits)
    return formatted(reading) if word is None else word


def _connection(connection: Connection) -> str:
    enabled = str(connection.enabled).lower()
    listed = ("name", "ssl", "sni", "port", "timeout", "isyusernum", "ip", "baseurl", "nsuser")
    children = "".join(f"<{tag}>{_text(getattr(connection, tag))}</{tag}>" for tag in listed)
    return f'<connection profile="{connection.profile}" type="0" enabled="{enabled}">{children}</connection>'


def _text(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else escape(str(value))


def _profile(slot: int, folders: Mapping[Kind, Iterable[str]]) -> str:
    inside = "".join(_folder(kind, names) for kind, names in folders.items() if names)
    return f'<profile id="{slot}">{inside}</profile>'


def _folder(kind: Kind, names: Iterable[str]) -> str:
    files = "".join(f'<file name="{name}"/>' for name in names)
    return f'<files dir="{kind}">{files}</files>'


def _feature(feature_id: str, name: str) -> str:
    state = "<isInstalled>false</isInstalled><isAvailable>true</isAvailable>"
    return f"<feature><id>{feature_id}</id><desc>{name}</desc>{state}</feature>"
