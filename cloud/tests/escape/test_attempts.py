"""The attempts themselves: where nothing isolates they get what they are after, and say so.

Else a promise could be kept by a mistake in the attempt. Only those are made here that touch nothing but the home of
the test, whatever they get: never those of `kernel` and `writing`, nor those that take all there is.
"""

import asyncio
import sys
from pathlib import Path

import pytest

from pgc.sandbox.unconfined import Unconfined

from .scene import PATIENT, Tried, scene

pytestmark = PATIENT

SUCCEED = (
    *("read_a_home", "read_the_database", "read_the_keyring", "read_the_api_token", "read_the_authority"),
    *("read_a_neighbours_bundle", "read_a_neighbours_run", "read_through_links", "read_the_platforms_environment"),
    *("list_the_data_folder", "list_the_hosts_processes", "read_the_hosts_users", "look_through_the_root_of_others"),
    *("read_its_own_bundle", "write_its_own_bundle", "write_beside_its_own_folders"),
    *("list_all_runs", "reach_its_keeper", "replace_the_brokers_socket"),
    *("connect_to_the_hosts_loopback", "connect_to_an_abstract_socket", "connect_to_every_unix_socket"),
    *("connect_to_a_neighbours_keeper", "see_the_hosts_network", "connect_to_its_own_keeper"),
)


@pytest.fixture(scope="module")
def tried(laid_out_sdk: Path) -> Tried:
    if sys.platform != "linux":
        pytest.skip("the attempts are made for Linux")

    async def play() -> Tried:
        async with scene(Unconfined("chosen by the test"), laid_out_sdk) as here:
            attacker = await here.attacker("reading", "placed", "sockets")
            return await here.run(attacker)

    return asyncio.run(play())


def test_without_isolation_they_get_what_they_are_after(tried: Tried) -> None:
    failed = [name for name in SUCCEED if not tried.outcomes.get(name, "").startswith("SUCCEEDED")]
    assert failed == []


def test_none_of_them_is_broken(tried: Tried) -> None:
    broken = {name for name, outcome in tried.outcomes.items() if outcome.startswith("BROKEN")}
    assert broken <= {"change_its_own_packages"}, "without isolation they are elsewhere"
