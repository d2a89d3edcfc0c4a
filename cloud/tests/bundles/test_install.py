from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from pgc.bundles.bounds import Bounds
from pgc.bundles.errors import InstallError
from pgc.bundles.heard import SHOWN_LINES
from pgc.bundles.install import Installer
from pgc.bundles.requirements import Requirements
from pgc.bundles.source import copy_source
from pgc.bundles.store import BundleStore
from pgc.sandbox.contract import Sandbox
from pgc.sandbox.interpreter import ask_interpreter

MakeNodeServer = Callable[..., Path]
PYPROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
Install = Callable[[str, float], Awaitable[list[str]]]


@pytest.fixture
def install(
    store: BundleStore, sandbox: Sandbox, make_nodeserver: MakeNodeServer, base_python: Path, tmp_path: Path
) -> Install:
    """Install a package whose building does as asked."""

    async def run(backend: str, time_limit: float) -> list[str]:
        files = {"requirements.txt": "./odd\n", "odd/backend.py": backend, "odd/pyproject.toml": PYPROJECT}
        folder = make_nodeserver(files)
        python = await ask_interpreter(base_python)
        installer = Installer(sandbox, cache=tmp_path / "cache", bounds=Bounds(seconds=time_limit))
        said: list[str] = []
        draft = store.begin()
        try:
            copy_source(folder, draft.source)
            asked = Requirements("requirements.txt", wanted=("./odd",))
            with pytest.raises(InstallError) as caught:
                await installer.install(draft, asked, python=python, owner=folder, say=said.append)
        finally:
            draft.close()
        return [str(caught.value), *said]

    return run


async def test_an_install_that_does_not_end(install: Install) -> None:
    reason = (await install("import time; time.sleep(60)", 2.0))[0]
    assert reason.startswith("requirements.txt does not install: ")
    assert "did not end within 2 s" in reason


async def test_an_install_that_floods(install: Install) -> None:
    reason, *said = await install("for _ in range(100_000): print('x' * 1000)\nraise SystemExit('enough')", 20.0)
    assert len(reason) < 1000
    assert len(said) <= SHOWN_LINES
    assert max(map(len, said)) <= 400
