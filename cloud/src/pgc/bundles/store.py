"""Where bundles are kept: one folder each, named after its content, so that the same is built once.

A bundle is made in a draft beside its place and moved there whole: what can be found is complete. A draft is
locked by the process that works on it; drafts of processes that died are removed when a store is opened.

Before a bundle is run it is compared with its manifest: which files there are, their sizes and times, and their
contents too where the bundle is small, or is used for the first time since the platform started.
"""

import fcntl
import logging
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import msgspec

from pgc.bundles import manifest
from pgc.bundles.errors import DamagedBundle
from pgc.bundles.files import remove_tree
from pgc.bundles.identity import is_bundle_id
from pgc.bundles.server_file import ServerFile

_DRAFT, _DAMAGED = ".draft-", ".damaged-"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A NodeServer ready to start. Its folders are shared by all runs: mount them read-only, or copy them."""

    id: str
    source: Path
    site: Path | None
    """What was installed for it, to be put on `sys.path`; None where it needs nothing."""
    server_file: ServerFile
    original: Path
    """What it was made from, which its install script may have changed."""


class Draft:
    """A bundle in the making: a folder of one's own, gone at the end unless it was kept."""

    def __init__(self, root: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=_DRAFT, dir=root))
        self.source = self.folder / "source"
        self.site = self.folder / "site"
        self.original = self.folder / "original"
        """The source as it was, where the install script has changed it."""
        self._lock = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def close(self) -> None:
        """Remove what was not kept. Blocks."""
        try:
            remove_tree(self.folder)
        finally:
            os.close(self._lock)


class BundleStore:
    """The bundles under one folder. Its methods touch files: call them in a thread."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._root.mkdir(parents=True, exist_ok=True)
        self._verified: set[str] = set()
        for leftover in (*self._root.glob(f"{_DRAFT}*"), *self._root.glob(f"{_DAMAGED}*")):
            if _is_abandoned(leftover):
                _remove_leftover(leftover)

    def get(self, bundle_id: str) -> Bundle | None:
        folder = self._root / bundle_id
        if not is_bundle_id(bundle_id) or not folder.is_dir():
            return None
        try:
            server_file = msgspec.json.decode((folder / "bundle.json").read_bytes(), type=ServerFile)
        except (OSError, msgspec.MsgspecError):
            return None
        source, site, original = folder / "source", folder / "site", folder / "original"
        made_from = original if original.is_dir() else source
        return Bundle(bundle_id, source, site if site.is_dir() else None, server_file, made_from)

    def verified(self, bundle_id: str) -> Bundle | None:
        """As `get`, for a bundle that is to be run now.

        Raises:
            DamagedBundle: it is not as it was made. It is put aside, so that it can be made again.
        """
        bundle = self.get(bundle_id)
        if bundle is None:
            return None
        try:
            fault = self._fault(bundle_id)
            if fault:
                folder = Path(tempfile.mkdtemp(prefix=_DAMAGED, dir=self._root))
                (self._root / bundle_id).rename(folder / bundle_id)
        except OSError as error:
            fault = str(error)
        if fault:
            raise DamagedBundle(f"its installed files have been changed: {fault}", hint="install it again")
        self._verified.add(bundle_id)
        return bundle

    def collect(self, keep: set[str]) -> int:
        """Removes the bundles that are not to be kept; how many that were. Nothing may be building meanwhile."""
        unused = [folder for folder in self._root.glob("*") if is_bundle_id(folder.name) and folder.name not in keep]
        for folder in unused:
            _remove_leftover(folder)
        return len(unused)

    def begin(self) -> Draft:
        return Draft(self._root)

    def keep(self, draft: Draft, bundle_id: str, server_file: ServerFile) -> Bundle:
        """Move the draft to its place. If another build was there first, that one is it."""
        (draft.folder / "bundle.json").write_bytes(msgspec.json.encode(server_file))
        for entry in draft.folder.iterdir():
            if entry.name not in ("source", "site", "original", "bundle.json"):
                remove_tree(entry)
        manifest.write(draft.folder, manifest.survey(draft.folder))
        draft.folder.chmod(0o755)
        if self.get(bundle_id) is None:
            self._place(draft.folder, self._root / bundle_id)
        bundle = self.get(bundle_id)
        if bundle is None:
            raise OSError(f"the bundle {bundle_id} cannot be read back from {self._root}")
        return bundle

    def _fault(self, bundle_id: str) -> str:
        folder = self._root / bundle_id
        made = manifest.read(folder)
        if made is None:  # it was made before there were manifests
            manifest.write(folder, manifest.survey(folder))
            return ""
        whole = made.size <= manifest.SMALL or bundle_id not in self._verified
        return manifest.fault(folder, made, whole=whole)

    def _place(self, folder: Path, place: Path) -> None:
        try:
            folder.rename(place)
        except OSError:
            if self.get(place.name) is not None:
                return
            remove_tree(place)  # a damaged one: it has a name but cannot be read
            folder.rename(place)


def _is_abandoned(draft: Path) -> bool:
    try:
        descriptor = os.open(draft, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _remove_leftover(folder: Path) -> None:
    """What a stranger's build left behind must not keep the platform from starting."""
    try:
        remove_tree(folder)
    except OSError as error:
        _log.warning("%s, which nothing uses any more, could not be removed: %s", folder, error)
