"""Temporary notices: removed when their time is over, also where that was while the platform did not run."""

import asyncio
import logging
from contextlib import suppress
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from pgc.events import Events
from pgc.nodeservers.applier import Applier
from pgc.nodeservers.clock import now_ms
from pgc.nodeservers.directory import Directory
from pgc.nodeservers.events import NoticesTimed
from pgc.nodeservers.nodeserver import NodeServer
from pgc_interface.rules import saved

_SHORTEST, _LONGEST = 0.01, 60.0
"""Seconds between two looks: the machine's clock may be set, or stand still while it sleeps."""
_PAUSE_AFTER_FAULT = 5.0
_log = logging.getLogger(__name__)


class Expiry:
    def __init__(self, directory: Directory, applier: Applier, events: Events) -> None:
        self._directory = directory
        self._applier = applier
        self._events = events

    async def run(self) -> None:
        """For ever; begun once the NodeServers of before are found again."""
        with self._events.subscribe(NoticesTimed, limit=1) as changes:
            while True:
                failed = [nodeserver for nodeserver in self._directory if not await self._look(nodeserver)]
                with suppress(TimeoutError):
                    async with asyncio.timeout(_PAUSE_AFTER_FAULT if failed else self._pause()):
                        await anext(changes)

    async def _look(self, nodeserver: NodeServer) -> bool:
        """Removes what is over; False if that could not be saved now."""
        if not nodeserver.saved.notice_ends:
            return True
        try:
            await self._applier.change(nodeserver, partial(saved.without_expired, now=now_ms()))
        except SQLAlchemyError:
            _log.exception("notices of %s that are over could not be removed; it is tried again", nodeserver.worker)
            return False
        return True

    def _pause(self) -> float | None:
        """Seconds until the next is over; None while none is temporary."""
        ends = [end for nodeserver in self._directory for end in nodeserver.saved.notice_ends.values()]
        return min(max((min(ends) - now_ms()) / 1000, _SHORTEST), _LONGEST) if ends else None
