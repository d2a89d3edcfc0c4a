"""Node addresses on the ISY: each carries its slot, as in ``n003_controller``; NodeServers know it without."""

import re

from pgc_interface.rules.errors import BadAddress

_ON_ISY = re.compile(r"n(\d{3})_(.+)", re.ASCII | re.DOTALL)


def on_isy(slot: int, address: str) -> str:
    """The address as the ISY knows it."""
    return f"n{slot:03d}_{address}"


def from_isy(text: str) -> tuple[int, str]:
    """Slot and address of a node of a NodeServer.

    Raises:
        BadAddress: it is not one.
    """
    parts = _ON_ISY.fullmatch(text)
    if parts is None:
        raise BadAddress(f"{text[:40]!r} is not the address of a NodeServer's node, such as n003_controller")
    return int(parts[1]), parts[2]
