"""Which dialect a NodeServer is built for: its source says, or its owner."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pgc.bundles import dialect
from pgc.bundles.build import Builder
from pgc.bundles.dialect import choose_dialect
from pgc.sandbox.contract import Sandbox
from pgc.sandbox.interpreter import ask_interpreter
from pgc.storage.records import Api
from pgc_interface.dialects import Dialect

MakeNodeServer = Callable[..., Path]
ON_PREMISES = {"example.py": "import polyinterface\n"}


async def test_the_source_says_and_where(builder: Builder, make_nodeserver: MakeNodeServer) -> None:
    cloud = await builder.build(make_nodeserver({"example.py": "import pgc_interface\n"}, name="cloud"), print)
    assert (cloud.choice.dialect, cloud.choice.reason) == (Dialect.PGC, "example.py:1 imports pgc_interface")
    home = await builder.build(make_nodeserver(ON_PREMISES, name="home"), print)
    assert home.choice.dialect is Dialect.POLYINTERFACE
    assert home.choice.reason.startswith("example.py:1 imports polyinterface")


async def test_the_owner_overrides_it(builder: Builder, make_nodeserver: MakeNodeServer) -> None:
    folder = make_nodeserver(ON_PREMISES)
    by_source = await builder.build(folder, print)
    chosen = await builder.build(folder, print, api=Api.PGC)
    assert (chosen.choice.dialect, chosen.choice.reason) == (Dialect.PGC, "its owner chose so")
    assert chosen.bundle.id != by_source.bundle.id
    same = await builder.build(folder, print, api=Api.POLYINTERFACE)
    assert same.bundle.id == by_source.bundle.id


async def test_each_dialect_installs_the_files_made_for_it(builder: Builder, make_nodeserver: MakeNodeServer) -> None:
    files = {
        "requirements.txt": "polyinterface>=2.1.0\n",
        "requirements_cloud.txt": "pgc_interface>=1.1.0\n",
        "install.sh": "pip3 install -r requirements.txt\n",
        "install_cloud.sh": "pip3 install -r requirements_cloud.txt\n",
    }
    folder = make_nodeserver(files, install="install.sh", install_cloud="install_cloud.sh")
    for api, script, package in (
        (Api.PGC, "install_cloud.sh", "pgc-interface"),
        (Api.POLYINTERFACE, "install.sh", "polyinterface"),
    ):
        said: list[str] = []
        await builder.build(folder, said.append, api=api)
        assert f"{package}: the platform's own SDK is used" in said
        assert f"running {script}" in said


async def test_a_source_that_is_too_much_is_run_as_before(
    sandbox: Sandbox,
    base_python: Path,
    make_nodeserver: MakeNodeServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Whatever becomes of the process that looks: it may run out of time or memory, or crash."""
    python = await ask_interpreter(base_python)
    broken = tmp_path / "broken.py"
    for program in ("import os; os.abort()", "print('[]')", "raise MemoryError"):
        broken.write_text(program)
        monkeypatch.setattr(dialect, "PROGRAM", broken)
        choice = await choose_dialect(Api.AUTO, make_nodeserver(name=program), "x.py", sandbox=sandbox, python=python)
        assert (choice.dialect, choice.reason) == (Dialect.PGC, "its source is too much to look through")


async def test_one_that_never_ends_is_ended(
    sandbox: Sandbox,
    base_python: Path,
    make_nodeserver: MakeNodeServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / "slow.py").write_text("import time; time.sleep(60)")
    monkeypatch.setattr(dialect, "PROGRAM", tmp_path / "slow.py")
    monkeypatch.setattr(dialect, "TIME", 0.1)
    python = await ask_interpreter(base_python)
    choice = await choose_dialect(Api.AUTO, make_nodeserver(), "x.py", sandbox=sandbox, python=python)
    assert choice.dialect is Dialect.PGC
