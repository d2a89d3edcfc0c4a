"""Installs a NodeServer's requirements, or runs its install script, in the sandbox: both run a stranger's code."""

import os
from pathlib import Path

from pgc.bundles.bounds import Bounds, keep_within
from pgc.bundles.errors import InstallError, SourceError
from pgc.bundles.files import in_thread
from pgc.bundles.heard import Heard, Say
from pgc.bundles.identity import bundle_id
from pgc.bundles.index_settings import withheld
from pgc.bundles.node import Node
from pgc.bundles.npm import FILE as PACKAGES
from pgc.bundles.npm import NpmWorkplace
from pgc.bundles.overrides import remove_slipped_in
from pgc.bundles.requirements import Requirements
from pgc.bundles.source import SourceLimits, copy_source
from pgc.bundles.store import Draft
from pgc.bundles.workplace import Workplace
from pgc.sandbox.contract import MIB, Confined, Sandbox
from pgc.sandbox.errors import SandboxError
from pgc.sandbox.execute import execute
from pgc.sandbox.interpreter import Interpreter
from pgc_interface.dialects import Dialect

AFTER_SCRIPT = SourceLimits(entries=50_000, bytes=1024 * MIB)
"""What a source may hold once its script has run; many fetch or unpack something."""


class Installer:
    """`cache` holds downloads."""

    def __init__(self, sandbox: Sandbox, *, cache: Path, bounds: Bounds | None = None) -> None:
        self._sandbox = sandbox
        self._cache = cache.resolve()
        self._bounds = bounds or Bounds()

    async def install(
        self,
        draft: Draft,
        requirements: Requirements,
        *,
        python: Interpreter,
        owner: Path,
        say: Say,
        dialect: Dialect = Dialect.PGC,
    ) -> None:
        """Fill the draft's site folder. `owner` tells whose cache is used, `dialect` which SDK is left out.

        Raises:
            InstallError: a requirement does not install, or that takes more than an install may.
        """
        workplace = await in_thread(Workplace, draft, self._cache, owner, python, dialect)
        confined = workplace.requirements(requirements.file)
        await self._run(draft, workplace, confined, f"{requirements.file} does not install", say)
        await _tidy(draft.site, dialect, say)

    async def run_script(
        self, draft: Draft, script: Path, *, python: Interpreter, owner: Path, say: Say, dialect: Dialect = Dialect.PGC
    ) -> None:
        """The same by the NodeServer's own script; the draft's source becomes what it leaves.

        Raises:
            InstallError: it failed, took more than an install may, or left what cannot be kept.
        """
        workplace = await in_thread(Workplace, draft, self._cache, owner, python, dialect)
        confined = await in_thread(workplace.script, script)
        await self._run(draft, workplace, confined, f"{script} failed", say)
        await _tidy(draft.site, dialect, say)
        try:
            await in_thread(_take_source, draft, workplace.work)
        except SourceError as error:
            raise InstallError(f"{script} left what cannot be kept: {error}", hint=error.hint) from error

    async def install_javascript(self, draft: Draft, node: Node, *, owner: Path, say: Say) -> None:
        """Fill the draft's site folder with what would be ``node_modules``.

        Raises:
            InstallError: a package does not install, or that takes more than an install may.
        """
        workplace = await in_thread(NpmWorkplace, draft, self._cache, owner)
        await self._run(draft, workplace, workplace.install(node), f"{PACKAGES} does not install", say)
        await in_thread(workplace.take_modules)

    async def _run(
        self, draft: Draft, workplace: Workplace | NpmWorkplace, confined: Confined, failure: str, say: Say
    ) -> None:
        for name in withheld(os.environ):
            say(f"the login in {name} is kept from installs")
        heard = Heard(say, workplace.work, most_lines=self._bounds.lines)
        work = execute(self._sandbox, confined, timeout=self._bounds.seconds, on_line=heard)
        try:
            code = await keep_within(self._bounds, [draft.folder, workplace.cache], heard, work)
        except (SandboxError, InstallError) as error:
            raise InstallError(f"{failure}: {error}", hint=error.hint) from error
        if code != 0:
            raise InstallError(f"{failure}: {heard.reason(code)}", hint=heard.hint())


def _take_source(draft: Draft, work: Path) -> None:
    """Through the same door as any source: what a script leaves is a stranger's, links and all.

    What it has changed is kept as well: to build anew, for another Python say, starts from there.
    """
    if work.is_symlink():
        raise SourceError("a link is where its own folder was")
    left = draft.folder / "left"
    copy_source(work, left, AFTER_SCRIPT)
    if bundle_id(left) != bundle_id(draft.source):
        draft.source.rename(draft.original)
        left.rename(draft.source)


async def _tidy(site: Path, dialect: Dialect, say: Say) -> None:
    for name in await in_thread(_remove_others, site, dialect):
        say(f"{name} came with another package and is removed")


def _remove_others(site: Path, dialect: Dialect) -> list[str]:
    """Remove what must not be there, and the folder itself if nothing was installed after all."""
    removed = [] if dialect is Dialect.ORIGINAL else remove_slipped_in(site)
    (site / ".lock").unlink(missing_ok=True)  # uv's own
    if not any(site.iterdir()):
        site.rmdir()
    return removed
