"""server.json: what a NodeServer says of itself.

Authors write it by hand, so what only describes is read leniently, and what a start depends on is checked.
"""

import json
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from pgc.bundles.errors import ServerFileError
from pgc_interface.dialects import Dialect

NAME = "server.json"
LARGEST = 256 * 1024
"""Bytes of server.json; real ones have about one thousand."""
LONGEST_TEXT = 4096
DEFAULT_SHORT_POLL, DEFAULT_LONG_POLL = 60, 600
LONGEST_POLL = 7 * 24 * 3600
PYTHON, NODE = "python3", "node"
"""The types of NodeServers that can be run."""


class ServerFile(msgspec.Struct, frozen=True, kw_only=True):
    """What was read. Texts are empty where the file says nothing; polls are seconds."""

    name: str
    """The executable's, where the file gives none."""
    executable: str
    """Relative to the folder, with forward slashes; the file exists."""
    description: str = ""
    type: str = PYTHON
    notice: str = ""
    docs: str = ""
    version: str = ""
    install: str = ""
    """The file name of the install script on premises."""
    install_cloud: str = ""
    """That of the one in the cloud."""
    short_poll: int = DEFAULT_SHORT_POLL
    long_poll: int = DEFAULT_LONG_POLL
    profile_version: str | None = None
    has_profile_version: bool = False
    """Tells `"profile_version": null`, which asks for an upload at every start, from none at all."""
    wants_ingress: bool = False

    @property
    def language(self) -> str:
        """What the NodeServer is written in, as `init` names it."""
        return self.type

    def install_script(self, dialect: Dialect) -> str:
        return self.install if dialect is Dialect.POLYINTERFACE else self.install_cloud


def read_server_file(folder: Path) -> ServerFile:
    """Raise ServerFileError, with a reason for people, where the folder holds no usable server.json."""
    document = _parse(_read(folder))
    executable = _executable(document, folder)
    return ServerFile(
        name=_text(document, "name") or PurePosixPath(executable).stem,
        executable=executable,
        description=_text(document, "description"),
        type=_type(document),
        notice=_text(document, "notice"),
        docs=_text(document, "docs") or _text(document, "url"),
        version=_version(document),
        install=_text(document, "install"),
        install_cloud=_text(document, "install_cloud"),
        short_poll=_seconds(document, "shortPoll", DEFAULT_SHORT_POLL),
        long_poll=_seconds(document, "longPoll", DEFAULT_LONG_POLL),
        profile_version=_text(document, "profile_version") or None,
        has_profile_version="profile_version" in document,
        wants_ingress=any(document.get(key) is True for key in ("httpsIngress", "ingressRequired", "tcpIngress")),
    )


def _read(folder: Path) -> str:
    try:
        with (folder / NAME).open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        hint = "A NodeServer's folder holds a server.json that names the program to run."
        raise ServerFileError(f"there is no {NAME} in {folder}", hint=hint) from None
    except OSError as error:
        raise ServerFileError(f"{folder / NAME} cannot be read: {error.strerror}") from None
    if len(content) > LARGEST:
        raise ServerFileError(f"{NAME} is larger than {LARGEST // 1024} KiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        hint = "Save it as UTF-8."
        raise ServerFileError(f"{NAME} is not UTF-8 text: byte {error.start + 1} is odd", hint=hint) from None


def _parse(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        message = f"{NAME} is not valid JSON: {error.msg}, line {error.lineno}, column {error.colno}"
        raise ServerFileError(message, hint="Often it is a comma too many or too few.", line=error.lineno) from None
    except (RecursionError, ValueError) as error:
        raise ServerFileError(f"{NAME} is not valid JSON: {error}") from None
    if not isinstance(document, dict):
        raise ServerFileError(f"{NAME} must hold an object, as in {{…}}, not {_kind(document)}")
    return document


def _executable(document: dict[str, Any], folder: Path) -> str:
    named = document.get("executable")
    if not isinstance(named, str) or not named.strip():
        hint = f"Name the file to run, such as {_example(folder)}."
        raise ServerFileError(f'{NAME} names no program: "executable" is missing or empty', hint=hint)
    home = folder.resolve()
    try:
        program = (home / named.strip()).resolve()
        found = program.is_file()
    except (OSError, ValueError, RuntimeError):  # a null byte, a name too long, a loop of links
        program, found = home / "?", False
    if not program.is_relative_to(home):
        raise ServerFileError(f'the executable "{_short(named)}" leads out of the folder')
    if not found:
        hint = f"Name a file of the folder, such as {_example(folder)}."
        raise ServerFileError(f'the executable "{_short(named)}" is not in the folder', hint=hint)
    return program.relative_to(home).as_posix()


def _type(document: dict[str, Any]) -> str:
    named = document.get("type", PYTHON)
    if named not in (PYTHON, NODE):
        hint = f'Only NodeServers with "type": "{PYTHON}" or "{NODE}" can be run.'
        raise ServerFileError(f"NodeServers of the type {_short(json.dumps(named))} of {NAME} cannot be run", hint=hint)
    return str(named)


def _version(document: dict[str, Any]) -> str:
    credits = document.get("credits")
    first = credits[0] if isinstance(credits, list) and credits else None
    return _text(first, "version") if isinstance(first, dict) else ""


def _text(document: dict[str, Any], key: str) -> str:
    value = document.get(key)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value).strip()[:LONGEST_TEXT] if is_number or isinstance(value, str) else ""


def _seconds(document: dict[str, Any], key: str, default: int) -> int:
    """Polls are digits in a string in nearly every NodeServer; numbers are taken as well."""
    try:
        seconds = int(float(_text(document, key)))
    except (ValueError, OverflowError):
        return default
    return min(seconds, LONGEST_POLL) if seconds >= 1 else default


def _example(folder: Path) -> str:
    programs = sorted(path.name for path in folder.glob("*.py"))
    return programs[0] if programs else "nodeserver.py"


def _kind(value: Any) -> str:
    names = {list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
