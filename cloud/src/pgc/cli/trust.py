"""Whose code may run: everybody's in a sandbox, without one only what the owner trusts."""

import sys
from pathlib import Path

import typer

import pgc
from pgc.cli.errors import CommandError
from pgc.cli.output import say
from pgc.sandbox.contract import Sandbox


def examples_folder() -> Path:
    """Where the bundled examples lie: inside the installed package, or beside it in a checkout.

    Raises:
        CommandError: they were not installed.
    """
    package = Path(pgc.__file__).parent
    for folder in (package / "examples", package.parents[2] / "examples"):
        if (folder / "thermostat" / "server.json").is_file():
            return folder
    raise CommandError("the bundled examples are missing from this installation", hint="install pgc-cloud again")


def is_bundled(folder: Path) -> bool:
    return folder.resolve().is_relative_to(examples_folder().resolve())


def check_trust(sandbox: Sandbox, folder: Path, *, trust: bool) -> None:
    """Lets the folder's code run, after asking on a terminal where it would not be isolated.

    Raises:
        CommandError: it would run with all the rights of this user, and nobody has said yes to that.
    """
    if sandbox.isolated or trust or is_bundled(folder):
        return
    say(f"This machine offers no isolation: {sandbox.reason}")
    question = f"Run the code in {folder} with all the rights of your user?"
    if sys.stdin.isatty() and typer.confirm(question, default=False, err=True):
        return
    raise CommandError(
        f"{folder} is not trusted, and nothing here would isolate it",
        hint="install bubblewrap, or run it with --trust if you know what it does",
    )
