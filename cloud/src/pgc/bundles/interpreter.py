"""The Python that NodeServers run on, asked what it is."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

from pgc.bundles.errors import InterpreterError

LIMIT = 20.0
"""Seconds for its answer."""
_QUESTION = """
import json, platform, sys, sysconfig
told = [sys.implementation.name, platform.python_version(), sysconfig.get_platform()]
print(json.dumps({"identity": " ".join(told), "folders": [sys.prefix, sys.base_prefix]}))
"""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """`identity` tells interpreters apart for which different packages would be installed."""

    program: Path
    identity: str
    folders: tuple[Path, ...]
    """What must be there for it to run."""


async def ask_interpreter(program: Path) -> Interpreter:
    """Raise InterpreterError if it does not answer."""
    try:
        output = await _ask(program)
        answer = json.loads(output)
    except (OSError, ValueError, TimeoutError) as error:
        reason = "it did not answer in time" if isinstance(error, TimeoutError) else str(error)
        hint = "Choose another one in the settings."
        raise InterpreterError(f"the Python {program} cannot be used: {reason}", hint=hint) from error
    return Interpreter(program, answer["identity"], tuple(Path(folder) for folder in answer["folders"]))


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
