"""The NodeServer connections: for each slot, where the ISY sends commands and queries, and with which login."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pgc.simulator.addresses import SLOTS
from pgc.simulator.outcomes import ACCEPTED, BAD_REQUEST, NOT_FOUND, Outcome

_HOST = re.compile(r"[A-Za-z0-9_.:-]{1,253}")
_BASEURL = re.compile(r"(?:/[A-Za-z0-9_.:~%-]+)*/?")
_MAX_TIMEOUT = 60


@dataclass(frozen=True, slots=True)
class Connection:
    """`profile` is the slot; `timeout` seconds, 0 for the ISY's own; `nspwd` is never listed."""

    profile: int
    name: str
    ip: str
    port: int
    baseurl: str = ""
    ssl: bool = False
    sni: bool = False
    timeout: int = 0
    isyusernum: int = 0
    nsuser: str = ""
    nspwd: str = field(default="", repr=False)
    enabled: bool = True


def read_connection(slot: int, query: Mapping[str, str]) -> Connection | None:
    """The parameters of set/network; None if they name no place to call. Booleans are `true` and `false`."""
    port = _number(query, "port", 65535)
    timeout = _number(query, "timeout", _MAX_TIMEOUT)
    isyusernum = _number(query, "isyusernum", 99)
    if not port or timeout is None or isyusernum is None:
        return None
    connection = Connection(
        profile=slot,
        name=query.get("name", ""),
        ip=query.get("ip", ""),
        port=port,
        baseurl=query.get("baseurl", ""),
        ssl=query.get("ssl") == "true",
        sni=query.get("sni") == "true",
        timeout=timeout,
        isyusernum=isyusernum,
        nsuser=query.get("nsuser", ""),
        nspwd=query.get("nspwd", ""),
        enabled=query.get("enabled", "true") == "true",
    )
    return connection if _well_formed(connection) else None


class Connections(Mapping[int, Connection]):
    """Those that are registered, by slot."""

    def __init__(self) -> None:
        self._connections: dict[int, Connection] = {}

    def __getitem__(self, slot: int) -> Connection:
        return self._connections[slot]

    def __iter__(self) -> Iterator[int]:
        return iter(sorted(self._connections))

    def __len__(self) -> int:
        return len(self._connections)

    def set(self, slot: int, query: Mapping[str, str]) -> Outcome:
        """Overwrites the slot. 404 outside 1 to 25 and 400 without a place to call are ours: no page says."""
        if slot not in SLOTS:
            return NOT_FOUND
        connection = read_connection(slot, query)
        if connection is None:
            return BAD_REQUEST
        self._connections[slot] = connection
        return ACCEPTED

    def remove(self, slot: int) -> Outcome:
        """A free slot is no error; a slot out of range is. Nodes and profile stay."""
        if slot not in SLOTS:
            return NOT_FOUND
        self._connections.pop(slot, None)
        return ACCEPTED


def _number(query: Mapping[str, str], key: str, most: int) -> int | None:
    text = query.get(key, "0")
    if not (text.isascii() and text.isdigit()) or len(text) > 5:
        return None
    return int(text) if int(text) <= most else None


def _well_formed(connection: Connection) -> bool:
    texts = (connection.name, connection.nsuser, connection.nspwd)
    place = _HOST.fullmatch(connection.ip) and _BASEURL.fullmatch(connection.baseurl)
    return bool(connection.name and place) and all(text.isprintable() for text in texts)
