"""Where this process stands in its network."""

from __future__ import annotations

import socket
import struct
import sys
from contextlib import suppress

if sys.platform == "linux":
    import fcntl

_ADDRESS, _BROADCAST, _NETMASK = 0x8915, 0x8919, 0x891B
"""What Linux is asked of an interface (SIOCGIFADDR …, netdevice(7))."""
DEFAULT = "default"


def network_interface(name: str = DEFAULT) -> dict[str, str | bool]:
    """{addr, netmask, broadcast} of an interface, or of the one that leads out of here; False for what is unknown."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        if name == DEFAULT:
            address = _own_address(probe)
            name = next((each for _, each in _interfaces() if _asked(probe, each, _ADDRESS) == address), "")
            if not name:
                return {"addr": address, "netmask": False, "broadcast": False}
        asked = {"addr": _ADDRESS, "netmask": _NETMASK, "broadcast": _BROADCAST}
        return {key: _asked(probe, name, question) for key, question in asked.items()}


def _own_address(probe: socket.socket) -> str | bool:
    try:
        probe.connect(("192.0.2.1", 9))  # sends nothing: it only chooses the way out
    except OSError:
        return "127.0.0.1"
    return str(probe.getsockname()[0])


def _interfaces() -> list[tuple[int, str]]:
    try:
        return socket.if_nameindex()
    except (OSError, AttributeError):
        return []


def _asked(probe: socket.socket, name: str, question: int) -> str | bool:
    with suppress(OSError, NameError, struct.error):
        answer = fcntl.ioctl(probe.fileno(), question, struct.pack("256s", name.encode()[:15]))
        return socket.inet_ntoa(answer[20:24])
    return False
