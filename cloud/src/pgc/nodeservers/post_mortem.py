"""Finds out why a run ended by itself: from its exit, its last words, and what its bundle requires."""

import asyncio

from pgc.bundles.errors import BundleError
from pgc.bundles.requirements import Requirements, read_requirements
from pgc.bundles.store import BundleStore
from pgc.nodeservers.endings import Ending, explain
from pgc.nodeservers.last_words import said_at_last
from pgc.nodeservers.nodeserver import CurrentRun, NodeServer
from pgc.storage.records import NodeServerRecord
from pgc.workers.runtime import Exit


class PostMortem:
    def __init__(self, bundles: BundleStore) -> None:
        self._bundles = bundles

    async def of(self, nodeserver: NodeServer, run: CurrentRun, exit_: Exit) -> Ending:
        said = said_at_last(nodeserver.journal, run.record.id)
        requirements = await asyncio.to_thread(self._requirements, nodeserver.record)
        return explain(exit_, said, run.record.id, requirements)

    def _requirements(self, record: NodeServerRecord) -> Requirements | None:
        bundle = self._bundles.get(record.bundle)
        try:
            return read_requirements(bundle.source, record.dialect) if bundle else None
        except BundleError:
            return None
