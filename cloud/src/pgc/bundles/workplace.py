"""The folders of one install, and what is run in them: a copy of the source, a home, downloads, and the shims."""

import hashlib
import json
import os
import re
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path

import uv

from pgc.bundles import shims
from pgc.bundles.bounds import size_of
from pgc.bundles.files import remove_tree
from pgc.bundles.index_settings import index_environment, index_hosts, index_mounts, uv_configuration
from pgc.bundles.install_script import SEARCHED, make_runnable
from pgc.bundles.overrides import OVERRIDDEN, instead, is_overridden, override_file
from pgc.bundles.requirements import FILES
from pgc.bundles.store import Draft
from pgc.sandbox.contract import MIB, Confined, Limits, Mount
from pgc.sandbox.interpreter import Interpreter
from pgc.sandbox.reach import network_to
from pgc_interface.dialects import Dialect

LIMITS = Limits(
    open_files=4096,
    processes=512,
    file_size=1024 * MIB,
    address_space=32 * 1024 * MIB,
    memory=2048 * MIB,
)
MOST_CACHED = 1024 * MIB
"""Beyond this a NodeServer's downloads are fetched anew."""
_EDITABLE_URL = re.compile(rb"^[ \t]*(?:-e|--editable)[ \t=]+(?=[a-z+]+://|[a-z]+\+[a-z]+:)", re.MULTILINE)
_FAKE_PIP = {
    "pip/__init__.py": """
import subprocess, sys
__version__ = "24.0"
def main(args=None):
    return subprocess.call([{pip!r}, *(sys.argv[1:] if args is None else args)])
""",
    "pip/__main__.py": "import sys\nfrom pip import main\nsys.exit(main())\n",
    "pip/_internal/__init__.py": "from pip import main\n",
    "pip/_internal/cli/__init__.py": "",
    "pip/_internal/cli/main.py": "from pip import main\n",
}
"""For ``python -m pip`` and programs that import it, whichever Python they name."""


class Workplace:
    """Made by one install and gone with its draft; only the downloads stay, a folder for each `owner`, since what a
    NodeServer's packages leave there is to harm only itself."""

    def __init__(self, draft: Draft, cache: Path, owner: Path, python: Interpreter, dialect: Dialect) -> None:
        self._scratch = draft.folder / "scratch"
        self.work = self._scratch / "work"
        self._site = draft.site
        self._python = python
        self.cache = downloads(cache, owner)
        self._overrides = self._scratch / "overrides.txt"
        self._shims = self._scratch / "shims"
        self._configuration = uv_configuration(os.environ)
        self._network = network_to(index_hosts(os.environ))
        self._make(draft, dialect)

    def _make(self, draft: Draft, dialect: Dialect) -> None:
        for folder in (self._site, self._scratch, self._scratch / "home", self._scratch / "tmp", self._shims):
            folder.mkdir()
        shutil.copytree(draft.source, self.work, symlinks=True)
        for file in FILES[dialect]:
            _loosen(self.work / file)
        self._overrides.write_text(override_file(dialect))
        if self._configuration is not None:
            (self._scratch / "uv.toml").write_text(self._configuration)
        self._lay_shims(dialect)

    def _lay_shims(self, dialect: Dialect) -> None:
        program = str(shutil.copy(shims.__file__, self._shims / "shims.py"))
        settings = self._shims / "settings.json"
        replaced = [name for name in OVERRIDDEN if is_overridden(name, dialect)]
        used = {name: instead(name, dialect).partition(": ")[2] for name in replaced}
        settings.write_text(json.dumps({"uv": self._uv(), "instead": used}))
        binaries = self._shims / "bin"
        binaries.mkdir()
        python = str(self._python.program)
        for name in (*shims.PIPS, *shims.SUPERUSER, *shims.SYSTEM, *shims.SERVICES):
            _lay_program(binaries / name, [python, "-I", "-S", program, str(settings), name])
        for name in shims.PYTHONS:
            _lay_program(binaries / name, [python])
        for name, text in _FAKE_PIP.items():
            path = self._shims / "lib" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("{pip!r}", repr(str(binaries / "pip"))))

    def requirements(self, file: str) -> Confined:
        """Install what this file asks for."""
        return self._confined([*self._uv()["install"], "--requirements", file], {})

    def script(self, script: Path) -> Confined:
        """Run this file of the source."""
        return self._confined(
            make_runnable(self.work / script),
            {
                "PATH": f"{self._shims / 'bin'}:{SEARCHED}:{self._site / 'bin'}",
                "PYTHONPATH": f"{self._shims / 'lib'}:{self._site}",
            },
        )

    def _uv(self) -> dict[str, list[str]]:
        """uv's words for each of pip's commands."""
        place = ["--python", str(self._python.program), "--target", str(self._site)]
        quietly = ["--no-progress", "--color", "never"]
        left_out = ["--overrides", str(self._overrides)] if self._overrides.stat().st_size else []
        choices = [*left_out, "--no-editable", "--link-mode", "copy"]
        return {
            command: [uv.find_uv_bin(), "pip", command, *place, *quietly, *(choices if command == "install" else ())]
            for command in shims.COMMANDS
        }

    def _confined(self, argv: Sequence[str], variables: dict[str, str]) -> Confined:
        return Confined(
            argv=tuple(argv),
            cwd=self.work,
            environment={**self._environment(), **variables},
            mounts=(
                *index_mounts(os.environ),
                *self._python.mounts,
                Mount(Path(uv.find_uv_bin())),
                *(Mount(folder, writable=True) for folder in (self._scratch, self._site, self.cache)),
            ),
            limits=LIMITS,
            network=self._network,
        )

    def _environment(self) -> dict[str, str]:
        known = self._configuration is not None
        return {
            **index_environment(os.environ),
            **({"UV_CONFIG_FILE": str(self._scratch / "uv.toml")} if known else {"UV_NO_CONFIG": "1"}),
            "PATH": SEARCHED,
            "HOME": str(self._scratch / "home"),
            "TMPDIR": str(self._scratch / "tmp"),
            "LANG": "C.UTF-8",
            "GIT_TERMINAL_PROMPT": "0",
            "UV_CACHE_DIR": str(self.cache),
            "UV_PYTHON_DOWNLOADS": "never",
        }


def downloads(cache: Path, owner: Path, suffix: str = "") -> Path:
    """The owner's folder for them, which is made. Strangers write there, so another never lies inside it: they could
    lay a link in its place, and what is mounted for the next install would be what the link names."""
    folder = cache / (hashlib.sha256(os.fsencode(owner.resolve())).hexdigest()[:16] + suffix)
    if folder.is_dir() and size_of(folder) > MOST_CACHED:
        remove_tree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)  # of all caches, those that were used last stay
    return folder


def _lay_program(path: Path, command: list[str]) -> None:
    path.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
    path.chmod(0o755)


def _loosen(file: Path) -> None:
    """pip takes ``-e git+https://…``; uv makes only folders editable, and here nothing is, after all."""
    if file.is_file() and not file.is_symlink():
        content = file.read_bytes()
        if (loosened := _EDITABLE_URL.sub(b"", content)) != content:
            file.write_bytes(loosened)
