"""What every broker does for the platform, wherever it runs."""

from typing import Protocol

from pgc.broker.access import Login


class Broker(Protocol):
    """Carries messages between logins, each kept to its own prefix: also its will, its client id, its take-over."""

    @property
    def url(self) -> str:
        """Where clients connect, ``mqtt://host:port``, without a login.

        Raises:
            BrokerError: it is not running.
        """

    async def start(self) -> None:
        """Raises:
        BrokerError: it cannot be started; the text says why.
        """

    async def stop(self) -> None:
        """Closes every connection, publishing no wills. Bounded."""

    async def allow(self, login: Login) -> None:
        """From now on `login` may connect.

        Raises:
            BrokerError: another login has that name.
        """

    async def revoke(self, name: str) -> None:
        """Ends a login; one that is not there is no error.

        When this returns, its connection is closed, its subscriptions are gone, its will was not published, and
        nothing more that it sent will be delivered. Bounded.
        """
