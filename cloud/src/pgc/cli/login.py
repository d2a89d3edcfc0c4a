"""Which ISY a command means: by its URL and a password that is asked for, or the simulated one that runs here."""

import os
import sys
from urllib.parse import urlsplit, urlunsplit

import typer

from pgc.cli.errors import CommandError, Interrupted
from pgc.cli.nearby import find_nearby
from pgc.isy.transport import IsyLogin

PASSWORD = "PGC_ISY_PASSWORD"  # noqa: S105 (the variable's name)


def login_at(text: str, wanted: str = "a URL") -> IsyLogin:
    """Of the ISY at a URL such as ``http://admin@192.168.1.20``; its password comes from PGC_ISY_PASSWORD or a prompt.

    Raises:
        CommandError: it is no such URL, or there is no password to be had.
    """
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise CommandError(f"--isy wants {wanted}, not {text!r}", hint="for example http://admin@192.168.1.20")
    if parts.password is not None:
        raise CommandError(
            "a password in the URL would be visible to every user of this machine",
            hint=f"leave it out; it is asked for, or taken from {PASSWORD}",
        )
    url = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
    return IsyLogin(url, parts.username or "admin", _password(url))


def login_nearby() -> IsyLogin:
    """Of the one simulated ISY that runs on this machine.

    Raises:
        CommandError: there is none, or more than one.
    """
    found = find_nearby()
    if not found:
        hint = "start `pgc demo` or `pgc run` in another terminal, or name one: --isy http://admin@192.168.1.20"
        raise CommandError("no simulated ISY runs on this machine", hint=hint)
    if len(found) > 1:
        listed = ", ".join(f"{each.url} ({each.command})" for each in found)
        raise CommandError(f"{len(found)} simulated ISYs run on this machine: {listed}", hint="name one with --isy URL")
    return IsyLogin(found[0].url, found[0].username, found[0].password)


def login_of(text: str | None) -> IsyLogin:
    """At this URL, where the password of a simulated ISY of this machine is known; without one, nearby.

    Raises:
        CommandError: as above.
    """
    if not text:
        return login_nearby()
    for each in find_nearby():
        if text.rstrip("/") == each.url:
            return IsyLogin(each.url, each.username, each.password)
    return login_at(text)


def _password(url: str) -> str:
    given = os.environ.get(PASSWORD)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise CommandError("no password for the ISY", hint=f"set {PASSWORD}")
    try:
        return str(typer.prompt(f"Password of the ISY at {url}", hide_input=True, err=True))
    except typer.Abort as error:
        raise Interrupted("no password was given") from error
