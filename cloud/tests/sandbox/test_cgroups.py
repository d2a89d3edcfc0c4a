"""Control groups: what they bound of a confined program, and where the platform may make them."""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from pgc.sandbox import cgroups
from pgc.sandbox.cgroups import Cgroups, Hierarchy, find_cgroups
from pgc.sandbox.contract import MIB, Limits, Sandbox
from pgc.sandbox.errors import SandboxError

Run = Callable[..., Awaitable[tuple[int, list[str]]]]
EAT = "x = bytearray(400 << 20)\nx[::4096] = bytes([1]) * len(x[::4096])\nprint('eaten')"
EAT_TOGETHER = """
import os, time
for _ in range(5):
    if os.fork() == 0:
        x = bytearray(60 << 20)
        x[::4096] = bytes([1]) * len(x[::4096])
        time.sleep(60)
        os._exit(0)
for _ in range(5):
    if os.waitstatus_to_exitcode(os.wait()[1]):
        raise SystemExit(1)
"""


@pytest.fixture
def found(isolated: Sandbox) -> Cgroups:
    found = getattr(isolated, "cgroups", Cgroups())
    if "memory" not in found.controllers:
        pytest.skip("memory cannot be bounded here: " + isolated.reason)
    return found


async def test_memory_is_bounded_for_all_its_processes_together(run_isolated: Run, found: Cgroups) -> None:
    limits = Limits(memory=200 * MIB)
    for code in (EAT, EAT_TOGETHER):
        with pytest.raises(SandboxError, match="it took more than 200 MiB of memory"):
            await run_isolated(code, limits=limits)
    assert await run_isolated(EAT, limits=Limits(memory=600 * MIB)) == (0, ["eaten"])


async def test_its_groups_are_gone_with_it(run_isolated: Run, isolated: Sandbox, found: Cgroups) -> None:
    assert await run_isolated("print('up')", name="once") == (0, ["up"])
    assert len(isolated.groups("once")) == len(found.hierarchies)
    assert [folder for folder in isolated.groups("once") if os.path.exists(folder)] == []


def test_a_subtree_that_was_delegated_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Version 2: the platform makes room, and bounds what it puts beside itself. A picture of it in files."""
    group = tmp_path / "user.slice/pgc.service"
    group.mkdir(parents=True)
    (group / "cgroup.controllers").write_text("cpu memory pids io")
    (group / "cgroup.procs").write_text(str(os.getpid()))
    (group / cgroups.OURS).mkdir()
    for name in ("own", "mounted"):
        monkeypatch.setattr(cgroups, name.upper(), tmp_path / name)
    (tmp_path / "own").write_text("0::/user.slice/pgc.service\n")
    (tmp_path / "mounted").write_text(f"31 23 0:28 / {tmp_path} rw shared:1 - cgroup2 cgroup2 rw\n")
    found = find_cgroups()
    assert found.controllers == {"memory", "pids", "cpu"}
    assert (group / "cgroup.subtree_control").read_text() == "+memory +pids +cpu"
    assert (group / cgroups.OURS / "cgroup.procs").read_text() == str(os.getpid())
    words = list(found.words("abc", Limits(memory=MIB, processes=7)))
    assert words[0] == f"group={group}/pgc-abc"
    assert {"bound=memory.max=1048576", "bound=pids.max=7", "bound=memory.swap.max=0"} <= set(words)


def test_what_was_left_behind_goes_and_what_is_new_or_in_use_stays(found: Cgroups) -> None:
    folders = [hierarchy.folder for hierarchy in found.hierarchies]
    for name in ("left", "new"):
        for folder in folders:
            (folder / f"pgc-{name}-{os.getpid()}").mkdir()
    for folder in folders:
        os.utime(folder / f"pgc-left-{os.getpid()}", (0, 0))
    find_cgroups()
    for folder in folders:
        assert not (folder / f"pgc-left-{os.getpid()}").exists()
        (folder / f"pgc-new-{os.getpid()}").rmdir()


def test_where_none_can_be_made_there_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cgroups, "OWN", tmp_path / "gone")
    monkeypatch.setattr(cgroups, "MOUNTED", tmp_path / "gone")
    assert find_cgroups() == Cgroups()
    assert Cgroups().folders("abc") == []


def test_both_versions_bound_the_same() -> None:
    limits = Limits(memory=5 * MIB, processes=9)
    for version in (1, 2):
        hierarchy = Hierarchy(Path("/"), cgroups.CONTROLLERS, version)
        values = [value for _, value in hierarchy.bounds(limits)]
        assert {str(5 * MIB), "9"} <= set(values)
