"""A run asks the kernel for more than it was given."""

import asyncio
from pathlib import Path

import pytest

from pgc.sandbox.contract import Sandbox

from .scene import PATIENT, Tried, needs, scene

pytestmark = PATIENT


@pytest.fixture(scope="module")
def tried(isolated: Sandbox, laid_out_sdk: Path) -> Tried:
    needs(isolated, "system calls")

    async def play() -> Tried:
        async with scene(isolated, laid_out_sdk) as here:
            return await here.tries("kernel")

    return asyncio.run(play())


def test_nothing_is_mounted_unmounted_or_left(tried: Tried) -> None:
    tried.refused("mount_something", "unmount_something", "change_its_root")


def test_no_namespace_is_opened_or_entered(tried: Tried) -> None:
    tried.refused("open_namespaces_of_its_own", "enter_the_namespaces_of_others")


def test_it_stays_the_user_that_it_is(tried: Tried) -> None:
    tried.refused("become_another_user", "gain_by_a_setuid_program", "hold_a_capability")
    tried.refused("gain_by_the_first_process")


def test_no_process_is_signalled_or_traced(tried: Tried) -> None:
    tried.refused("signal_the_platform", "trace_processes")


def test_clock_and_names_are_the_hosts(tried: Tried) -> None:
    tried.refused("set_the_clock", "rename_the_host", "see_the_hosts_name")


def test_no_device_is_made_and_the_machine_goes_on(tried: Tried) -> None:
    tried.refused("make_a_device", "stop_the_machine", "use_ports_of_the_machine")


def test_no_code_gets_into_the_kernel(tried: Tried) -> None:
    tried.refused("load_code_into_the_kernel")


def test_calls_with_a_bad_name_are_closed(tried: Tried) -> None:
    tried.refused("use_calls_with_a_bad_name", "use_the_kernels_keys")


def test_calls_by_another_door_are_closed_too(tried: Tried) -> None:
    tried.refused("call_the_kernel_as_x32", "call_the_kernel_as_a_program_of_32_bit")


def test_nothing_is_typed_into_the_owners_terminal(tried: Tried) -> None:
    tried.refused("type_into_a_terminal")


def test_no_memory_is_shared_by_name(tried: Tried) -> None:
    tried.refused("share_memory_with_the_host")


def test_its_limits_stay_and_nobody_waits_for_it(tried: Tried) -> None:
    tried.refused("raise_its_own_limits", "come_before_others")


def test_the_way_by_which_it_was_started_cannot_be_taken(tried: Tried) -> None:
    tried.refused("take_the_claim_socket")
