"""Requirements, installed by uv inside the sandbox: building a package runs a stranger's code."""

import hashlib
import os
import shutil
from pathlib import Path

import uv

from pgc.bundles.errors import InstallError
from pgc.bundles.files import in_thread
from pgc.bundles.heard import Heard, Say
from pgc.bundles.index_settings import index_environment, index_mounts
from pgc.bundles.interpreter import Interpreter
from pgc.bundles.overrides import override_file, remove_slipped_in
from pgc.bundles.requirements import Requirements
from pgc.bundles.store import Draft
from pgc.sandbox.contract import MIB, Confined, Limits, Mount, Sandbox
from pgc.sandbox.errors import SandboxError
from pgc.sandbox.execute import execute

TIME = 15 * 60.0
"""Seconds for one install; packages that must be compiled take minutes."""
LIMITS = Limits(open_files=4096, processes=512, file_size=1024 * MIB, address_space=32 * 1024 * MIB)


class Installer:
    """`cache` holds downloads, a folder for each NodeServer: what its packages' code leaves there harms only itself."""

    def __init__(self, sandbox: Sandbox, *, cache: Path, time_limit: float = TIME) -> None:
        self._sandbox = sandbox
        self._cache = cache.resolve()
        self._time_limit = time_limit

    async def install(
        self, draft: Draft, requirements: Requirements, *, python: Interpreter, owner: Path, say: Say
    ) -> None:
        """Fill the draft's site folder. `owner` tells whose cache is used."""
        workplace = await in_thread(_Workplace, draft, self._cache, owner)
        heard = Heard(say, workplace.work)
        confined = workplace.confined(python, requirements.file)
        try:
            code = await execute(self._sandbox, confined, timeout=self._time_limit, on_line=heard)
        except SandboxError as error:
            raise InstallError(f"{requirements.file} does not install: {error}") from error
        if code != 0:
            raise InstallError(f"{requirements.file} does not install: {heard.reason(code)}", hint=heard.hint())
        for name in await in_thread(_tidy, draft.site):
            say(f"{name} came with another package and is removed")


class _Workplace:
    """The folders of one install: a copy of the source to work in, a home and a place for temporary files."""

    def __init__(self, draft: Draft, cache: Path, owner: Path) -> None:
        self._scratch = draft.folder / "scratch"
        self.work = self._scratch / "work"
        self._site = draft.site
        self._cache = cache / _folder_name(owner)
        self._overrides = self._scratch / "overrides.txt"
        self._cache.mkdir(parents=True, exist_ok=True)
        self._scratch.mkdir()
        self._site.mkdir()
        for name in ("home", "tmp"):
            (self._scratch / name).mkdir()
        shutil.copytree(draft.source, self.work, symlinks=True)
        self._overrides.write_text(override_file())

    def confined(self, python: Interpreter, file: str) -> Confined:
        uv_program = Path(uv.find_uv_bin())
        return Confined(
            argv=(
                *(str(uv_program), "pip", "install", "--python", str(python.program)),
                *("--target", str(self._site), "--overrides", str(self._overrides), "--requirements", file),
                *("--no-editable", "--no-progress", "--color", "never", "--link-mode", "copy"),
            ),
            cwd=self.work,
            environment=self._environment(),
            mounts=(
                *index_mounts(os.environ),
                *(Mount(folder) for folder in (*python.folders, uv_program) if not folder.is_relative_to("/usr")),
                *(Mount(folder, writable=True) for folder in (self._scratch, self._site, self._cache)),
            ),
            limits=LIMITS,
        )

    def _environment(self) -> dict[str, str]:
        return {
            **index_environment(os.environ),
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self._scratch / "home"),
            "TMPDIR": str(self._scratch / "tmp"),
            "LANG": "C.UTF-8",
            "UV_CACHE_DIR": str(self._cache),
            "UV_PYTHON_DOWNLOADS": "never",
        }


def _folder_name(owner: Path) -> str:
    return hashlib.sha256(os.fsencode(owner.resolve())).hexdigest()[:16]


def _tidy(site: Path) -> list[str]:
    """Remove what must not be there, and the folder itself if nothing was installed after all."""
    removed = remove_slipped_in(site)
    (site / ".lock").unlink(missing_ok=True)  # uv's own
    if not any(site.iterdir()):
        site.rmdir()
    return removed
