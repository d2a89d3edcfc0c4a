"""Node addresses. On the ISY each carries its slot: ``n003_controller``; NodeServers know it without the prefix.

An ISY takes 19 characters with the prefix of five, so a NodeServer has 14.
"""

import re

from pgc.isy.errors import BadAddress

MAX_LENGTH = 14
_ALLOWED = re.compile(r"[a-z0-9_]+", re.ASCII)
_ON_ISY = re.compile(r"n(\d{3})_(.+)", re.ASCII | re.DOTALL)
_NOT_IN_NAMES = str.maketrans("", "", "<>`~!@#$%^&*(){}[]?/\\;:\"'")


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


def check(address: str) -> None:
    """Whether an ISY takes the address.

    Raises:
        BadAddress: it does not; the text says why.
    """
    shown = repr(address[:40])
    if not address:
        raise BadAddress("the node's address is empty")
    if len(address) > MAX_LENGTH:
        raise BadAddress(
            f"the node's address {shown} is {len(address)} characters long; an ISY takes at most {MAX_LENGTH}"
        )
    if address != address.lower():
        raise BadAddress(f"the node's address {shown} has upper-case letters; an ISY takes only lower case")
    if not _ALLOWED.fullmatch(address):
        wrong = "".join(sorted({sign for sign in address if not _ALLOWED.fullmatch(sign)}))
        raise BadAddress(f"the node's address {shown} has {wrong!r} in it; an ISY takes a to z, 0 to 9 and _")


def clean_name(name: str) -> str:
    """The name without the signs that an ISY does not take; may be empty."""
    printable = "".join(sign if sign.isprintable() else " " for sign in name)
    return " ".join(printable.translate(_NOT_IN_NAMES).split())
