"""What can go wrong between the platform and an ISY.

IsyError
├── IsyUnreachable      off, timed out, or the connection broke
├── IsyRefused          it answered, and the answer is no
│   └── IsyUnauthorized     because of the user or password
├── SlotOccupied        the slot belongs to someone else
├── NoSuchIsy           the platform has none with this id
├── PortTaken           the ingress cannot listen
└── BadRequest, BadProfile    what an ISY would not take, seen before it is sent
"""

from http import HTTPStatus

from pgc.errors import PgcError
from pgc.isy.reasons import in_words


class IsyError(PgcError):
    """The branch of the ISY side."""

    status = HTTPStatus.BAD_GATEWAY


class IsyUnreachable(IsyError):
    """No answer. `maybe_done` says whether the request may have reached the ISY all the same."""

    status = HTTPStatus.GATEWAY_TIMEOUT

    def __init__(self, message: str, *, maybe_done: bool = False, hint: str = "") -> None:
        super().__init__(message, hint=hint or "Check that the ISY is on and that its address and port are right.")
        self.maybe_done = maybe_done


class IsyRefused(IsyError):
    """The ISY's own no: `isy_status` is its HTTP status, `reason` the code it gave, if any."""

    def __init__(
        self, isy_status: int, reason: int | None = None, what: str = "the request", *, hint: str = ""
    ) -> None:
        super().__init__(f"the ISY refused {what}: {in_words(isy_status, reason)}", hint=hint)
        self.isy_status = isy_status
        self.reason = reason


class IsyUnauthorized(IsyRefused):
    def __init__(self, what: str = "the request") -> None:
        super().__init__(
            HTTPStatus.UNAUTHORIZED, what=what, hint="Enter the user and password of the ISY's administrator."
        )


class SlotOccupied(IsyError):
    status = HTTPStatus.CONFLICT


class NoSuchIsy(IsyError):
    status = HTTPStatus.NOT_FOUND


class PortTaken(IsyError):
    status = HTTPStatus.CONFLICT


class BadRequest(IsyError):
    status = HTTPStatus.BAD_REQUEST


class BadProfile(IsyError):
    status = HTTPStatus.BAD_REQUEST
