"""The devices, addresses and routes of one network namespace, by the kernel's rtnetlink. IPv4 only."""

from __future__ import annotations

import _socket as socket  # without enum and selectors, which would cost every start 15 ms
import os
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:  # every run starts this
    from collections.abc import Iterator

# Numbers and layouts of linux/netlink.h, rtnetlink.h, if_link.h, veth.h, ip.h.
_NEW_LINK, _GET_LINK, _NEW_ADDRESS, _GET_ADDRESS, _NEW_ROUTE, _DELETE_ROUTE = 16, 18, 20, 22, 24, 25
_SET_NEIGHBOURS = 67
_ERROR, _DONE = 2, 3
_REQUEST, _ACKNOWLEDGE, _DUMP, _EXCLUSIVE, _CREATE = 0x1, 0x4, 0x300, 0x200, 0x400
_LINK_NAME, _LINK_INFO, _LINK_FAMILIES, _LINK_NAMESPACE = 3, 18, 26, 28
_INFO_KIND, _INFO_DATA, _VETH_PEER = 1, 2, 1
_INET_SETTINGS, _FORWARDING, _PROXY_ARP = 1, 1, 3
_NEIGHBOURS_NAME, _NEIGHBOURS_SETTINGS, _DEVICE_OF_NEIGHBOURS, _PROXY_DELAY = 1, 6, 1, 13
_ADDRESS, _LOCAL = 1, 2
_TO, _OUT, _VIA = 1, 4, 5
_UNICAST, _UNREACHABLE = 1, 7
_MAIN_TABLE, _BY_ADMINISTRATOR, _ANYWHERE, _ON_LINK = 254, 4, 0, 253
_UP = 1
_HEADER = struct.Struct("=IHHII")
_LINK = struct.Struct("=BxHiII")
_ADDRESS_OF = struct.Struct("=BBBBI")
_ROUTE = struct.Struct("=BBBBBBBBI")
_ATTRIBUTE = struct.Struct("=HH")
_PATIENCE = 10
_CHUNK = 64 * 1024


