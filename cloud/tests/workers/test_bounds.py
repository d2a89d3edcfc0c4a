"""What a run may use is bounded, and its end says what it used too much of."""

import os
import stat
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from pgc.sandbox.cgroups import Cgroups
from pgc.sandbox.contract import MIB, Limits
from pgc.workers.keeper.disk import Disk
from pgc.workers.process import ProcessRuntime
from pgc.workers.runtime import Assignment, Contents, Exit

Bundle = Callable[..., Contents]
RunWith = Callable[[str, Limits], Awaitable[Exit]]


@pytest.fixture
def run_with(isolated: ProcessRuntime, run_folder: Path, sdk: Path, bundle: Bundle) -> RunWith:
    """The end of a run of this code within these limits."""

    async def run(code: str, limits: Limits) -> Exit:
        started = await ProcessRuntime(isolated.sandbox, run_folder, sdk, limits=limits).spawn()
        await started.assign(bundle(code), Assignment("ns.py", {}))
        await started.exited()
        exit_ = await started.end(1)
        assert [folder for folder in isolated.sandbox.groups(started.id) if os.path.exists(folder)] == []
        return exit_

    return run


async def test_running_out_of_memory_is_named(run_with: RunWith, isolated: ProcessRuntime) -> None:
    if "memory" not in getattr(isolated.sandbox, "cgroups", Cgroups()).controllers:
        pytest.skip(isolated.sandbox.reason)
    eats = "x = bytearray(300 << 20)\nx[::4096] = bytes([1]) * len(x[::4096])"
    exit_ = await run_with(eats, Limits(memory=150 * MIB))
    assert exit_ == Exit(signal=9, out_of_memory=True)
    assert exit_.text == "killed by signal 9 (SIGKILL): out of memory"


async def test_being_killed_is_not_running_out_of_memory(run_with: RunWith) -> None:
    assert await run_with("import os; os.kill(os.getpid(), 9)", Limits()) == Exit(signal=9)


async def test_one_that_fills_the_disk_is_ended_and_told_why(run_with: RunWith) -> None:
    fills = "import time\nopen('filling', 'wb').write(bytes(12 << 20))\ntime.sleep(600)"
    exit_ = await run_with(fills, Limits(disk=8 * MIB))
    assert exit_.text == "ended because it kept more than 8 MiB on the disk"


def test_all_that_a_run_keeps_is_counted(tmp_path: Path) -> None:
    (tmp_path / "app/inner").mkdir(parents=True)
    (tmp_path / "app/inner/large").write_bytes(bytes(3 * MIB))
    assert not is_full(tmp_path, 4 * MIB)
    for number in range(300):
        (tmp_path / f"app/{number}").touch()
    assert is_full(tmp_path, 4 * MIB)


def test_folders_that_it_closed_to_itself_are_counted(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed/large").write_bytes(bytes(3 * MIB))
    (tmp_path / "closed").chmod(0)
    assert is_full(tmp_path, 2 * MIB)


def test_folders_deeper_than_can_be_counted_are_too_much(tmp_path: Path) -> None:
    here = os.getcwd()
    try:
        os.chdir(tmp_path)
        for _ in range(90):
            os.mkdir("d" * 60)
            os.chdir("d" * 60)
    finally:
        os.chdir(here)
    assert is_full(tmp_path, MIB)


def test_a_closed_folder_counts_and_what_a_link_leads_to_does_not(tmp_path: Path) -> None:
    outside, run = tmp_path / "outside", tmp_path / "run"
    for folder in (outside, run / "closed"):
        folder.mkdir(parents=True)
        (folder / "large").write_bytes(os.urandom(MIB))
    (run / "link").symlink_to(outside)
    for folder in (outside, run / "closed"):
        folder.chmod(0)
    assert not is_full(run, MIB + MIB // 2)
    assert is_full(run, MIB // 2)
    assert stat.S_IMODE(outside.stat().st_mode) == 0
    outside.chmod(0o700)


def test_without_a_bound_nothing_is_looked_at(tmp_path: Path) -> None:
    assert Disk(str(tmp_path), 0).next_look is None
    assert not is_full(tmp_path, 0)


def is_full(folder: Path, most: int) -> bool:
    disk = Disk(str(folder), most)
    return disk.overflows(time.monotonic() + 60)
