"""What an ISY asks of a NodeServer, read from the path below the slot's base."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pgc.isy.addresses import from_isy
from pgc_interface.rules.errors import BadAddress

ALL = "all"
"""The address that stands for all nodes; an ISY calls it ``0``."""
_REQUEST_ID = "requestId"


@dataclass(frozen=True, slots=True)
class Query:
    address: str
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class StatusCall:
    address: str
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class CommandCall:
    """`query` holds the named parameters as the ISY sent them, such as ``OL.uom51``, and `requestId` if it gave one."""

    address: str
    cmd: str
    value: str | None = None
    uom: str | None = None
    query: dict[str, str] = field(default_factory=dict)


Call = Query | StatusCall | CommandCall


def read_call(slot: int, parts: list[str], query: Mapping[str, str]) -> Call | None:
    """The call in the decoded `parts` of the path; None where it is none, or concerns another slot."""
    match parts:
        case ["nodes", node, "query"]:
            kind: type[Query] | type[StatusCall] = Query
        case ["nodes", node, "status"]:
            kind = StatusCall
        case ["nodes", node, "cmd", cmd, *rest] if cmd and len(rest) <= 2:
            return _command(_address(slot, node), cmd, rest, query)
        case _:
            return None
    address = _address(slot, node)
    return kind(address, _parameters(query).get(_REQUEST_ID)) if address else None


def _command(address: str | None, cmd: str, rest: list[str], query: Mapping[str, str]) -> CommandCall | None:
    if address is None:
        return None
    value, uom = (*rest, None, None)[:2]
    return CommandCall(address, cmd, value, uom, _parameters(query))


def _address(slot: int, node: str) -> str | None:
    if node == "0":
        return ALL
    try:
        its_slot, address = from_isy(node)
    except BadAddress:
        return None
    return address if its_slot == slot else None


def _parameters(query: Mapping[str, str]) -> dict[str, str]:
    """As they came; only `requestid`, as some write it, is named as all others do."""
    return {_REQUEST_ID if key.lower() == "requestid" else key: value for key, value in query.items()}
