"""The Pythons of this machine that NodeServers can choose among, found by uv; each is asked once."""

import asyncio
import os
import re
from pathlib import Path

import msgspec
import uv

from pgc.sandbox.errors import InterpreterError
from pgc.sandbox.interpreter import Interpreter, ask_interpreter

AUTO = "auto"
"""The platform's own."""
SHAPE = r"auto|3\.\d{1,2}"
OLDEST = (3, 8)
"""That the SDK runs on."""
LIMIT = 60.0
"""Seconds for uv to look; it asks each Python that it has not seen yet."""
SEARCHED = ("/usr/local/bin", "/usr/bin")
"""Besides the PATH and pyenv's folder."""


class Pythons:
    """`default` is the platform's own interpreter."""

    def __init__(self, default: Path) -> None:
        self._default = default
        self._known: dict[str, Interpreter] = {}

    async def get(self, wanted: str = AUTO) -> Interpreter:
        """The platform's own for `auto` and its own version, else one of this machine's with that version.

        Raises:
            InterpreterError: there is none, or it cannot be used; the text says what there is.
        """
        if wanted not in self._known:
            self._known[wanted] = await self._choose(wanted)
        return self._known[wanted]

    async def _choose(self, wanted: str) -> Interpreter:
        if wanted == AUTO:
            return await ask_interpreter(self._default)
        _check(wanted)
        own = await self.get()
        return own if own.name == wanted else await _found(wanted)


def _check(wanted: str) -> None:
    if not re.fullmatch(SHAPE, wanted):
        raise InterpreterError(f"{wanted[:40]!r} is no version of Python 3", hint='Write it like 3.9, or "auto".')
    if tuple(map(int, wanted.split("."))) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        hint = f"Most of what was written for an older one runs on {oldest}."
        raise InterpreterError(f"Python {wanted} is too old: the SDK runs on {oldest} and newer", hint=hint)


async def _found(wanted: str) -> Interpreter:
    told = await _uv("find", "--system", "--no-project", "--resolve-links", f"cpython{wanted}")
    if not told:
        here = ", ".join(await found_versions()) or "none"
        raise InterpreterError(
            f"there is no Python {wanted} on the platform's machine; found: {here}",
            hint=f"Install it there (one way: uv python install {wanted}), or choose another.",
        )
    python = await ask_interpreter(Path(told.decode().strip()))
    if python.name != wanted:
        raise InterpreterError(f"{python.program} should be Python {wanted}, and says that it is {python.name}")
    _check_folders(python)
    return python


def _check_folders(python: Interpreter) -> None:
    """What a sandbox shows of the Python must not be somebody's home, or everything."""
    home = Path.home()
    for mount in python.mounts:
        if home.is_relative_to(mount.source.resolve()):
            raise InterpreterError(
                f"the Python {python.program} lies in {mount.source}, with more than NodeServers may see",
                hint="Install it in a folder of its own.",
            )


async def found_versions() -> list[str]:
    """For people: those of this machine's versions that the SDK runs on, oldest first."""
    told = await _uv("list", "--only-installed", "--output-format", "json")
    try:
        listed = msgspec.json.decode(told, type=list[_Listed])
    except msgspec.MsgspecError:
        return []
    kept = {found.version_parts for found in listed if found.implementation == "cpython"}
    versions = sorted({(parts.major, parts.minor) for parts in kept})
    return [".".join(map(str, version)) for version in versions if version >= OLDEST]


class _Parts(msgspec.Struct, frozen=True):
    major: int
    minor: int


class _Listed(msgspec.Struct):
    version_parts: _Parts
    implementation: str


async def _uv(*arguments: str) -> bytes:
    """What `uv python` prints; nothing where it fails or does not end."""
    process = await asyncio.create_subprocess_exec(
        *(uv.find_uv_bin(), "python", *arguments),
        env={**os.environ, "PATH": os.pathsep.join(_places()), "UV_PYTHON_DOWNLOADS": "never"},
        cwd="/",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(LIMIT):
            output, _ = await process.communicate()
    except TimeoutError:
        return b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return b"" if process.returncode else output


def _places() -> list[str]:
    """pyenv's Pythons themselves, not the scripts that choose among them by its settings; and the PATH."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    path = os.environ.get("PATH", os.defpath).split(os.pathsep)
    others = [folder for folder in path if Path(folder) != pyenv / "shims"]
    return [*map(str, sorted(pyenv.glob("versions/*/bin"))), *others, *SEARCHED]