class Netlink:
    """Speaks for the namespace in which it was opened, wherever its user is later. All it does may raise OSError."""

    def __init__(self, connection: socket.socket | None = None) -> None:
        self.connection = connection or socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self.connection.settimeout(_PATIENCE)
        self._sent = 0

    def addresses(self) -> list[tuple[str, int]]:
        """Of all devices, each with the length of its network's prefix."""
        found = []
        for body in self._ask(_GET_ADDRESS, _ADDRESS_OF.pack(socket.AF_INET, 0, 0, 0, 0), _DUMP):
            attributes = dict(_attributes(body[_ADDRESS_OF.size :]))
            address = attributes.get(_LOCAL) or attributes.get(_ADDRESS)
            if address:
                found.append((socket.inet_ntoa(address), body[1]))
        return found

    def add_pair(self, name: str, peer: str, namespace: int) -> None:
        """Two devices joined by a cable; the peer is in the namespace of that file."""
        there = _LINK.pack(0, 0, 0, 0, 0) + _text(_LINK_NAME, peer) + _number(_LINK_NAMESPACE, namespace)
        pair = _text(_INFO_KIND, "veth") + _attribute(_INFO_DATA, _attribute(_VETH_PEER, there))
        link = _LINK.pack(0, 0, 0, 0, 0) + _text(_LINK_NAME, name) + _attribute(_LINK_INFO, pair)
        self._ask(_NEW_LINK, link, _CREATE | _EXCLUSIVE)

    def device(self, name: str) -> int:
        """Its number."""
        (body,) = self._ask(_GET_LINK, _LINK.pack(0, 0, 0, 0, 0) + _text(_LINK_NAME, name))
        number: int = _LINK.unpack_from(body)[2]
        return number

    def set_up(self, device: int) -> None:
        self._ask(_NEW_LINK, _LINK.pack(0, 0, device, _UP, _UP))

    def forward(self, device: int) -> None:
        """What comes in here goes on to other devices."""
        self._set(device, _FORWARDING)

    def answer_for_others(self, device: int) -> None:
        """Who asks here for an address that another device leads to gets an answer, and that at once."""
        self._set(device, _PROXY_ARP)
        delay = _attribute(_DEVICE_OF_NEIGHBOURS, struct.pack("=i", device)) + _attribute(_PROXY_DELAY, bytes(8))
        neighbours = _text(_NEIGHBOURS_NAME, "arp_cache") + _attribute(_NEIGHBOURS_SETTINGS, delay)
        self._ask(_SET_NEIGHBOURS, struct.pack("=Bxxx", socket.AF_INET) + neighbours)

    def add_address(self, device: int, address: str) -> None:
        """Just this one: no network comes with it."""
        packed = socket.inet_aton(address)
        header = _ADDRESS_OF.pack(socket.AF_INET, 32, 0, 0, device)
        self._ask(
            _NEW_ADDRESS, header + _attribute(_LOCAL, packed) + _attribute(_ADDRESS, packed), _CREATE | _EXCLUSIVE
        )

    def add_route(self, network: str, device: int, via: str = "") -> None:
        target = _attribute(_OUT, struct.pack("=i", device))
        if via:
            target += _attribute(_VIA, socket.inet_aton(via))
        self._route(_NEW_ROUTE, network, _UNICAST, _ANYWHERE if via else _ON_LINK, target)

    def close_off(self, network: str) -> None:
        """Nothing goes there: whoever tries is told at once."""
        self._route(_NEW_ROUTE, network, _UNREACHABLE, _ANYWHERE)

    def open_up(self, network: str) -> None:
        self._route(_DELETE_ROUTE, network, _UNREACHABLE, _ANYWHERE)

    def _set(self, device: int, setting: int) -> None:
        families = _attribute(socket.AF_INET, _attribute(_INET_SETTINGS, _number(setting, 1)))
        self._ask(_NEW_LINK, _LINK.pack(0, 0, device, 0, 0) + _attribute(_LINK_FAMILIES, families))

    def _route(self, order: int, network: str, kind: int, scope: int, target: bytes = b"") -> None:
        address, _, length = network.partition("/")
        bits = int(length or 32)
        header = _ROUTE.pack(socket.AF_INET, bits, 0, 0, _MAIN_TABLE, _BY_ADMINISTRATOR, scope, kind, 0)
        self._ask(order, header + _attribute(_TO, socket.inet_aton(address)) + target, _CREATE)

    def _ask(self, order: int, body: bytes, flags: int = 0) -> list[bytes]:
        """The bodies of the answers."""
        self._sent += 1
        # Whatever is asked for is answered by data and an end, or by an acknowledgement.
        flags |= _REQUEST if flags == _DUMP else _REQUEST | _ACKNOWLEDGE
        self.connection.sendto(_HEADER.pack(_HEADER.size + len(body), order, flags, self._sent, 0) + body, (0, 0))
        found: list[bytes] = []
        while True:
            for kind, number, answer in _messages(self.connection.recv(_CHUNK)):
                if number != self._sent:
                    continue
                if kind in (_ERROR, _DONE):
                    _check(answer)
                    return found
                found.append(answer)


def _check(answer: bytes) -> None:
    (code,) = struct.unpack_from("=i", answer)
    if code:
        raise OSError(-code, os.strerror(-code))


def _messages(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Kind, number and body of each."""
    while len(data) >= _HEADER.size:
        length, kind, _, number, _ = _HEADER.unpack_from(data)
        if length < _HEADER.size:
            return
        yield kind, number, data[_HEADER.size : length]
        data = data[_aligned(length) :]


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    while len(data) >= _ATTRIBUTE.size:
        length, kind = _ATTRIBUTE.unpack_from(data)
        if length < _ATTRIBUTE.size:
            return
        yield kind, data[_ATTRIBUTE.size : length]
        data = data[_aligned(length) :]


def _attribute(kind: int, value: bytes) -> bytes:
    length = _ATTRIBUTE.size + len(value)
    return (_ATTRIBUTE.pack(length, kind) + value).ljust(_aligned(length), b"\0")


def _number(kind: int, value: int) -> bytes:
    return _attribute(kind, struct.pack("=I", value))


def _text(kind: int, value: str) -> bytes:
    return _attribute(kind, value.encode() + b"\0")


def _aligned(length: int) -> int:
    return (length + 3) & ~3
