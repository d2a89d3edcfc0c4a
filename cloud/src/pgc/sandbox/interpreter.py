"""A Python that strangers' programs can run on, asked what it is."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import msgspec

from pgc.sandbox.contract import Mount
from pgc.sandbox.errors import InterpreterError

LIMIT = 20.0
"""Seconds for its answer."""
_QUESTION = """
import json, os, platform, sys, sysconfig
told = [sys.implementation.name, platform.python_version(), sysconfig.get_platform()]
folders = [shown for folder in (sys.prefix, sys.base_prefix) for shown in (folder, os.path.realpath(folder))]
print(json.dumps({"identity": " ".join(told), "version": sys.version_info[:2], "folders": folders}))
"""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """`identity` tells interpreters apart for which different packages would be installed."""

    program: Path
    identity: str
    version: tuple[int, int]
    folders: tuple[Path, ...]
    """What must be there for it to run."""

    @property
    def name(self) -> str:
        """As its users say it: 3.8."""
        return ".".join(map(str, self.version))

    @property
    def mounts(self) -> tuple[Mount, ...]:
        """What a sandbox must show for it besides the system, which is always there."""
        return tuple(Mount(folder) for folder in dict.fromkeys(self.folders) if not folder.is_relative_to("/usr"))


class _Answer(msgspec.Struct):
    identity: str
    version: tuple[int, int]
    folders: tuple[Path, ...]


async def ask_interpreter(program: Path) -> Interpreter:
    """
    Raises:
        InterpreterError: it does not answer.
    """
    try:
        answer = msgspec.json.decode(await _ask(program), type=_Answer, dec_hook=lambda kind, value: kind(value))
    except (OSError, msgspec.MsgspecError, TimeoutError) as error:
        reason = "it did not answer in time" if isinstance(error, TimeoutError) else str(error)
        raise InterpreterError(f"the Python {program} cannot be used: {reason}", hint="Choose another one.") from error
    return Interpreter(program, answer.identity, answer.version, answer.folders)


async def _ask(program: Path) -> bytes:
    process = await asyncio.create_subprocess_exec(
        *(str(program), "-I", "-c", _QUESTION),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(LIMIT):
            output, _ = await process.communicate()
            return output
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
