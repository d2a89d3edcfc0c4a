import re
import subprocess
from pathlib import Path

import pytest

from pgc.sandbox.interpreter import Interpreter, ask_interpreter
from pgc.sandbox.python import interpreter
from pgc.workers import sdk as sdk_module
from pgc.workers.errors import WorkerError
from pgc.workers.sdk import prepare_sdk

UNREACHABLE = re.compile(r"error sending request|[Cc]onnect|dns error|Failed to fetch")


async def test_it_holds_all_that_the_sdk_imports(sdk: Path) -> None:
    code = f"import sys; sys.path.insert(0, {str(sdk)!r}); import pgc_interface; print(pgc_interface.__file__)"
    argv = (str(interpreter()), "-I", "-S", "-c", code)
    done = subprocess.run(argv, capture_output=True, text=True, check=True)  # noqa: ASYNC221 - nothing else waits
    assert done.stdout.strip() == str(sdk / "pgc_interface" / "__init__.py")


async def test_it_is_compiled_once_and_made_once(tmp_path: Path) -> None:
    first = await prepare_sdk(tmp_path)
    compiled = list((first / "pgc_interface" / "__pycache__").iterdir())
    assert compiled
    stamps = [file.stat().st_mtime_ns for file in compiled]
    assert await prepare_sdk(tmp_path) == first
    assert [file.stat().st_mtime_ns for file in compiled] == stamps
    assert [entry.name for entry in first.parent.iterdir()] == [first.name]


async def test_an_edited_sdk_gets_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await prepare_sdk(tmp_path)
    edited = tmp_path / "edited" / "pgc_interface"
    edited.mkdir(parents=True)
    (edited / "__init__.py").write_text("EDITED = True")
    monkeypatch.setattr(sdk_module.util, "find_spec", lambda name: _Spec(str(edited / "__init__.py")))
    second = await prepare_sdk(tmp_path)
    assert second != first
    assert (second / "pgc_interface" / "__init__.py").read_text() == "EDITED = True"
    assert (second / "paho").is_dir()


async def test_a_missing_part_has_a_plain_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdk_module.metadata, "requires", lambda name: ["no-such-package>=1"])
    with pytest.raises(WorkerError, match="no-such-package, which the SDK needs, is not installed"):
        await prepare_sdk(tmp_path)


async def test_a_folder_that_cannot_be_written_has_a_plain_reason(tmp_path: Path) -> None:
    (tmp_path / "sdk").write_text("in the way")
    with pytest.raises(WorkerError, match="the SDK for NodeServers cannot be laid out"):
        await prepare_sdk(tmp_path)


@pytest.fixture
async def python() -> Interpreter:
    """The platform's own, taken for another one: nothing but the way to the SDK's folder is different then."""
    return await ask_interpreter(interpreter())


async def test_for_another_python_what_it_needs_is_installed_in_the_tested_versions(
    tmp_path: Path, python: Interpreter
) -> None:
    try:
        folder = await prepare_sdk(tmp_path, python)
    except WorkerError as error:
        if UNREACHABLE.search(str(error)):
            pytest.skip(f"no package registry can be reached: {error}")
        raise
    code = f"import sys; sys.path.insert(0, {str(folder)!r}); import pgc_interface, msgspec; print(msgspec.__version__)"
    argv = (str(python.program), "-I", "-S", "-c", code)
    done = subprocess.run(argv, capture_output=True, text=True, check=True)  # noqa: ASYNC221 - nothing else waits
    pins = (Path(__file__).parents[3] / sdk_module.PINS).read_text()
    assert f"msgspec=={done.stdout.strip()}" in pins
    assert list((folder / "pgc_interface/__pycache__").iterdir())
    assert await prepare_sdk(tmp_path, python) == folder != await prepare_sdk(tmp_path)


async def test_without_a_registry_it_says_what_it_lacks(
    tmp_path: Path, python: Interpreter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    with pytest.raises(
        WorkerError, match=f"what the SDK needs on Python {python.name} cannot be installed: "
    ) as caught:
        await prepare_sdk(tmp_path, python)
    assert "the platform's own Python needs nothing" in caught.value.hint
    assert not list((tmp_path / "sdk").glob("*"))


class _Spec:
    def __init__(self, origin: str) -> None:
        self.origin = origin
