"""The networks that a confined program has no business in."""

from __future__ import annotations

import _socket as socket  # without enum and selectors, which would cost every start 15 ms
import struct

CLOSED = (
    "0.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",  # link-local, and the metadata of clouds
    "198.18.0.0/15",  # the nest's own addresses are out of it
    "224.0.0.0/4",
    "240.0.0.0/4",
)
LAN = ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")
"""Private networks, those of carriers too."""
_NARROWEST = 31


def attached(addresses: list[tuple[str, int]]) -> list[str]:
    """The networks around these addresses: a home may use others than the private ones. Loopback is none."""
    return [_network(address, bits) for address, bits in addresses if bits < _NARROWEST and address[:4] != "127."]


def _network(address: str, bits: int) -> str:
    (number,) = struct.unpack("!I", socket.inet_aton(address))
    mask = -1 << (32 - bits) & 0xFFFFFFFF
    return f"{socket.inet_ntoa(struct.pack('!I', number & mask))}/{bits}"
