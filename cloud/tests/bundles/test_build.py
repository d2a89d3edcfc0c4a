"""Whole builds: real folders, the real uv, packages of their own, in the sandbox that this machine has."""

import asyncio
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pgc.bundles.build import Builder
from pgc.bundles.errors import BundleError, InstallError, ServerFileError, SourceError
from pgc.bundles.store import Bundle, BundleStore
from pgc.sandbox.contract import Sandbox
from pgc.sandbox.errors import InterpreterError
from pgc.sandbox.pythons import Pythons

from .conftest import PROFILE

MakeNodeServer = Callable[..., Path]
MakeWheel = Callable[..., Path]
OFFLINE = "--no-index\n--find-links wheels\n"
# A package that is built from source without anything from an index; what it sees while it is built, it keeps.
BACKEND = """
import json, os, zipfile

def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "spy-1.0-py3-none-any.whl"
    seen = {"secret file": os.path.exists(SECRET), "environment": sorted(os.environ)}
    about = "Metadata-Version: 2.1\\nName: spy\\nVersion: 1.0\\n"
    files = {"spy.json": json.dumps(seen), "spy-1.0.dist-info/METADATA": about}
    files["spy-1.0.dist-info/WHEEL"] = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    files["spy-1.0.dist-info/RECORD"] = "".join(f"{path},,\\n" for path in files)
    with zipfile.ZipFile(os.path.join(folder, name), "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return name
"""
PYPROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
PYPROJECT += '[project]\nname = "spy"\nversion = "1.0"\n'


def installed(bundle: Bundle) -> set[str]:
    assert bundle.site is not None
    return {path.name for path in bundle.site.iterdir() if "dist-info" not in path.name}


async def build(builder: Builder, folder: Path) -> tuple[Bundle, list[str]]:
    said: list[str] = []
    return (await builder.build(folder, said.append)).bundle, said


async def test_a_nodeserver_that_needs_nothing(builder: Builder, make_nodeserver: MakeNodeServer) -> None:
    bundle, said = await build(builder, make_nodeserver(PROFILE))
    assert bundle.site is None
    assert bundle.server_file.name == "Example"
    assert (bundle.source / "example.py").read_text() == "print('hello')\n"
    assert said == ["nothing to install"]


async def test_where_only_the_sdk_is_asked_for_uv_is_not_started(
    builder: Builder, make_nodeserver: MakeNodeServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("uv.find_uv_bin", lambda: str(tmp_path / "no uv here"))
    bundle, said = await build(
        builder, make_nodeserver({**PROFILE, "requirements_cloud.txt": "pgc_interface>=1.0.0\n"})
    )
    assert bundle.site is None
    assert said == ["pgc_interface: the platform's own SDK is used", "nothing to install"]


async def test_overridden_packages_are_not_installed_asked_for_or_dragged_in(
    builder: Builder, make_nodeserver: MakeNodeServer, make_wheel: MakeWheel
) -> None:
    text = f"{OFFLINE}-r more.txt\nPGC_interface>=1.0.0\nudi_interface @ file:///nowhere/udi.zip\n"
    folder = make_nodeserver({"requirements_cloud.txt": text, "more.txt": "dragging\npolyinterface\n"})
    make_wheel(folder / "wheels", "dragging", "polyinterface>=2", "pgc-interface", "middle")
    make_wheel(folder / "wheels", "middle", "udi_interface[extra]>=3", "leaf")
    for name in ("leaf", "polyinterface", "pgc-interface", "udi-interface"):
        make_wheel(folder / "wheels", name, version="9.0")
    bundle, said = await build(builder, folder)
    assert installed(bundle) == {"dragging", "middle", "leaf"}
    assert "PGC_interface: the platform's own SDK is used" in said
    assert "installing requirements_cloud.txt" in said
    assert any("leaf==9.0" in line for line in said)


async def test_what_another_package_carries_along_is_removed_with_a_word(
    builder: Builder, make_nodeserver: MakeNodeServer, make_wheel: MakeWheel
) -> None:
    folder = make_nodeserver({"requirements.txt": OFFLINE + "carrier\n"})
    make_wheel(folder / "wheels", "carrier", modules=("carrier", "polyinterface"))
    bundle, said = await build(builder, folder)
    assert installed(bundle) == {"carrier"}
    assert "polyinterface came with another package and is removed" in said


async def test_where_nothing_was_installed_after_all_there_is_no_site(
    builder: Builder, make_nodeserver: MakeNodeServer
) -> None:
    folder = make_nodeserver({"requirements.txt": "--no-index\nleaf ; python_version < '3'\n"})
    bundle, _ = await build(builder, folder)
    assert bundle.site is None


async def test_building_a_package_sees_neither_secrets_nor_the_host(
    builder: Builder,
    sandbox: Sandbox,
    make_nodeserver: MakeNodeServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    monkeypatch.setenv("PGC_SECRET", "secret")
    backend = BACKEND.replace("SECRET", repr(str(secret)))
    files = {"requirements.txt": "-e ./spy\n", "spy/backend.py": backend, "spy/pyproject.toml": PYPROJECT}
    bundle, _ = await build(builder, make_nodeserver(files))
    assert bundle.site is not None
    seen = json.loads((bundle.site / "spy.json").read_text())
    assert "PGC_SECRET" not in seen["environment"]
    assert "HOME" in seen["environment"]
    assert seen["secret file"] is not sandbox.isolated


async def test_a_build_that_writes_into_its_source_leaves_the_bundle_as_it_was(
    builder: Builder, make_nodeserver: MakeNodeServer
) -> None:
    backend = BACKEND.replace("SECRET", "open('../example.py', 'w').name")
    files = {"requirements.txt": "./spy\n", "spy/backend.py": backend, "spy/pyproject.toml": PYPROJECT}
    bundle, _ = await build(builder, make_nodeserver(files))
    assert (bundle.source / "example.py").read_text() == "print('hello')\n"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("no-such-package>=3", "no-such-package was not found"),
        ("leaf>=7", "No solution found when resolving dependencies: Because only leaf==1.0"),
        ("one two", "one two"),
        ("./gone", "Distribution not found at: ./gone"),
    ],
)
async def test_a_requirement_that_does_not_install(
    builder: Builder, make_nodeserver: MakeNodeServer, make_wheel: MakeWheel, tmp_path: Path, line: str, reason: str
) -> None:
    folder = make_nodeserver({"requirements.txt": f"{OFFLINE}{line}\n"})
    make_wheel(folder / "wheels", "leaf")
    with pytest.raises(InstallError, match=r"^requirements\.txt does not install: ") as caught:
        await build(builder, folder)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)
    assert list((tmp_path / "store").iterdir()) == []


