"""Every sandbox that this machine has: bubblewrap where the probe succeeds, and none."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from pgc.sandbox.contract import Confined, Limits, Mount, Sandbox
from pgc.sandbox.execute import execute
from pgc.sandbox.probe import probe
from pgc.sandbox.python import interpreter
from pgc.sandbox.unconfined import Unconfined

Run = Callable[..., Awaitable[tuple[int, list[str]]]]


async def _run(sandbox: Sandbox, folder: Path, code: str, **changes: object) -> tuple[int, list[str]]:
    settings: dict[str, object] = {
        "cwd": folder,
        "environment": {"PATH": "/usr/bin:/bin"},
        "mounts": (Mount(folder, writable=True),),
        "limits": Limits(),
        **changes,
    }
    timeout = settings.pop("timeout", 20.0)
    lines: list[str] = []
    argv = (str(interpreter()), "-I", "-S", "-c", code)
    confined = Confined(argv, **settings)  # type: ignore[arg-type]
    return await execute(sandbox, confined, timeout=timeout, on_line=lines.append), lines  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def probed() -> Sandbox:
    return asyncio.run(probe())


@pytest.fixture
def isolated(probed: Sandbox) -> Sandbox:
    if not probed.isolated:
        pytest.skip(probed.reason)
    return probed


@pytest.fixture(params=["isolated", "unconfined"])
def sandbox(request: pytest.FixtureRequest, probed: Sandbox) -> Sandbox:
    if request.param == "unconfined":
        return Unconfined("chosen by the test")
    if not probed.isolated:
        pytest.skip(probed.reason)
    return probed


@pytest.fixture
def run(sandbox: Sandbox, tmp_path: Path) -> Run:
    """Runs Python code in `sandbox`, with `tmp_path` writable: its exit code and lines."""

    async def python(code: str, **changes: object) -> tuple[int, list[str]]:
        return await _run(sandbox, tmp_path, code, **changes)

    return python


@pytest.fixture
def run_isolated(isolated: Sandbox, tmp_path: Path) -> Run:
    async def python(code: str, **changes: object) -> tuple[int, list[str]]:
        return await _run(isolated, tmp_path, code, **changes)

    return python
