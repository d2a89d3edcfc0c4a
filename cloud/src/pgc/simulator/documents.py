"""The XML a client reads: answers, nodes with their properties, connections, profile listings, who the ISY is."""

from collections.abc import Iterable
from functools import lru_cache
from html import escape

from pgc.simulator.connections import Connection
from pgc.simulator.definitions import Definitions
from pgc.simulator.identity import Identity
from pgc.simulator.nodes import Node
from pgc.simulator.outcomes import Outcome
from pgc.simulator.profiles import Kind, Profiles
from pgc.simulator.state import IsyState
from pgc.simulator.values import Reading, formatted

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_FAMILY = 10
"""The family of all NodeServer nodes; its instance is the slot."""


@lru_cache(maxsize=64)
def rest_response(outcome: Outcome) -> bytes:
    reason = "" if outcome.reason is None else f'<reason code="{outcome.reason.value}"/>'
    succeeded = str(outcome.accepted).lower()
    return _document(f'<RestResponse succeeded="{succeeded}"><status>{outcome.status}</status>{reason}</RestResponse>')


def soap_response(outcome: Outcome) -> bytes:
    body = f"<UDIDefaultResponse><status>{outcome.status}</status><info></info></UDIDefaultResponse>"
    envelope = "http://www.w3.org/2003/05/soap-envelope"
    return _document(f'<s:Envelope xmlns:s="{envelope}"><s:Body>{body}</s:Body></s:Envelope>')


def node_list(state: IsyState, name: str) -> bytes:
    nodes = "".join(_node(node) for node in state.nodes.values())
    return _document(f"<nodes><root>{escape(name)}</root>{nodes}</nodes>")


def node_info(state: IsyState, node: Node) -> bytes:
    properties = _properties(node, state.profiles[node.slot].definitions)
    return _document(f"<nodeInfo>{_node(node)}<properties>{properties}</properties></nodeInfo>")


def status(state: IsyState) -> bytes:
    return _document(f"<nodes>{''.join(_node_status(state, node) for node in state.nodes.values())}</nodes>")


def connection_list(connections: Iterable[Connection]) -> bytes:
    inside = "".join(_connection(connection) for connection in connections)
    return _document(f"<connections>{inside}</connections>" if inside else "<connections/>")


def profile_files(profiles: Profiles, slots: Iterable[int]) -> bytes:
    return _document(f"<profiles>{''.join(_profile(profiles, slot) for slot in slots)}</profiles>")


def config(identity: Identity) -> bytes:
    version = identity.firmware
    return _document(
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
    return _document(
        '<root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major><minor>0</minor></specVersion>'
        "<device><deviceType>urn:udi-com:device:X_Insteon_Lighting_Device:1</deviceType>"
        f"<friendlyName>{escape(identity.name)}</friendlyName><manufacturer>Universal Devices Inc.</manufacturer>"
        f"<modelName>{escape(identity.model)}</modelName><modelVersion>{identity.firmware}</modelVersion>"
        f"<UDN>uuid:{identity.uuid}</UDN></device></root>"
    )


def _document(body: str) -> bytes:
    return (_DECLARATION + body).encode()


def _node(node: Node) -> str:
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
    properties = _properties(node, state.profiles[node.slot].definitions)
    return f'<node id="{node.address}">{properties}</node>'


def _properties(node: Node, definitions: Definitions) -> str:
    """Every driver of the nodedef and every one reported, by name."""
    nodedef = definitions.nodedefs.get(node.nodedefid)
    drivers = {*node.drivers, *(nodedef.editors if nodedef else ())}
    return "".join(_property(node, driver, definitions) for driver in sorted(drivers))


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


def _profile(profiles: Profiles, slot: int) -> str:
    folders = ((kind, profiles[slot].files.get(kind, {})) for kind in Kind)
    inside = "".join(_folder(kind, names) for kind, names in folders if names)
    return f'<profile id="{slot}">{inside}</profile>'


def _folder(kind: Kind, names: Iterable[str]) -> str:
    files = "".join(f'<file name="{name}"/>' for name in names)
    return f'<files dir="{kind}">{files}</files>'


def _feature(feature_id: str, name: str) -> str:
    state = "<isInstalled>false</isInstalled><isAvailable>true</isAvailable>"
    return f"<feature><id>{feature_id}</id><desc>{name}</desc>{state}</feature>"
