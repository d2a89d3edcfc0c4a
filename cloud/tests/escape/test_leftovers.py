"""A run leaves behind what should outlive it; after its stop there is nothing of it."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from pgc.sandbox.contract import Sandbox

from .scene import PATIENCE, PATIENT, Scene, Tried, scene

pytestmark = PATIENT

LEFT = 10
"""Processes that the attempts leave: six daemons, a hydra of two heads, one with the log; and the run's own."""


@dataclass(frozen=True, slots=True)
class Stopped:
    tried: Tried
    before: int
    after: list[psutil.Process]
    run_is_gone: bool
    outside_is_whole: bool


@pytest.fixture(scope="module")
def stopped(isolated: Sandbox, laid_out_sdk: Path) -> Stopped:
    async def play() -> Stopped:
        async with scene(isolated, laid_out_sdk) as here:
            return await stop(here)

    return asyncio.run(play())


async def stop(here: Scene) -> Stopped:
    attacker = await here.attacker("lingering", "trapping")
    tried = await here.run(attacker)
    before, folder = here.processes_of(attacker), here.run_folder_of(attacker)
    await here.home.platform.manager.stop(attacker.worker)
    await here.neighbour.is_well(PATIENCE)
    _, after = await asyncio.to_thread(psutil.wait_procs, before, PATIENCE)
    return Stopped(tried, len(before), after, not folder.exists(), here.outside_is_whole())


def test_no_process_outlives_its_run(stopped: Stopped) -> None:
    stopped.tried.refused("leave_processes_behind", "leave_a_hydra_behind", "leave_one_that_holds_the_log_open")
    assert stopped.before >= LEFT
    assert stopped.after == []


def test_no_file_outlives_its_run_and_clearing_away_goes_nowhere_else(stopped: Stopped) -> None:
    stopped.tried.refused("leave_traps_for_whoever_clears_away", "make_a_file_that_cannot_be_removed")
    assert stopped.run_is_gone
    assert stopped.outside_is_whole
