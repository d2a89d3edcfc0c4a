"""What a run starts on: a Python of this machine, with the SDK laid out for it."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from pgc.sandbox.contract import Access, Confined, Mount, Network, Sandbox
from pgc.sandbox.errors import SandboxError
from pgc.sandbox.execute import execute
from pgc.sandbox.python import interpreter, prefix
from pgc.sandbox.pythons import AUTO, Pythons
from pgc.workers.errors import WorkerError
from pgc.workers.sdk import prepare_sdk

_TRIAL = "import sys; sys.path.insert(0, sys.argv[1]); import pgc_interface"
_LIMIT = 60.0
"""Seconds for that."""
_HINT = "Choose another Python, or install this one in a folder of its own, with all that it needs."


@dataclass(frozen=True, slots=True)
class Engine:
    """`binaries` is the folder that holds the Python under its usual names."""

    program: Path
    binaries: Path
    sdk: Path
    mounts: tuple[Mount, ...] = ()


def own_engine(sdk: Path) -> Engine:
    """The platform's own Python, which every sandbox shows."""
    return Engine(interpreter(), prefix() / "bin", sdk, (Mount(sdk),))


async def try_engine(engine: Engine, sandbox: Sandbox, python: str) -> None:
    """
    Raises:
        WorkerError: it does not run inside the sandbox, or the SDK not on it.
    """
    said: list[str] = []
    argv = (str(engine.program), "-I", "-S", "-c", _TRIAL, str(engine.sdk))
    confined = Confined(argv, cwd=Path("/"), environment={}, mounts=engine.mounts, network=Network(Access.NONE))
    try:
        code = await execute(sandbox, confined, timeout=_LIMIT, on_line=said.append)
    except SandboxError as error:
        raise WorkerError(f"Python {python} does not run in the sandbox: {error}", hint=_HINT) from error
    if code != 0:
        reason = said[-1][:200] if said else f"it ended with code {code}"
        raise WorkerError(f"Python {python} does not run in the sandbox: {reason}", hint=_HINT)


class Engines:
    """Those of other Pythons, each made ready once; `data_folder` is where the SDK is laid out for them."""

    def __init__(self, data_folder: Path, pythons: Pythons) -> None:
        self._data_folder = data_folder
        self._pythons = pythons
        self._ready: dict[str, Engine] = {}
        self._making = asyncio.Lock()

    async def get(self, python: str) -> Engine | None:
        """None where that is the platform's own.

        Raises:
            InterpreterError: there is no such Python here.
            WorkerError: what the SDK needs on it cannot be had.
        """
        async with self._making:
            chosen = await self._pythons.get(python)
            if chosen == await self._pythons.get(AUTO):
                return None
            if python not in self._ready:
                sdk = await prepare_sdk(self._data_folder, chosen)
                self._ready[python] = Engine(chosen.program, chosen.program.parent, sdk, (*chosen.mounts, Mount(sdk)))
            return self._ready[python]
