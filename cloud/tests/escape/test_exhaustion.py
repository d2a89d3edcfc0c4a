"""A run takes all that there is of one thing; what it gets is bounded, its neighbour goes on, and its stop ends it."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.states import State
from pgc.sandbox.contract import MIB, Sandbox

from .scene import PATIENCE, PATIENT, Scene, Tried, needs, scene

pytestmark = PATIENT

PROCESSES, MEMORY, DISK = 80, 192 * MIB, 32 * MIB
SETTINGS = {
    "run_processes": PROCESSES,
    "run_memory_megabytes": MEMORY // MIB,
    "run_disk_megabytes": DISK // MIB,
    "restart_crashed": False,
    "stop_grace": 2.0,
}
TOO_MUCH = {"most processes": 4 * PROCESSES, "most memory": 3 * MEMORY, "most disk": DISK}


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def here(runner: asyncio.Runner, isolated: Sandbox, laid_out_sdk: Path) -> Iterator[Scene]:
    """One home for all of them, one after the other."""
    playing = scene(isolated, laid_out_sdk, **SETTINGS)
    yield runner.run(playing.__aenter__())
    runner.run(playing.__aexit__(None, None, None))


async def started(here: Scene, module: str) -> NodeServer:
    attacker = await here.attacker(module, more=TOO_MUCH)
    await here.home.platform.manager.start(attacker.worker)
    return attacker


async def has_tried(here: Scene, attacker: NodeServer) -> Tried:
    """All of it, unless its run has not outlived that."""
    everything = asyncio.create_task(here.home.said(attacker, "tried everything", PATIENCE))
    ended = asyncio.create_task(attacker.until(State.CRASHED, State.PARKED))
    done, waiting = await asyncio.wait({everything, ended}, return_when=asyncio.FIRST_COMPLETED, timeout=PATIENCE)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert done
    return Tried(entry.text for entry in attacker.journal.entries())


async def removed(here: Scene, attacker: NodeServer) -> None:
    """The neighbour is well, and nothing of the attacker stays."""
    await here.neighbour.is_well(PATIENCE)
    before = here.processes_of(attacker) if attacker.run else []
    await here.home.platform.manager.stop(attacker.worker)
    _, left = await asyncio.to_thread(psutil.wait_procs, before, PATIENCE)
    assert left == []
    await here.home.platform.manager.remove(attacker.worker)


def test_processes_are_bounded(runner: asyncio.Runner, here: Scene, isolated: Sandbox) -> None:
    if os.geteuid() == 0:
        needs(isolated, "limits")

    async def play() -> None:
        attacker = await started(here, "forking")
        tried = await has_tried(here, attacker)
        await removed(here, attacker)
        tried.refused("fork_without_end")

    runner.run(play())


def test_open_files_are_bounded_and_no_core_is_dumped(runner: asyncio.Runner, here: Scene) -> None:
    async def play() -> None:
        attacker = await started(here, "opening")
        tried = await has_tried(here, attacker)
        await removed(here, attacker)
        tried.refused("open_files_without_end", "write_a_file_without_end", "reserve_memory_without_end")
        tried.refused("fill_the_memory_with_files", "dump_core")

    runner.run(play())


@pytest.mark.parametrize(("module", "attempt"), [("hoarding", "fill_the_disk"), ("naming", "fill_the_disk_with_names")])
def test_the_disk_is_bounded(runner: asyncio.Runner, here: Scene, module: str, attempt: str) -> None:
    async def play() -> None:
        attacker = await started(here, module)
        tried = await has_tried(here, attacker)
        reason = attacker.reason
        await removed(here, attacker)
        assert attempt not in tried.outcomes, "it was ended before"
        assert f"more than {DISK // MIB} MiB on the disk" in reason

    runner.run(play())


def test_memory_is_bounded(runner: asyncio.Runner, here: Scene, isolated: Sandbox) -> None:
    """Where the attempts themselves are killed for it, the run goes on, or goes with them."""
    needs(isolated, "limits")

    async def play() -> None:
        attacker = await started(here, "devouring")
        tried = await has_tried(here, attacker)
        state, reason = attacker.state, attacker.reason
        await removed(here, attacker)
        if state is State.CRASHED:
            assert "out of memory" in reason
        else:
            tried.refused("eat_memory_in_one_process", "eat_memory_in_many_processes")

    runner.run(play())


def test_floods_of_log_and_broker_take_nothing_from_a_neighbour(runner: asyncio.Runner, here: Scene) -> None:
    async def play() -> None:
        attacker = await started(here, "flooding")
        await here.home.said(attacker, "tried flood_the_broker: refused it goes on", PATIENCE)
        await here.neighbour.is_well(PATIENCE)
        await here.home.said(attacker, "are left out here: too many", PATIENCE)
        floods = Tried(entry.text for entry in attacker.journal.entries()).outcomes
        await removed(here, attacker)
        assert floods.keys() <= {"flood_the_broker", "flood_the_log"}, "of the second one not even that may be left"

    runner.run(play())
