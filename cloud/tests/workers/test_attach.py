"""Platforms that die, come back, or stay away."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import psutil

from pgc.sandbox.contract import Sandbox
from pgc.workers.process import ProcessRuntime
from pgc.workers.runtime import Assignment, Contents, Exit

Bundle = Callable[..., Contents]
Survivors = Callable[..., list[psutil.Process]]
TICKING = "import time, itertools\nfor n in itertools.count(1):\n    print('tick', n)\n    time.sleep(0.02)"
PLATFORM = """
import asyncio, sys
from pathlib import Path
from pgc.sandbox.probe import probe
from pgc.sandbox.unconfined import Unconfined
from pgc.workers.process import ProcessRuntime
from pgc.workers.runtime import Assignment, Contents

async def main(isolated, run_folder, sdk, source):
    sandbox = await probe() if isolated == "True" else Unconfined("test")
    run = await ProcessRuntime(sandbox, Path(run_folder), Path(sdk)).spawn()
    if source:
        await run.assign(Contents(Path(source)), Assignment("ns.py", {}))
        async for line in run.lines():
            if line.text == "tick 5":
                break
    print(run.id, run.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main(*sys.argv[1:]))
"""


async def killed_platform(sandbox: Sandbox, run_folder: Path, sdk: Path, source: str) -> tuple[str, psutil.Process]:
    """A platform of its own that starts a run, with `source` if there is one, and then dies of SIGKILL."""
    platform = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PLATFORM, str(sandbox.isolated), str(run_folder), str(sdk), source),
        stdout=asyncio.subprocess.PIPE,
    )
    assert platform.stdout is not None
    said = (await platform.stdout.readline()).split()
    process = psutil.Process(int(said[1]))
    platform.kill()
    await platform.communicate()
    return said[0].decode(), process


async def test_a_run_survives_its_platform_and_is_found_again(
    runtime: ProcessRuntime, sandbox: Sandbox, run_folder: Path, sdk: Path, bundle: Bundle, survivors: Survivors
) -> None:
    run_id, process = await killed_platform(sandbox, run_folder, sdk, str(bundle(TICKING).source))
    assert runtime.known() == [run_id]
    run = await runtime.attach(run_id)
    assert run is not None
    assert (run.id, run.pid) == (run_id, process.pid)
    lines = run.lines()
    kept = [await anext(lines) for _ in range(20)]
    assert [line.text for line in kept] == [f"tick {n}" for n in range(1, 21)]
    assert [line.number for line in kept] == list(range(1, 21))
    await run.end(5)
    assert survivors(process) == []


async def test_a_warm_run_ends_with_its_platform(
    runtime: ProcessRuntime, sandbox: Sandbox, run_folder: Path, sdk: Path, survivors: Survivors
) -> None:
    """The claim is bound to the connection."""
    run_id, process = await killed_platform(sandbox, run_folder, sdk, "")
    assert survivors(process) == []
    run = await runtime.attach(run_id)  # the keeper may still be clearing up
    if run is not None:
        await run.end(0)
    assert await runtime.attach(run_id) is None


async def test_a_run_that_nobody_comes_back_to_ends(
    sandbox: Sandbox, run_folder: Path, sdk: Path, bundle: Bundle, survivors: Survivors
) -> None:
    runtime = ProcessRuntime(sandbox, run_folder, sdk, patience=0.5)
    run = await runtime.spawn()
    await run.assign(bundle(TICKING), Assignment("ns.py", {}))
    processes = [psutil.Process(run.pid), *psutil.Process(run.pid).parents()[:-1]]
    keeper = next(process for process in processes if "keeper" in " ".join(process.cmdline()))
    await run.detach()
    assert survivors(keeper, processes[0]) == []
    assert runtime.known() == []


async def test_an_exit_while_the_platform_was_away_is_told_later(
    runtime: ProcessRuntime, run_folder: Path, bundle: Bundle, survivors: Survivors
) -> None:
    run = await runtime.spawn()
    gate = "import os, sys, time\nprint('up')\nwhile not os.path.exists('go'): time.sleep(0.01)\nsys.exit(5)"
    await run.assign(bundle(gate), Assignment("ns.py", {}))
    process = psutil.Process(run.pid)
    await run.detach()
    (run_folder / run.id / "app" / "go").touch()
    assert survivors(process) == []
    again = await runtime.attach(run.id)
    assert again is not None
    assert await again.exited() == Exit(code=5)
    assert [line.text async for line in again.lines()] == ["up"]


async def test_two_platforms_see_the_same(runtime: ProcessRuntime, bundle: Bundle) -> None:
    run = await runtime.spawn()
    await run.assign(bundle(TICKING), Assignment("ns.py", {}))
    other = await runtime.attach(run.id)
    assert other is not None
    first, second = run.lines(), other.lines()
    assert [await anext(first) for _ in range(5)] == [await anext(second) for _ in range(5)]
    assert await run.end(5) == await other.exited()


async def test_a_lost_keeper_takes_its_run_along(runtime: ProcessRuntime, bundle: Bundle, survivors: Survivors) -> None:
    run = await runtime.spawn()
    await run.assign(bundle("import time\nprint('up')\ntime.sleep(600)"), Assignment("ns.py", {}))
    await anext(run.lines())
    process = psutil.Process(run.pid)
    keeper = next(parent for parent in process.parents() if "keeper" in " ".join(parent.cmdline()))
    keeper.kill()
    assert (await run.exited()).text == "exit unknown: its keeper was lost"
    assert survivors(process) == []
    await run.end(1)
    assert runtime.known() == []


async def test_leftovers_are_removed_and_others_kept(runtime: ProcessRuntime, run_folder: Path, bundle: Bundle) -> None:
    runs = [await runtime.spawn() for _ in range(2)]
    for run in runs:
        await run.assign(bundle(TICKING), Assignment("ns.py", {}))
    dead = run_folder / "0123456789abcdef"
    (dead / "app").mkdir(parents=True)
    foreign = run_folder / "not a run"
    foreign.mkdir()
    await runtime.remove_leftovers({runs[0].id})
    assert runtime.known() == [runs[0].id]
    assert foreign.is_dir()
    assert (await runs[1].exited()).signal is not None


async def test_what_is_not_a_run_is_not_found(runtime: ProcessRuntime, run_folder: Path) -> None:
    assert await runtime.attach("0" * 16) is None
    assert await runtime.attach("../../etc") is None
