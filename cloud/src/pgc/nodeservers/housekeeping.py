"""What nothing needs any more is removed: bundles, zips, old SDKs, and caches beyond a bound."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from pgc.bundles.bounds import size_of
from pgc.bundles.files import in_thread, remove_tree
from pgc.bundles.store import BundleStore
from pgc.nodeservers.directory import Directory
from pgc.storage.records import NodeServerRecord

MOST_CACHED = 2 * 1024 * 1024 * 1024
"""Bytes of downloaded packages, of all NodeServers together."""
_OTHER_SDKS = 6
_log = logging.getLogger(__name__)


class Housekeeping:
    """`data_folder` has ``cache``, ``sdk`` and ``uploads`` in it."""

    def __init__(
        self, directory: Directory, bundles: BundleStore, data_folder: Path, *, most: int = MOST_CACHED
    ) -> None:
        self._directory = directory
        self._bundles = bundles
        self._folder = data_folder
        self._most = most
        self._building = 0
        self._changing = asyncio.Lock()

    @asynccontextmanager
    async def building(self) -> AsyncIterator[None]:
        """Meanwhile nothing is removed: what is being built, or was just found built, belongs to nobody yet."""
        async with self._changing:
            self._building += 1
        try:
            yield
        finally:
            self._building -= 1

    async def tidy(self) -> None:
        """Bundles and caches; where something is being built, that tidies when it is done."""
        async with self._changing:
            if not self._building:
                await in_thread(self._tidy, self._bundles_in_use())

    async def tidy_uploads(self, records: Iterable[NodeServerRecord]) -> None:
        """Those that no install waits for. To be called at a start, before any can arrive."""
        waiting = {f"{record.worker}.zip" for record in records if not record.bundle}
        await in_thread(_remove_others, self._folder / "uploads", waiting)

    async def tidy_sdks(self, own: Path) -> None:
        """Those of platforms before this one, `own` apart and the newest, which may be for other Pythons. While a run
        uses one, it may still be reading it."""
        await in_thread(_keep_newest, own.parent, own.name)

    def _bundles_in_use(self) -> set[str]:
        """What is run, and what can be gone back to."""
        records = [nodeserver.record for nodeserver in self._directory]
        return {record.bundle for record in records} | {record.earlier.get("bundle", "") for record in records}

    def _tidy(self, in_use: set[str]) -> None:
        removed = self._bundles.collect(in_use)
        if removed:
            _log.info("%d bundles that nothing uses were removed", removed)
        _bound(self._folder / "cache", self._most)


def _bound(cache: Path, most: int) -> None:
    """What was used last stays."""
    left = most
    for folder in sorted(_inside(cache), key=_used, reverse=True):
        left -= size_of(folder)
        if left < 0:
            _remove(folder)


def _keep_newest(folder: Path, own: str) -> None:
    others = [path for path in _inside(folder) if path.name != own]
    for path in sorted(others, key=_used, reverse=True)[_OTHER_SDKS:]:
        _remove(path)


def _remove_others(folder: Path, keep: Iterable[str]) -> None:
    for path in _inside(folder):
        if path.name not in keep:
            _remove(path)


def _inside(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _used(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:
        return 0.0


def _remove(path: Path) -> None:
    """What cannot be removed harms nobody."""
    try:
        remove_tree(path)
    except OSError as error:
        _log.warning("%s, which nothing uses any more, could not be removed: %s", path, error)
