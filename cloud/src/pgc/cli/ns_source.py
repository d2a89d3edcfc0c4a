"""What a user means by SOURCE: a folder, a zip, or the URL of a git repository."""

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit
from zipfile import is_zipfile

import typer

from pgc.cli.client import PlatformClient
from pgc.cli.errors import CommandError, Interrupted

PASSWORD = "PGC_GIT_PASSWORD"  # noqa: S105 (the variable's name)
_WANTED = "name a folder, a zip, or the URL of a git repository"
_ZIP = {"Content-Type": "application/zip"}


@dataclass(frozen=True, slots=True)
class Source:
    """`body` says which it is, as the API wants it; a zip is sent instead."""

    body: dict[str, Any] = field(repr=False)
    zip: Path | None = None

    async def send(self, client: PlatformClient, path: str, more: dict[str, Any]) -> Any:
        """Asks the platform for it; `more` goes with it."""
        if self.zip is None:
            return await client.ask("POST", path, {**self.body, **more})
        query = {name: str(value) for name, value in more.items() if value not in (None, "")}
        query["filename"] = self.zip.name
        with self.zip.open("rb") as content:
            return await client.ask("POST", f"{path}/upload", data=content, params=query, headers=_ZIP)


def read_source(text: str, ref: str | None) -> Source:
    """
    Raises:
        CommandError: it is none of the three, or there is no password to be had.
    """
    if "://" in text or ("@" in text and ":" in text.partition("@")[2]):
        return Source({"git": _with_password(text), "ref": ref})
    if ref is not None:
        raise CommandError("--ref goes with the URL of a git repository", hint="a folder or a zip has no such versions")
    path = Path(text).absolute()
    if path.is_dir():
        return Source({"folder": str(path)})
    if not path.exists():
        raise CommandError(f"there is no {path}", hint=_WANTED)
    if not is_zipfile(path):
        raise CommandError(f"{path} is no zip", hint=_WANTED)
    return Source({}, zip=path)


def _with_password(url: str) -> str:
    """A user in an https URL has a password, or a token, which is never on the command line."""
    if not url.startswith("https://"):
        return url
    parts = urlsplit(url)
    if parts.password is not None:
        raise CommandError(
            "a password in the URL would be visible to every user of this machine",
            hint=f"leave it out; it is asked for, or taken from {PASSWORD}",
        )
    if parts.username is None:
        return url
    user, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(_password(host), safe='')}@{host}"))


def _password(host: str) -> str:
    given = os.environ.get(PASSWORD)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise CommandError(f"no password or token for {host}", hint=f"set {PASSWORD}")
    try:
        return str(typer.prompt(f"Password or token for {host}", hide_input=True, err=True))
    except typer.Abort as error:
        raise Interrupted("no password was given") from error
