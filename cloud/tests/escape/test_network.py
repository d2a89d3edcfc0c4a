"""A run connects to what listens on the host and is not for it."""

import asyncio
from pathlib import Path

import pytest

from pgc.sandbox.contract import Sandbox

from .scene import PATIENT, Tried, needs, scene

pytestmark = PATIENT


@pytest.fixture(scope="module")
def tried(isolated: Sandbox, laid_out_sdk: Path) -> Tried:
    async def play() -> Tried:
        async with scene(isolated, laid_out_sdk) as here:
            return await here.tries("sockets")

    return asyncio.run(play())


def test_the_hosts_loopback_is_out_of_reach(tried: Tried, isolated: Sandbox) -> None:
    needs(isolated, "network")
    tried.refused("connect_to_the_hosts_loopback", "connect_to_the_host_by_its_gateway")


def test_the_hosts_own_addresses_are_out_of_reach(tried: Tried, isolated: Sandbox) -> None:
    needs(isolated, "network")
    tried.refused("connect_to_the_hosts_own_addresses")


def test_the_platforms_listeners_are_out_of_reach(tried: Tried) -> None:
    tried.refused("connect_to_the_platforms_api", "connect_to_the_isy_as_its_neighbour")


def test_link_local_addresses_are_out_of_reach(tried: Tried, isolated: Sandbox) -> None:
    needs(isolated, "network")
    tried.refused("connect_to_link_local_addresses")


def test_unix_sockets_of_others_are_out_of_reach(tried: Tried, isolated: Sandbox) -> None:
    needs(isolated, "network")
    tried.refused("connect_to_every_unix_socket", "connect_to_an_abstract_socket")


def test_keepers_are_out_of_reach(tried: Tried) -> None:
    tried.refused("connect_to_a_neighbours_keeper", "connect_to_its_own_keeper")


def test_the_hosts_network_is_neither_seen_nor_changed(tried: Tried, isolated: Sandbox) -> None:
    needs(isolated, "network")
    tried.refused("see_the_hosts_network", "change_the_network", "open_a_raw_socket")


def test_no_socket_goes_past_the_network(tried: Tried, isolated: Sandbox) -> None:
    needs(isolated, "system calls")
    tried.refused("open_a_socket_beside_the_network")