async def test_a_package_that_does_not_build(builder: Builder, make_nodeserver: MakeNodeServer) -> None:
    backend = "raise SystemExit('the compiler is on holiday')"
    files = {"requirements.txt": "./spy\n", "spy/backend.py": backend, "spy/pyproject.toml": PYPROJECT}
    with pytest.raises(InstallError, match="the compiler is on holiday") as caught:
        await build(builder, make_nodeserver(files))
    assert "Build failures" in caught.value.hint


async def test_the_same_content_is_built_once(
    builder: Builder, make_nodeserver: MakeNodeServer, make_wheel: MakeWheel, tmp_path: Path
) -> None:
    folder = make_nodeserver({"requirements.txt": OFFLINE + "leaf\n"})
    make_wheel(folder / "wheels", "leaf")
    first, _ = await build(builder, folder)
    twin = shutil.copytree(folder, tmp_path / "twin")
    second, said = await build(builder, twin)
    assert second == first
    assert said == ["Example is installed already"]
    (twin / "example.py").write_text("print('changed')\n")
    third, _ = await build(builder, twin)
    assert third.id != first.id
    assert len(list((tmp_path / "store").iterdir())) == 2


async def test_builds_of_the_same_at_once_end_with_one_bundle(
    builder: Builder, make_nodeserver: MakeNodeServer, make_wheel: MakeWheel, tmp_path: Path
) -> None:
    folder = make_nodeserver({"requirements.txt": OFFLINE + "leaf\n"})
    make_wheel(folder / "wheels", "leaf")
    (first, _), (second, _) = await asyncio.gather(build(builder, folder), build(builder, folder))
    assert first == second
    assert [path.name for path in (tmp_path / "store").iterdir()] == [first.id]


async def test_each_nodeserver_has_a_cache_of_its_own(
    builder: Builder, make_nodeserver: MakeNodeServer, make_wheel: MakeWheel, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        folder = make_nodeserver({"requirements.txt": OFFLINE + "leaf\n", "who": name}, name=name)
        make_wheel(folder / "wheels", "leaf")
        await build(builder, folder)
    assert len(list((tmp_path / "cache").iterdir())) == 2


async def test_a_cancelled_build_leaves_nothing(
    builder: Builder, make_nodeserver: MakeNodeServer, tmp_path: Path
) -> None:
    begun = asyncio.Event()
    backend = "import time; time.sleep(60)"
    files = {"requirements.txt": "./spy\n", "spy/backend.py": backend, "spy/pyproject.toml": PYPROJECT}
    folder = make_nodeserver(files)

    def say(line: str) -> None:
        if line.startswith("installing"):
            begun.set()

    task = asyncio.create_task(builder.build(folder, say))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert list((tmp_path / "store").iterdir()) == []


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (lambda folder: (folder / "server.json").unlink(), ServerFileError),
        (lambda folder: (folder / "example.py").unlink(), ServerFileError),
        (lambda folder: (folder / "way_out").symlink_to("/etc"), SourceError),
        (lambda folder: (folder / "requirements.txt").write_text("-r gone.txt"), BundleError),
    ],
)
async def test_folders_that_are_no_nodeservers(
    builder: Builder,
    make_nodeserver: MakeNodeServer,
    tmp_path: Path,
    spoil: Callable[[Path], None],
    kind: type[BundleError],
) -> None:
    folder = make_nodeserver()
    spoil(folder)
    with pytest.raises(kind):
        await build(builder, folder)
    assert list((tmp_path / "store").iterdir()) == []


async def test_a_store_that_cannot_be_written(
    builder: Builder, make_nodeserver: MakeNodeServer, tmp_path: Path
) -> None:
    shutil.rmtree(tmp_path / "store")
    with pytest.raises(BundleError, match="the bundle cannot be written: No such file or directory"):
        await build(builder, make_nodeserver())


async def test_a_python_that_is_not_there(
    store: BundleStore, sandbox: Sandbox, make_nodeserver: MakeNodeServer, tmp_path: Path
) -> None:
    builder = Builder(store, sandbox, cache=tmp_path / "cache", pythons=Pythons(Path("/nowhere/python3")))
    with pytest.raises(InterpreterError):
        await build(builder, make_nodeserver())


async def test_a_virtual_environments_python_will_do(
    store: BundleStore, sandbox: Sandbox, make_nodeserver: MakeNodeServer, make_wheel: MakeWheel, tmp_path: Path
) -> None:
    folder = make_nodeserver({"requirements.txt": OFFLINE + "leaf\n"})
    make_wheel(folder / "wheels", "leaf")
    builder = Builder(store, sandbox, cache=tmp_path / "cache", pythons=Pythons(Path(sys.executable)))
    bundle, _ = await build(builder, folder)
    assert installed(bundle) == {"leaf"}
