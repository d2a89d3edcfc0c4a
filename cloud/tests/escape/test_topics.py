"""A run speaks MQTT with its own login, to hear its neighbours and to speak for them."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from pgc.broker.mosquitto_files import Installed
from pgc.nodeservers.nodeserver import NodeServer
from pgc.sandbox.contract import Sandbox
from pgc.workers.runtime import Exit

from .scene import PATIENT, Tried, scene

pytestmark = PATIENT


@dataclass(frozen=True, slots=True)
class Played:
    tried: Tried
    neighbour: NodeServer
    neighbours_exit: Exit | None


@pytest.fixture(scope="module", params=["embedded", "mosquitto"])
def played(request: pytest.FixtureRequest, isolated: Sandbox, laid_out_sdk: Path) -> Played:
    if request.param == "mosquitto" and Installed.find() is None:
        pytest.skip("mosquitto is not installed")

    async def play() -> Played:
        async with scene(isolated, laid_out_sdk, broker=request.param) as here:
            tried, neighbour = await here.tries("topics"), here.neighbour.nodeserver
            return Played(tried, neighbour, neighbour.last_exit)

    return asyncio.run(play())


def test_a_neighbours_topics_are_not_heard(played: Played) -> None:
    played.tried.refused("subscribe_to_the_neighbour", "subscribe_to_all", "subscribe_to_the_brokers_own_topics")


def test_nobody_speaks_for_a_neighbour(played: Played) -> None:
    played.tried.refused("speak_as_the_neighbour", "speak_for_the_whole_home", "die_as_the_neighbour")
    assert played.neighbour.saved.data == {}
    assert set(played.neighbour.nodes) == {"controller"}


def test_nobody_speaks_for_the_platform(played: Played) -> None:
    played.tried.refused("speak_as_the_platform_to_the_neighbour")
    assert played.neighbours_exit is None


def test_nobody_comes_in_but_with_its_own_login(played: Played) -> None:
    played.tried.refused("come_in_under_other_names", "make_a_login")


def test_nothing_is_left_for_a_later_run(played: Played) -> None:
    played.tried.refused("leave_a_message_for_later")
