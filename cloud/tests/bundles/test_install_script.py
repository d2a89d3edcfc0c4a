"""Install scripts, run: every shape that real NodeServers have, against packages of the test's own."""

import asyncio
import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pgc.bundles.bounds import Bounds
from pgc.bundles.build import Builder
from pgc.bundles.errors import InstallError, ServerFileError
from pgc.bundles.install_script import find_script, make_runnable
from pgc.bundles.store import Bundle, BundleStore
from pgc.sandbox.contract import MIB, Sandbox
from pgc.sandbox.pythons import Pythons
from pgc.sandbox.unconfined import Unconfined
from pgc.storage.records import Api

from .conftest import PROFILE, MakeNodeServer, MakeWheel

SCRIPT = "install_cloud.sh"
DEEP = "#!/usr/bin/env python3\nimport os, time\nfor _ in range(3000): os.mkdir('deep'); os.chdir('deep')\n"
SDK_USED = "pgc-interface: the platform's own SDK is used"


@pytest.fixture
def index(tmp_path: Path, make_wheel: MakeWheel, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in place of an index: `leaf`, `other`, and packages that must not come from any."""
    folder = tmp_path / "index"
    make_wheel(folder, "leaf")
    make_wheel(folder, "other")
    make_wheel(folder, "dragging", "polyinterface>=2", "udi_interface", "pgc-interface==1.1.9", "leaf")
    for name in ("pgc-interface", "polyinterface", "udi-interface"):
        make_wheel(folder, name, version="1.1.9")
    configuration = tmp_path / "uv.toml"
    configuration.write_text(f'no-index = true\nfind-links = ["{folder}"]\n')
    monkeypatch.setenv("UV_CONFIG_FILE", str(configuration))
    return folder


@pytest.fixture
def scripted(make_nodeserver: MakeNodeServer, index: Path) -> Callable[..., Path]:
    """A NodeServer with an install script, and with more files as asked."""

    def make(script: str, **files: str) -> Path:
        named = {name.replace("__", "/").replace("_txt", ".txt"): content for name, content in files.items()}
        return make_nodeserver({**PROFILE, SCRIPT: script, **named}, install_cloud=SCRIPT)

    return make


async def build(builder: Builder, folder: Path) -> tuple[Bundle, set[str], list[str]]:
    said: list[str] = []
    bundle = (await builder.build(folder, said.append)).bundle
    site = {path.name for path in bundle.site.iterdir()} if bundle.site else set()
    return bundle, {name for name in site if "dist-info" not in name}, said


@pytest.mark.parametrize(
    ("script", "installed"),
    [
        ("#!/bin/sh\npip3 install -r requirements_cloud.txt\n", {"leaf"}),
        ("#!/usr/bin/env bash\npip install -r requirements_cloud.txt --user\n", {"leaf"}),
        ("pip3 install --user --requirement=./requirements_cloud.txt", {"leaf"}),
        ("#!/bin/bash\r\npip3 install -r requirements_cloud.txt\r\n", {"leaf"}),
        ("#!/no/such/shell\npip3.7 install -rrequirements_cloud.txt\n", {"leaf"}),
        ("\ufeff#!/bin/sh\npython3 -m pip install --no-cache-dir --upgrade leaf\n", {"leaf"}),
        ("python -u -m pip --disable-pip-version-check install leaf other==1.0", {"leaf", "other"}),
        ("sudo -H pip3 install --progress-bar off --break-system-packages leaf", {"leaf"}),
        ("sudo -u root LC_ALL=C python3 -m pip install -t /usr/lib/python3 leaf", {"leaf"}),
        ("#!/usr/bin/env python3\nimport os\nos.system('pip3 install leaf')\n", {"leaf"}),
        ("#!/usr/bin/env python3\nimport pip\nassert pip.main(['install', 'leaf']) == 0\n", {"leaf"}),
        ("#!/usr/bin/env python3\nimport subprocess, sys\n"
         "subprocess.check_call([sys.executable, '-m', 'pip', 'install', '--user', 'leaf'])\n", {"leaf"}),
        ("pip3 install leaf\npip3 install other\n", {"leaf", "other"}),
        ("pip3 install leaf other && pip3 uninstall -y other\n", {"leaf"}),
        ("pip3 install leaf\npython3 -c 'import leaf'\n", {"leaf"}),
        ("#pip3 install -r requirements_cloud.txt\n", set()),
        ("pip3 --version\npip list\nexit 0\n", set()),
        ("pip3 install ./local_package --no-build-isolation", {"local_module"}),
    ],
)  # fmt: skip
async def test_whatever_the_script_calls_leads_into_the_site_folder(
    builder: Builder, scripted: Callable[..., Path], script: str, installed: set[str]
) -> None:
    folder = scripted(script, requirements_cloud_txt="pgc_interface>=1.1.0\nleaf\n")
    add_local_package(folder)
    _, site, said = await build(builder, folder)
    assert site - {"bin"} == installed
    assert said[0] == f"running {SCRIPT}"
    assert (SDK_USED in said) == ("-r" in script and not script.startswith("#pip"))


def add_local_package(folder: Path) -> None:
    """One that a backend of its own builds, so that nothing has to be fetched for it."""
    package = folder / "local_package"
    package.mkdir()
    (package / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        '[project]\nname = "local"\nversion = "1.0"\n'
    )
    (package / "backend.py").write_text(
        """
import os, zipfile
def build_wheel(folder, config_settings=None, metadata_directory=None):
    about = "Metadata-Version: 2.1\\nName: local\\nVersion: 1.0\\n"
    files = {"local_module/__init__.py": "", "local-1.0.dist-info/METADATA": about}
    files["local-1.0.dist-info/WHEEL"] = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    files["local-1.0.dist-info/RECORD"] = "".join(f"{path},,\\n" for path in files)
    with zipfile.ZipFile(os.path.join(folder, "local-1.0-py3-none-any.whl"), "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return "local-1.0-py3-none-any.whl"
"""
    )


@pytest.mark.parametrize(
    "command",
    [
        "pip install pgc_interface",
        "pip3 install pgc-interface==1.1.9 leaf",
        "pip install 'pgc_interface>=1.0.0' polyinterface udi_interface leaf",
        "pip3 install dragging",
        "pip install -r all.txt",
        "pip install -c pins.txt pgc-interface leaf",
        "pip install -r nested.txt",
        "pip install 'PGC.Interface @ https://example.invalid/sdk.zip' leaf",
        "pip install -e git+https://example.invalid/p.git#egg=polyinterface leaf",
        "pip install git+https://example.invalid/p.git#egg=pgc_interface leaf",
    ],
)
async def test_the_sdks_never_come_from_an_index(builder: Builder, scripted: Callable[..., Path], command: str) -> None:
    folder = scripted(
        f"set -e\n{command}\n",
        all_txt="pgc_interface==1.1.9\npolyinterface\nudi_interface>=3\ndragging\n",
        pins_txt="pgc-interface==1.1.9\nleaf==1.0\n",
        nested_txt="-r all.txt\nleaf\n",
    )
    _, site, said = await build(builder, folder)
    assert site <= {"leaf", "dragging"}
    assert not [line for line in said if "came with another package" in line], "it was installed first"


async def test_what_slips_in_is_removed_with_a_word(
    builder: Builder, scripted: Callable[..., Path], index: Path, make_wheel: MakeWheel
) -> None:
    make_wheel(index, "carrier", modules=("carrier", "pgc_interface"))
    _, site, said = await build(builder, scripted("pip install carrier\n"))
    assert site == {"carrier"}
    assert "pgc_interface came with another package and is removed" in said


async def test_packages_of_the_system_are_not_installed_and_that_is_said(
    builder: Builder, scripted: Callable[..., Path]
) -> None:
    script = (
        "set -e\nsudo apt-get update\nsudo apt-get install -y ffmpeg && apt install sox\nsudo systemctl restart x\n"
    )
    _, site, said = await build(builder, scripted(f"{script}pip3 install leaf\n"))
    asked = [line.removeprefix("not done: ").partition(": ")[0] for line in said if line.startswith("not done: ")]
    assert asked == ["apt-get install -y ffmpeg", "apt install sox", "systemctl restart x"]
    assert site == {"leaf"}


async def test_the_bundle_is_the_source_as_the_script_left_it(builder: Builder, scripted: Callable[..., Path]) -> None:
    script = "mkdir -p data/deep\necho made >data/deep/file\nrm gone.txt\nchmod +x tool.txt\nln -s data shortcut\n"
    folder = scripted(script, gone_txt="", tool_txt="")
    bundle, _, _ = await build(builder, folder)
    assert (bundle.source / "data/deep/file").read_text() == "made\n"
    assert not (bundle.source / "gone.txt").exists()
    assert os.access(bundle.source / "tool.txt", os.X_OK)
    assert (bundle.source / "shortcut").readlink() == Path("data")
    assert (folder / "gone.txt").exists()
    assert not (folder / "data").exists()


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("ln -s /etc/passwd users", "left what cannot be kept: the link .* leads out of the folder"),
        ("mkfifo pipe", "left what cannot be kept: .*pipe is neither a file nor a folder"),
        ("echo no compiler here >&2\nexit 3", "failed: no compiler here"),
        ("exit 3", "failed: it ended with code 3"),
        ("set -e\npip3 install no-such-package\necho not reached", "failed: .*no-such-package was not found"),
        ("pip3 wheel leaf", "failed: pip wheel is not done: only install, uninstall, list, freeze, show are"),
        ("#!/usr/bin/env nosuchshell\n", "failed: .*nosuchshell"),
    ],
)
async def test_a_script_that_fails_ends_the_install_with_its_reason(
    builder: Builder, scripted: Callable[..., Path], tmp_path: Path, script: str, reason: str
) -> None:
    with pytest.raises(InstallError, match=f"^{re.escape(SCRIPT)} {reason}") as caught:
        await build(builder, scripted(script))
    assert str(tmp_path / "store") not in str(caught.value).replace(str(caught.value).partition(" leads")[0], "")
    assert list((tmp_path / "store").iterdir()) == []


async def test_a_script_that_takes_the_program_away_leaves_no_nodeserver(
    builder: Builder, scripted: Callable[..., Path]
) -> None:
    with pytest.raises(ServerFileError, match=r'"example\.py" is not in the folder'):
        await build(builder, scripted("rm example.py\n"))


@pytest.mark.parametrize("script", ["", "missing.sh", "../outside.sh", "/etc/profile", "a\0b", "x" * 5000])
async def test_without_a_script_of_its_own_the_requirements_are_installed(
    builder: Builder, make_nodeserver: MakeNodeServer, index: Path, script: str
) -> None:
    folder = make_nodeserver({**PROFILE, "requirements.txt": "leaf\n"}, install_cloud=script)
    (folder.parent / "outside.sh").write_text("exit 1\n")
    assert find_script(folder, script) is None
    _, site, said = await build(builder, folder)
    assert site == {"leaf"}
    assert "installing requirements.txt" in said


@pytest.mark.parametrize(
    ("api", "files", "installed"),
    [
        (Api.PGC, {"requirements.txt": "leaf\n", "requirements_cloud.txt": "other\n"}, {"other"}),
        (Api.PGC, {"requirements.txt": "leaf\n"}, {"leaf"}),
        (Api.PGC, {"requirements.txt": "leaf\n", "requirements_cloud.txt": ""}, set()),
        (Api.PGC, {"install.sh": "pip install leaf\n"}, set()),
        (Api.POLYINTERFACE, {"install.sh": "pip install leaf\n", "requirements.txt": "other\n"}, {"leaf"}),
        (Api.POLYINTERFACE, {"requirements.txt": "leaf\n", "requirements_cloud.txt": "other\n"}, {"leaf"}),
    ],
)
async def test_each_dialect_installs_what_was_made_for_it(
    builder: Builder,
    make_nodeserver: MakeNodeServer,
    index: Path,
    api: Api,
    files: dict[str, str],
    installed: set[str],
) -> None:
    folder = make_nodeserver({**PROFILE, **files}, install="install.sh")
    bundle = (await builder.build(folder, print, api=api)).bundle
    site = {path.name for path in bundle.site.iterdir()} if bundle.site else set()
    assert {name for name in site if "dist-info" not in name} == installed


async def test_requirements_that_pip_takes_and_uv_would_not(
    builder: Builder, make_nodeserver: MakeNodeServer, index: Path
) -> None:
    """A URL that is `-e`: here a file that is fetched from a folder, as a repository would be."""
    folder = make_nodeserver({**PROFILE, "requirements.txt": f"-e file://{index}/leaf-1.0-py3-none-any.whl\n"})
    _, site, _ = await build(builder, folder)
    assert site == {"leaf"}


async def test_a_script_sees_neither_secrets_nor_the_host(
    builder: Builder, sandbox: Sandbox, scripted: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    monkeypatch.setenv("PGC_ISY_PASSWORD", "opensesame")
    monkeypatch.setenv("UV_EXTRA_INDEX_URL", "https://user:opensesame@example.invalid/simple")
    script = f"#!/usr/bin/env python3\nimport json, os\nseen = [dict(os.environ), os.path.exists({str(secret)!r})]\n"
    bundle, _, said = await build(builder, scripted(f"{script}json.dump(seen, open('seen.json', 'w'))\n"))
    environment, secret_seen = json.loads((bundle.source / "seen.json").read_text())
    assert "opensesame" not in json.dumps(environment)
    assert environment["UV_EXTRA_INDEX_URL"] == "https://example.invalid/simple"
    assert "the login in UV_EXTRA_INDEX_URL is kept from installs" in said
    assert secret_seen is not sandbox.isolated


async def test_without_a_sandbox_it_goes_the_same_way(
    store: BundleStore, base_python: Path, scripted: Callable[..., Path], tmp_path: Path
) -> None:
    builder = Builder(store, Unconfined("test"), cache=tmp_path / "cache", pythons=Pythons(base_python))
    _, site, said = await build(builder, scripted("sudo pip3 install --user pgc_interface leaf\n"))
    assert site == {"leaf"}
    assert SDK_USED in said


@pytest.mark.parametrize(
    ("script", "bounds", "reason"),
    [
        ("sleep 600", Bounds(seconds=2), "did not end within 2 s"),
        ("while :; do head -c 1000000 /dev/zero >>big; done", Bounds(bytes=64 * MIB), "more on the disk than 64 MiB"),
        ("i=0; while :; do i=$((i+1)); mkdir d$i; done", Bounds(bytes=2 * MIB), "more on the disk than 2 MiB"),
        ("while :; do echo more; done", Bounds(lines=5000), "wrote more than 5000 lines"),
        (f"{DEEP}time.sleep(600)", Bounds(), "or than can be measured"),
        ("sleep 600", Bounds(left_free=2**60), "less than .* MiB of the disk are free"),
    ],
)  # fmt: skip
async def test_a_script_without_end_is_ended_with_the_name_of_the_bound(
    store: BundleStore,
    sandbox: Sandbox,
    base_python: Path,
    scripted: Callable[..., Path],
    tmp_path: Path,
    script: str,
    bounds: Bounds,
    reason: str,
) -> None:
    builder = Builder(store, sandbox, cache=tmp_path / "cache", pythons=Pythons(base_python), bounds=bounds)
    with pytest.raises(InstallError, match=f"{SCRIPT} failed: .*{reason}"):
        async with asyncio.timeout(60):
            await build(builder, scripted(f"{script}\n"))
    assert list((tmp_path / "store").iterdir()) == []


async def test_the_same_source_is_installed_once_for_each_python_and_dialect(
    builder: Builder, scripted: Callable[..., Path]
) -> None:
    folder = scripted("pip install leaf\n")
    first, _, _ = await build(builder, folder)
    second, _, said = await build(builder, folder)
    assert second == first
    assert said == ["Example is installed already"]


def test_a_script_is_made_runnable_by_what_it_names(tmp_path: Path) -> None:
    script = tmp_path / "install.sh"
    for first, itself in (("#!/bin/sh -e", True), ("#!/usr/bin/env bash", True), ("#!/no/shell", False), ("", False)):
        script.write_text(f"{first}\necho\n")
        command = make_runnable(script)
        assert command[-1] == str(script)
        assert (len(command) == 1) is itself
        assert os.access(script, os.X_OK)
    program = tmp_path / "install"
    program.write_bytes(b"\x7fELF\0\r\n")
    assert make_runnable(program) == [str(program)]
    assert program.read_bytes() == b"\x7fELF\0\r\n"
    (tmp_path / "install.py").write_text("print()")
    assert make_runnable(tmp_path / "install.py")[0] == "python3"
