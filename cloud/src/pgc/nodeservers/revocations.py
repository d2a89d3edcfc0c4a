"""The logins of runs that are over: each is revoked, and while the broker does not confirm it, no other run starts."""

from pgc.broker.errors import BrokerError
from pgc.broker.logins import Logins
from pgc.nodeservers.nodeserver import NodeServer


class Revocations:
    def __init__(self, broker: Logins) -> None:
        self._broker = broker
        self._open: dict[str, set[str]] = {}
        """By worker: what the broker has not confirmed."""

    async def revoke(self, nodeserver: NodeServer, login: str) -> bool:
        """False where the broker does not confirm it: it is asked again before the next start."""
        try:
            await self._broker.revoke(login)
        except BrokerError as error:
            self._open.setdefault(nodeserver.worker, set()).add(login)
            nodeserver.journal.remark(f"the login of its run could not be revoked: {error}", "WARNING")
            return False
        return True

    async def complete(self, nodeserver: NodeServer) -> None:
        """
        Raises:
            BrokerError: a login of a run before is still there, for all that is known.
        """
        left = self._open.get(nodeserver.worker, set())
        try:
            for login in list(left):
                await self._broker.revoke(login)
                left.discard(login)
        except BrokerError as error:
            raise BrokerError(f"the login of its last run is not revoked yet: {error}", hint=error.hint) from error
        self._open.pop(nodeserver.worker, None)
