"""NodeServers to build, packages made on the spot, and the sandbox that this machine has."""

import json
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pgc.bundles.build import Builder
from pgc.bundles.store import BundleStore
from pgc.sandbox.contract import Sandbox
from pgc.sandbox.probe import probe
from pgc.sandbox.pythons import Pythons

MakeNodeServer = Callable[..., Path]
MakeWheel = Callable[..., Path]


@pytest.fixture
def base_python() -> Path:
    """The interpreter below the virtual environment of the tests, as workers have it."""
    return Path(getattr(sys, "_base_executable", sys.executable))


@pytest.fixture
async def sandbox() -> Sandbox:
    return await probe()


@pytest.fixture
def store(tmp_path: Path) -> BundleStore:
    return BundleStore(tmp_path / "store")


@pytest.fixture
def builder(store: BundleStore, sandbox: Sandbox, base_python: Path, tmp_path: Path) -> Builder:
    return Builder(store, sandbox, cache=tmp_path / "cache", pythons=Pythons(base_python))


# What a folder needs so that its check has nothing to say.
PROFILE = {
    "profile/nodedef/nodedefs.xml": "<nodeDefs/>",
    "profile/editor/editors.xml": "<editors/>",
    "profile/nls/en_us.txt": "",
}


@pytest.fixture
def make_nodeserver(tmp_path: Path) -> MakeNodeServer:
    """A folder with a server.json and a program; more files and other entries as asked."""

    def make(files: dict[str, str] | None = None, *, name: str = "example", **server: object) -> Path:
        folder = tmp_path / "nodeservers" / name
        folder.mkdir(parents=True)
        document = {"name": "Example", "type": "python3", "executable": "example.py", "profile_version": "1", **server}
        contents = {"server.json": json.dumps(document), "example.py": "print('hello')\n", **(files or {})}
        for path, content in contents.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(content)
        return folder

    return make


@pytest.fixture
def make_wheel() -> MakeWheel:
    """A package as a wheel in a folder: its module is empty, or the modules are those named."""

    def make(folder: Path, name: str, *requires: str, version: str = "1.0", modules: tuple[str, ...] = ()) -> Path:
        stem = name.replace("-", "_")
        about = f"{stem}-{version}.dist-info"
        files = {f"{module}/__init__.py": "" for module in modules or (stem,)}
        needs = "".join(f"Requires-Dist: {required}\n" for required in requires)
        files[f"{about}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}"
        files[f"{about}/WHEEL"] = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        files[f"{about}/RECORD"] = "".join(f"{path},,\n" for path in [*files, f"{about}/RECORD"])
        folder.mkdir(parents=True, exist_ok=True)
        wheel = folder / f"{stem}-{version}-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            for path, content in files.items():
                archive.writestr(path, content)
        return wheel

    return make
