"""An ISY's statuses and reason codes in words (names of the codes: PG3's list)."""

from enum import IntEnum
from http import HTTPStatus


class Reason(IntEnum):
    """The codes that decide something here."""

    NODE_NOT_FOUND = 5003
    NODE_ALREADY_EXISTS = 5004
    PRIMARY_OF_ANOTHER_NODE = 5106


_WORDS = {
    4001: "the NLS key is not valid",
    5001: "the node belongs to another slot",
    5002: "the node's address is not valid",
    5003: "there is no such node",
    5004: "the node is already there",
    5005: "the ISY has no room for more nodes",
    5006: "the nodedef is not known; has its profile been uploaded?",
    5007: "the node's name is not valid",
    5101: "the primary node belongs to another slot",
    5102: "the primary node's address is not valid",
    5104: "the primary node is not there",
    5105: "the primary node is itself the child of another node",
    5106: "the node is the primary of other nodes; remove those first",
}


def in_words(status: int, reason: int | None = None) -> str:
    """Such as ``the nodedef is not known (400, reason 5006)``."""
    if reason is not None:
        return f"{_WORDS.get(reason, 'for a reason it only numbers')} ({status}, reason {reason})"
    if status == HTTPStatus.UNAUTHORIZED:
        return "the user or password is wrong (401)"
    if status == HTTPStatus.NOT_FOUND:
        return "it knows no such thing (404)"
    return f"it answered {status}"
