"""Commands are loaded when they are called, and told of as they tell of themselves."""

import inspect
import subprocess
import sys
from importlib import import_module

import pytest
import typer

from pgc.cli.app import Commands

from .conftest import Shell

HEAVY = ("fastapi", "sqlalchemy", "aiohttp", "amqtt", "pgc.platform")


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["check", "/nowhere"]], ids=lambda given: given[0])
def test_what_is_light_does_not_bring_in_the_platform(arguments: list[str]) -> None:
    code = f"""
import sys
from pgc.cli.app import app
try:
    app({arguments!r})
finally:
    print(*({HEAVY!r} & sys.modules.keys()), file=sys.stderr)
""".replace(repr(HEAVY), repr(set(HEAVY)))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=28)
    assert done.stderr.strip() == ""
    assert done.stdout


@pytest.mark.parametrize("name", Commands.members)
def test_each_is_there_and_the_list_says_its_first_line(name: str) -> None:
    where, text = Commands.members[name]
    module, _, attribute = where.partition(":")
    found = getattr(import_module(module), attribute)
    own = found.info.help if isinstance(found, typer.Typer) else inspect.getdoc(found).partition("\n\n")[0]
    assert " ".join(own.split()) == text


def test_the_list_has_all_and_a_group_its_own(shell: Shell) -> None:
    listed = shell.run("--help").stdout
    assert all(f" {name} " in listed for name in Commands.members)
    assert all(f" {name} " in shell.run("isy", "--help").stdout for name in ("watch", "send"))
    assert "Did you mean 'check'?" in shell.run("chek").stderr
