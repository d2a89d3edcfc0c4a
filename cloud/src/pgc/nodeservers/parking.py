"""NodeServers that crashed too often rest, also over restarts of the platform, until their owner starts them."""

import logging

from sqlalchemy.exc import SQLAlchemyError

from pgc.nodeservers.backoff import Policy
from pgc.nodeservers.clock import now_ms
from pgc.nodeservers.endings import Ending
from pgc.nodeservers.last_words import last_lines
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.states import State
from pgc.storage.parking import Parking as Stored
from pgc.storage.records import Parked

_LINES = 30
_log = logging.getLogger(__name__)


class Parking:
    def __init__(self, stored: Stored) -> None:
        self._stored = stored

    async def enter(self, nodeserver: NodeServer, ending: Ending, policy: Policy) -> None:
        """Parks it, with a notice of what its log said last."""
        crashes = f"it crashed more than {policy.most_crashes} times within {policy.within / 60:.0f} minutes"
        parked = Parked(
            time=now_ms(),
            reason=f"{crashes}, the last time because {ending.reason}",
            hint=ending.hint,
            lines=last_lines(nodeserver.journal, _LINES),
        )
        try:
            await self._stored.put(nodeserver.worker, parked)
        except SQLAlchemyError:  # it is parked all the same, for as long as the platform runs
            _log.exception("that %s is parked could not be saved", nodeserver.worker)
        show(nodeserver, parked)

    async def leave(self, nodeserver: NodeServer) -> None:
        """
        Raises:
            SQLAlchemyError: that could not be saved; it stays parked.
        """
        if nodeserver.care.parked is not None:
            await self._stored.drop(nodeserver.worker)
            nodeserver.care.parked = None
            nodeserver.tell_notices()


def show(nodeserver: NodeServer, parked: Parked) -> None:
    """It is parked: in its state, and by a notice."""
    nodeserver.care.parked = parked
    nodeserver.enter(State.PARKED, parked.reason, parked.hint)
    nodeserver.tell_notices()
