"""What every broker does for the platform, wherever it runs."""

from typing import Protocol

from pgc.broker.access import Login


class Broker(Protocol):
    """Carries messages between logins, each kept to its own prefix: also its will, its client id, its take-over."""

    @property
    def url(self) -> str:
        """Where clients connect, ``unix:///path``, ``mqtt://host:port`` or ``mqtts://host:port``, without a login.

        Raises:
            BrokerError: it is not running.
        """

    @property
    def ca(self) -> str:
        """The authority that its certificate is checked with, PEM; empty without TLS of our own."""

    @property
    def keeps_sessions(self) -> bool:
        """Whether it keeps QoS 1 messages for a client that is away for a while."""

    async def start(self) -> None:
        """Raises:
        BrokerError: it cannot be started; the text says why.
        """

    async def stop(self) -> None:
        """Closes every connection, publishing no wills. Bounded."""

    async def allow(self, login: Login, secret: str | None = None) -> None:
        """From now on `login` may connect.

        `secret` is what its hash was made of. Without it, the login is one that was allowed before the platform was
        started again: a broker that checks secrets itself must have kept it.

        Raises:
            BrokerError: another login has that name, or it was not kept.
        """

    async def revoke(self, name: str) -> None:
        """Ends a login; one that is not there is no error.

        When this returns, its connection is closed, its subscriptions are gone, its will was not published, and
        nothing more that it sent is taken. What it sent before may still be on its way to the platform, see
        :meth:`pgc.broker.link.PlatformLink.settle`. Bounded.

        Raises:
            BrokerError: the broker does not confirm it.
        """
