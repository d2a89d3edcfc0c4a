"""Runs on another Python than the platform's: with an SDK that fits it, in every sandbox."""

import re
import sys
from pathlib import Path

import pytest

from pgc.sandbox.contract import Sandbox
from pgc.sandbox.python import interpreter
from pgc.sandbox.pythons import AUTO, Pythons, found_versions
from pgc.workers.engines import Engines
from pgc.workers.errors import WorkerError
from pgc.workers.runtime import Assignment

from .conftest import Bundle, TrackedRuntime
from .test_sdk import UNREACHABLE

OWN = f"{sys.version_info.major}.{sys.version_info.minor}"
PROGRAM = "import sys, pgc_interface; print('on', sys.version_info[:2], pgc_interface.__file__)"


async def test_the_platforms_own_needs_no_other_engine(tmp_path: Path) -> None:
    engines = Engines(tmp_path, Pythons(interpreter()))
    assert await engines.get(AUTO) is None
    assert await engines.get(OWN) is None


@pytest.mark.timeout(150)
async def test_a_run_is_on_the_oldest_python_of_this_machine(
    sandbox: Sandbox, run_folder: Path, sdk: Path, bundle: Bundle, tmp_path: Path
) -> None:
    oldest = next((version for version in await found_versions() if version != OWN), None)
    if oldest is None:
        pytest.skip(f"this machine has no other Python than {OWN}")
    engines = Engines(tmp_path / "data", Pythons(interpreter()))
    runtime = TrackedRuntime(sandbox, run_folder, sdk, engines=engines)
    try:
        await runtime.prepare(oldest)
    except WorkerError as error:
        if UNREACHABLE.search(str(error)):
            pytest.skip(f"no package registry can be reached: {error}")
        raise
    run = await runtime.spawn(python=oldest)
    await run.assign(bundle(PROGRAM), Assignment("ns.py", {}))
    exit_ = await run.exited()
    said = [line.text async for line in run.lines()]
    await runtime.end_all()
    assert (exit_.code, len(said)) == (0, 1), said
    major, minor = oldest.split(".")
    assert re.match(rf"on \({major}, {minor}\) {re.escape(str(tmp_path / 'data'))}", said[0])
