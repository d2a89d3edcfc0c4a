"""What an operation on the ISY came to: an HTTP status and, for some refusals, the ISY's reason code."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Self


class Reason(IntEnum):
    """The ISY's own codes; 5103 does not exist."""

    INVALID_NLS_KEY = 4001
    NODE_WRONG_PROFILE = 5001
    INVALID_NODE_ADDRESS = 5002
    NODE_NOT_FOUND = 5003
    NODE_ALREADY_EXISTS = 5004
    OUT_OF_NODES = 5005
    INVALID_NODE_DEF_ID = 5006
    INVALID_NODE_NAME = 5007
    PRIMARY_WRONG_PROFILE = 5101
    PRIMARY_INVALID_ADDRESS = 5102
    PRIMARY_NOT_FOUND = 5104
    PRIMARY_NOT_A_PRIMARY = 5105
    PRIMARY_OF_ANOTHER_NODE = 5106


@dataclass(frozen=True, slots=True)
class Outcome:
    status: int = 200
    reason: Reason | None = None

    @property
    def accepted(self) -> bool:
        return self.status == 200

    @classmethod
    def refused(cls, reason: Reason) -> Self:
        """The status that goes with a reason.

        Known of real controllers: 5003 and 5106 with 403, 5004 with 400. Ours for the rest: 403 where another
        node stands in the way, 400 where the call itself is wrong.
        """
        in_the_way = reason is Reason.NODE_NOT_FOUND or reason >= Reason.PRIMARY_WRONG_PROFILE
        return cls(403 if in_the_way else 400, reason)


ACCEPTED = Outcome()
BAD_REQUEST = Outcome(400)
UNAUTHORIZED = Outcome(401)
NOT_FOUND = Outcome(404)
URL_TOO_LONG = Outcome(414)
NOT_IMPLEMENTED = Outcome(501)
UNAVAILABLE = Outcome(503)
FULL = Outcome(507)
