"""The Node.js that NodeServers in JavaScript run on, and its npm, asked what they are."""

import asyncio
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pgc.bundles.errors import BundleError
from pgc.bundles.files import in_thread

LIMIT: Final = 20.0
"""Seconds for its answer."""
_QUESTION: Final = "[process.version, process.platform, process.arch].join(' ')"
_HINT: Final = "apt install nodejs npm, dnf install nodejs npm, brew install node; then try again"


@dataclass(frozen=True, slots=True)
class Node:
    """`identity` tells apart those for which different packages would be installed."""

    program: Path
    npm: Path
    """The script, for `program` to run."""
    identity: str

    @property
    def folders(self) -> tuple[Path, ...]:
        """What must be there for both to run; what every sandbox shows is left out."""
        needed = (self.program, self.npm.parents[1])
        return tuple(path for path in needed if not path.is_relative_to("/usr"))


async def ask_node() -> Node:
    """
    Raises:
        BundleError: it is not installed, or does not answer.
    """
    program, npm = shutil.which("node"), shutil.which("npm")
    if program is None or npm is None:
        missing = "Node.js" if program is None else "npm"
        raise BundleError(f"a NodeServer in JavaScript needs {missing}, which is not installed", hint=_HINT)
    try:
        identity = await _ask(program)
    except (OSError, TimeoutError) as error:
        raise BundleError(f"{program} does not answer: {str(error) or 'not in time'}", hint=_HINT) from error
    if not identity:
        raise BundleError(f"{program} is no Node.js that works", hint=_HINT)
    program, npm = await in_thread(os.path.realpath, program), await in_thread(os.path.realpath, npm)
    return Node(Path(program), Path(npm), f"node {identity}")


async def _ask(program: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *(program, "-p", _QUESTION),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
    )
    try:
        async with asyncio.timeout(LIMIT):
            output, _ = await process.communicate()
            return output.decode(errors="replace").strip()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
