"""What can go wrong with the broker.

BrokerError
└── NotConnected   a message could not be handed to the broker; whoever sent it sends it again
"""

from http import HTTPStatus

from pgc.errors import PgcError


class BrokerError(PgcError):
    """The broker cannot do what was asked of it."""


class NotConnected(BrokerError):
    """The platform has no connection to the broker just now."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
