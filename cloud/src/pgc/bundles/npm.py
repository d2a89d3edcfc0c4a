"""The folders of one install by npm, and its command: a copy of the source to work in, a home, and downloads."""

import os
import shutil
from pathlib import Path
from typing import Final

from pgc.bundles.errors import InstallError
from pgc.bundles.index_settings import index_environment, index_hosts, index_mounts
from pgc.bundles.install_script import SEARCHED
from pgc.bundles.node import Node
from pgc.bundles.store import Draft
from pgc.bundles.workplace import downloads
from pgc.sandbox.contract import MIB, Confined, Limits, Mount
from pgc.sandbox.reach import network_to

FILE: Final = "package.json"
LIMITS: Final = Limits(
    open_files=4096,
    processes=512,
    file_size=1024 * MIB,
    address_space=64 * 1024 * MIB,
    memory=2048 * MIB,
)
"""Its engine reserves more addresses than it ever uses."""
_OPTIONS: Final = ("--omit=dev", "--no-audit", "--no-fund", "--no-update-notifier", "--no-progress", "--color=false")


class NpmWorkplace:
    """Gone with the draft; only the downloads stay, a folder for each `owner`."""

    def __init__(self, draft: Draft, cache: Path, owner: Path) -> None:
        self._scratch = draft.folder / "scratch"
        self.work = self._scratch / "work"
        self._site = draft.site
        self._network = network_to(index_hosts(os.environ))
        self.cache = downloads(cache, owner, "-npm")
        for folder in (self._scratch, self._scratch / "home", self._scratch / "tmp"):
            folder.mkdir()
        shutil.copytree(draft.source, self.work, symlinks=True)

    def install(self, node: Node) -> Confined:
        """Whether scripts of the packages run is npm's own to say, and what the NodeServer tells it in package.json."""
        return Confined(
            argv=(str(node.program), str(node.npm), "install", *_OPTIONS),
            cwd=self.work,
            environment=self._environment(node),
            mounts=(
                *index_mounts(os.environ),
                *(Mount(path) for path in node.folders),
                *(Mount(folder, writable=True) for folder in (self._scratch, self.cache)),
            ),
            limits=LIMITS,
            network=self._network,
        )

    def take_modules(self) -> None:
        """What was installed becomes the site folder of the bundle.

        Raises:
            InstallError: it is elsewhere.
        """
        modules = self.work / "node_modules"
        if self.work.is_symlink() or modules.is_symlink():
            raise InstallError(f"{FILE} left a link where {modules.name} should be")
        if modules.is_dir():
            modules.rename(self._site)

    def _environment(self, node: Node) -> dict[str, str]:
        return {
            **index_environment(os.environ),
            "PATH": f"{node.program.parent}:{SEARCHED}",
            "HOME": str(self._scratch / "home"),
            "TMPDIR": str(self._scratch / "tmp"),
            "LANG": "C.UTF-8",
            "GIT_TERMINAL_PROMPT": "0",
            "npm_config_cache": str(self.cache),
        }
