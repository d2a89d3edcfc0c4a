"""A run tries to read and to write what belongs to the host, to the platform or to a neighbour."""

import asyncio
from pathlib import Path

import pytest

from pgc.sandbox.contract import Sandbox

from .scene import PATIENT, Tried, scene

pytestmark = PATIENT


@pytest.fixture(scope="module")
def tried(isolated: Sandbox, laid_out_sdk: Path) -> Tried:
    async def play() -> Tried:
        async with scene(isolated, laid_out_sdk) as here:
            return await here.tries("reading", "writing", "placed")

    return asyncio.run(play())


def test_the_hosts_files_are_out_of_reach(tried: Tried) -> None:
    tried.refused("read_the_hosts_shadow", "read_the_hosts_users", "read_a_home", "read_roots_home", "read_logs")


def test_the_machine_below_is_out_of_reach(tried: Tried) -> None:
    tried.refused("read_the_kernels_log", "read_the_machines_memory", "find_the_machines_disks", "read_the_hardware")


def test_the_platforms_data_is_out_of_reach(tried: Tried) -> None:
    tried.refused("read_the_database", "read_the_keyring", "read_the_api_token", "read_the_authority")
    tried.refused("list_the_data_folder", "write_the_data_folder")


def test_no_environment_but_its_own_is_there_and_nothing_secret_in_that(tried: Tried) -> None:
    tried.refused("read_the_platforms_environment", "read_every_environment", "read_its_own_environment")
    tried.refused("read_every_command_line")


def test_no_process_but_its_own_is_seen_nor_looked_through(tried: Tried) -> None:
    tried.refused("list_the_hosts_processes", "read_the_platforms_memory", "change_how_the_platform_is_treated")
    tried.refused("look_through_the_root_of_others", "use_inherited_handles")


def test_a_neighbours_files_are_out_of_reach(tried: Tried) -> None:
    tried.refused("read_a_neighbours_bundle", "read_a_neighbours_run", "list_all_runs")
    tried.refused("write_a_neighbours_bundle", "write_a_neighbours_run")


def test_links_in_its_folder_lead_nowhere(tried: Tried) -> None:
    tried.refused("read_through_links", "link_files_of_others_into_its_folder")


def test_nothing_of_the_system_can_be_written(tried: Tried) -> None:
    tried.refused("write_the_system", "write_devices_and_kernel_folders", "write_the_pythons_packages")
    tried.refused("change_the_interpreter")


def test_the_kernels_settings_can_only_be_read(tried: Tried) -> None:
    tried.refused("write_the_kernels_settings", "press_the_magic_key", "write_the_control_groups")


def test_the_sdk_that_all_runs_share_cannot_be_changed(tried: Tried) -> None:
    tried.refused("write_the_sdk", "change_the_sdk")


def test_what_its_next_run_starts_from_cannot_be_changed(tried: Tried) -> None:
    tried.refused("read_its_own_bundle", "write_its_own_bundle", "change_its_own_packages")


def test_it_writes_in_its_own_folders_only(tried: Tried) -> None:
    tried.refused("write_beside_its_own_folders", "reach_its_keeper")


def test_the_way_to_the_broker_cannot_be_replaced(tried: Tried) -> None:
    tried.refused("replace_the_brokers_socket", "list_the_brokers_folder")
