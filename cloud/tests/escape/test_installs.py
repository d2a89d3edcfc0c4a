"""An install tries what a run tries, and what only an install can: the code is a stranger's already then."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from pgc.bundles.errors import BundleError
from pgc.sandbox.contract import Sandbox

from .scene import PATIENCE, PATIENT, Scene, Tried, needs, scene

pytestmark = PATIENT

LATER_SLOT, SWAPPERS_SLOT = 2, 3
SWAPS_ITS_FOLDER = """#!/bin/sh
here=$(pwd)
cd ..
mv "$here" away
ln -s {place} "$here"
"""


@dataclass(frozen=True, slots=True)
class Installed:
    first: Tried
    second: Tried
    left: list[psutil.Process]
    trap_is_sprung: bool
    refusal: str


@pytest.fixture(scope="module")
def installed(isolated: Sandbox, laid_out_sdk: Path) -> Installed:
    async def play() -> Installed:
        async with scene(isolated, laid_out_sdk) as here:
            return await install(here)

    return asyncio.run(play())


async def install(here: Scene) -> Installed:
    everything = ("reading", "writing", "kernel", "sockets", "installing", "lingering")
    first = await here.attacker(at_install=everything)
    left = here.processes_of_installs()
    second = await here.attacker(at_install=("installing",), slot=LATER_SLOT)
    await here.run(first)  # its traps are among its packages now
    await here.neighbour.is_well(PATIENCE)
    _, left = await asyncio.to_thread(psutil.wait_procs, left, PATIENCE)
    tried = (here.tried_at_install(attacker) for attacker in (first, second))
    return Installed(*tried, left, here.trap_is_sprung(), await swap(here))


async def swap(here: Scene) -> str:
    """What is told of a script that leaves a neighbour's bundle in the place of its own source."""
    script = SWAPS_ITS_FOLDER.format(place=here.bundle_of(here.neighbour.nodeserver))
    folder = here.home.write("swapper", "", {"install.sh": script}, install_cloud="install.sh")
    with pytest.raises(BundleError) as caught:
        await here.home.add(folder, SWAPPERS_SLOT)
    return str(caught.value)


def test_an_install_reads_nothing_of_others(installed: Installed) -> None:
    installed.first.refused("read_the_hosts_shadow", "read_the_hosts_users", "read_a_home", "read_roots_home")
    installed.first.refused("read_the_database", "read_the_keyring", "read_the_api_token", "read_the_authority")
    installed.first.refused("read_a_neighbours_bundle", "read_a_neighbours_run", "read_the_platforms_environment")
    installed.first.refused("read_every_environment", "read_its_own_environment", "list_the_hosts_processes")


def test_an_install_writes_nothing_of_others(installed: Installed) -> None:
    installed.first.refused("write_the_system", "write_the_pythons_packages", "change_the_interpreter")
    installed.first.refused("write_a_neighbours_bundle", "write_a_neighbours_run", "write_the_kernels_settings")
    installed.first.refused("write_where_bundles_are_kept")


def test_an_install_gets_no_more_of_the_kernel_than_a_run(installed: Installed, isolated: Sandbox) -> None:
    needs(isolated, "system calls")
    installed.first.refused("mount_something", "open_namespaces_of_its_own", "hold_a_capability", "trace_processes")
    installed.first.refused(
        "use_calls_with_a_bad_name",
        "use_the_kernels_keys",
        "call_the_kernel_as_x32",
        "call_the_kernel_as_a_program_of_32_bit",
    )


def test_an_install_reaches_nothing_of_the_host(installed: Installed, isolated: Sandbox) -> None:
    needs(isolated, "network", "system calls")
    installed.first.refused("connect_to_the_hosts_loopback", "connect_to_link_local_addresses")
    installed.first.refused("connect_to_an_abstract_socket", "connect_to_every_unix_socket")
    installed.first.refused("open_a_socket_beside_the_network")


def test_an_install_leaves_nothing_for_the_install_of_a_neighbour(installed: Installed) -> None:
    installed.first.refused("find_what_a_neighbours_install_left")
    installed.second.refused("find_what_a_neighbours_install_left")


def test_a_script_that_swaps_its_folder_for_another_gets_nothing_of_that(installed: Installed) -> None:
    """The platform takes what a script leaves, with rights that the script did not have."""
    assert "a link is where its own folder was" in installed.refusal


def test_no_process_outlives_its_install(installed: Installed) -> None:
    installed.first.refused("leave_processes_behind", "leave_a_hydra_behind")
    assert installed.left == []


def test_no_python_of_the_host_runs_what_was_installed(installed: Installed) -> None:
    """Such as ``.pth`` files and ``sitecustomize``, which an interpreter runs by itself."""
    assert not installed.trap_is_sprung
