"""A run's wish counts once, and for that run only."""

from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.states import State
from pgc.nodeservers.wishes import Wish, Wished, Wishes

from .conftest import Home
from .fake_run import FakeRun


async def test_the_first_wish_of_a_run_counts(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    other = await home.add(slot=4)
    await home.start(other)
    assert nodeserver.run is not None
    assert other.run is not None
    wishes = Wishes()
    wishes.make(nodeserver, nodeserver.run, Wish.STOP)
    wishes.make(nodeserver, nodeserver.run, Wish.RESTART)
    wishes.make(other, other.run, Wish.RESTART)
    assert [await wishes.next(), await wishes.next()] == [
        Wished(nodeserver, nodeserver.run, Wish.STOP),
        Wished(other, other.run, Wish.RESTART),
    ]


async def test_a_wish_is_not_granted_to_the_next_run(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    other = await home.add(slot=4)
    await home.start(other)
    first = nodeserver.run
    await home.manager.restart(nodeserver.worker)
    assert first is not None
    assert other.run is not None
    home.wishes.make(nodeserver, first, Wish.STOP)
    home.wishes.make(other, other.run, Wish.STOP)
    await home.until(other, State.STOPPED)
    assert nodeserver.state is State.STARTING
