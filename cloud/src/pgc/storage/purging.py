"""Deleting for good what belongs to NodeServers that were removed."""

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from pgc.storage.tables import drivers, nodes, nodeservers, parked, profile_files, runs


async def purge_removed(tx: AsyncConnection, which: ColumnElement[bool]) -> int:
    """Deletes the removed NodeServers of which `which` is true; returns how many these were."""
    found = select(nodeservers.c.worker).where(nodeservers.c.removed.is_not(None), which)
    workers = (await tx.scalars(found)).all()
    for table in (drivers, nodes, parked, profile_files, runs, nodeservers):
        await tx.execute(delete(table).where(table.c.worker.in_(workers)))
    return len(workers)
