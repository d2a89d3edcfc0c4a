"""The Pythons that NodeServers can choose: those that are here, in words that say which."""

import sys
from pathlib import Path

import pytest

from pgc.sandbox.contract import Confined
from pgc.sandbox.errors import InterpreterError
from pgc.sandbox.execute import execute
from pgc.sandbox.interpreter import Interpreter
from pgc.sandbox.probe import probe
from pgc.sandbox.python import interpreter
from pgc.sandbox.pythons import AUTO, Pythons, found_versions

OWN = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture
async def other() -> Interpreter:
    """Any Python of this machine but the platform's own."""
    found = [version for version in await found_versions() if version != OWN]
    if not found:
        pytest.skip(f"this machine has no other Python than {OWN}")
    return await Pythons(interpreter()).get(found[0])


async def test_the_platforms_own_is_the_one_for_auto_and_for_its_version() -> None:
    pythons = Pythons(interpreter())
    own = await pythons.get(AUTO)
    assert own.program == interpreter()
    assert own.name == OWN
    assert await pythons.get(OWN) is own


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ("3.7", r"Python 3\.7 is too old: the SDK runs on 3\.8 and newer"),
        ("2.7", "'2.7' is no version of Python 3"),
        ("3.8; rm -rf /", "is no version of Python 3"),
        ("", "'' is no version"),
        ("3.99", r"there is no Python 3\.99 on the platform's machine; found: "),
    ],
)
async def test_what_cannot_be_had_is_refused_with_the_reason(wanted: str, reason: str) -> None:
    with pytest.raises(InterpreterError, match=reason) as caught:
        await Pythons(interpreter()).get(wanted)
    assert caught.value.hint


async def test_another_one_runs_inside_the_sandbox(other: Interpreter) -> None:
    said: list[str] = []
    program = "import sys, json; print('%d.%d' % sys.version_info[:2])"
    argv = (str(other.program), "-I", "-S", "-c", program)
    confined = Confined(argv, cwd=Path("/"), environment={}, mounts=other.mounts)
    assert await execute(await probe(), confined, timeout=60, on_line=said.append) == 0
    assert said == [other.name] != [OWN]


async def test_one_in_the_midst_of_somebodys_home_is_refused(
    other: Interpreter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sandbox would show NodeServers all of the folder that it is in."""
    if not other.mounts:
        pytest.skip("the other Python is one of the system")
    monkeypatch.setenv("PYENV_ROOT", str(other.folders[0].parents[1]))
    monkeypatch.setenv("PATH", str(other.program.parent))
    monkeypatch.setenv("HOME", str(other.folders[0] / "lib"))
    with pytest.raises(InterpreterError, match="with more than NodeServers may see"):
        await Pythons(interpreter()).get(other.name)
