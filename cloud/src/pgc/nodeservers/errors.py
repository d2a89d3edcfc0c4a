"""What can go wrong with a NodeServer.

NodeServerError
├── NoSuchNodeServer   404
├── SlotTaken          409
├── NotPossibleNow     409
├── NotIsolated        403
└── Refused            400: something that the NodeServer or its owner sent cannot be taken
"""

from http import HTTPStatus

from pgc.errors import PgcError


class NodeServerError(PgcError):
    """The root of this package's errors."""


class NoSuchNodeServer(NodeServerError):
    status = HTTPStatus.NOT_FOUND


class SlotTaken(NodeServerError):
    status = HTTPStatus.CONFLICT


class NotPossibleNow(NodeServerError):
    status = HTTPStatus.CONFLICT


class NotIsolated(NodeServerError):
    status = HTTPStatus.FORBIDDEN


class Refused(NodeServerError):
    status = HTTPStatus.BAD_REQUEST
