"""Addresses and names of nodes: an ISY takes 19 characters with the slot's prefix of five, so a NodeServer has 14."""

from __future__ import annotations

import re

from .errors import BadAddress

MAX_LENGTH = 14
_ALLOWED = re.compile(r"[a-z0-9_]+", re.ASCII)
_NOT_IN_NAMES = str.maketrans("", "", "<>`~!@#$%^&*(){}[]?/\\;:\"'")


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
