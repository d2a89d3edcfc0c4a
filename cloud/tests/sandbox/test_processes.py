"""A confined program that multiplies itself comes to an end of it, whoever the platform is."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

import pgc
from pgc.sandbox.cgroups import Cgroups
from pgc.sandbox.contract import Limits, Sandbox
from pgc.sandbox.python import interpreter

Run = Callable[..., Awaitable[tuple[int, list[str]]]]
SOMEBODY = 65534
PYTHONS = (str(interpreter()), "/usr/bin/python3", "/usr/local/bin/python3")
FITS = "import sys; print(sys.version_info >= (3, 11))"
MULTIPLY = """
import os, time
made = 0
try:
    while made < 2000:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        made += 1
    print("without end")
except OSError as error:
    print(error.strerror, made < 100)
"""
AS_SOMEBODY = """
import asyncio, sys
sys.path.append(sys.argv[1])
from pathlib import Path
from pgc.sandbox.contract import Access, Confined, Limits, Network
from pgc.sandbox.execute import execute
from pgc.sandbox.probe import probe
async def main():
    sandbox = await probe()
    print(sandbox.isolated, sandbox.reason)
    if sandbox.isolated:
        argv = (sys.argv[2], "-I", "-S", "-c", sys.argv[3])
        confined = Confined(argv, Path("/"), {}, limits=Limits(processes=60), network=Network(Access.NONE))
        await execute(sandbox, confined, timeout=60, on_line=print)
asyncio.run(main())
"""


async def test_its_processes_are_bounded(run_isolated: Run, isolated: Sandbox) -> None:
    if os.geteuid() == 0 and "pids" not in getattr(isolated, "cgroups", Cgroups()).controllers:
        pytest.skip(isolated.reason)
    assert await run_isolated(MULTIPLY, limits=Limits(processes=60)) == (0, [f"{os.strerror(11)} True"])


async def test_they_are_under_a_platform_that_is_an_ordinary_user() -> None:
    if os.geteuid() != 0:
        pytest.skip("the tests run as one: the test before this one has shown it")
    for python in PYTHONS:
        if await run_by_somebody(python, FITS) == ["True"]:
            break
    else:
        pytest.skip("no Python that is new enough is here for ordinary users")
    source = str(Path(pgc.__file__).parents[1])
    lines = await run_by_somebody(python, AS_SOMEBODY, source, python, MULTIPLY)
    if not lines or not lines[0].startswith("True"):
        pytest.skip(f"an ordinary user has no isolation here: {lines}")
    assert lines[1:] == [f"{os.strerror(11)} True"]


async def run_by_somebody(python: str, code: str, *arguments: str) -> list[str]:
    """What it says; nothing, if it is not for ordinary users."""
    try:
        process = await asyncio.create_subprocess_exec(
            *(python, "-I", "-S", "-c", code, *arguments),
            stdout=asyncio.subprocess.PIPE,
            user=SOMEBODY,
            group=SOMEBODY,
            extra_groups=(),
            cwd="/",
        )
    except OSError:
        return []
    said, _ = await process.communicate()
    return said.decode().splitlines()
