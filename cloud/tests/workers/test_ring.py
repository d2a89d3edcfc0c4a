"""The newest is kept, any number of readers gets it, and none that is slow holds up anybody."""

import asyncio

import pytest

from pgc.workers.ring import Missed, Ring


@pytest.fixture
def ring() -> Ring[str]:
    return Ring(len, most=3, most_size=10)


def test_the_oldest_go_when_there_are_too_many_or_they_are_too_large(ring: Ring[str]) -> None:
    for item in ("a", "b", "c", "d"):
        ring.add(item)
    assert (ring.items(), ring.tail(2), ring.first, ring.end) == (["b", "c", "d"], ["c", "d"], 1, 4)
    ring.add("eeeeeeeee")
    assert ring.items() == ["d", "eeeeeeeee"]
    ring.add("f" * 100)
    assert ring.items() == ["f" * 100]


async def test_each_reader_gets_everything_from_its_position_on(ring: Ring[str]) -> None:
    ring.add("a")
    all_, new = ring.reader(0), ring.reader(ring.end)
    waiting = asyncio.create_task(new.more())
    await asyncio.sleep(0)
    ring.add("b")
    assert await waiting == ["b"]
    assert await all_.more() == ["a", "b"]
    ring.close()
    assert await all_.more() == await new.more() == []


async def test_who_is_too_slow_is_told_how_many_it_missed(ring: Ring[str]) -> None:
    slow = ring.reader(0)
    for item in "abcde":
        ring.add(item)
    assert await slow.more() == [Missed(2), "c", "d", "e"]


async def test_a_reader_takes_no_more_than_it_wants(ring: Ring[str]) -> None:
    reader = ring.reader(0)
    for item in "abc":
        ring.add(item)
    assert [reader.take(2), reader.take(2), reader.take(2)] == [["a", "b"], ["c"], []]


async def test_what_came_before_the_end_is_read_before_it(ring: Ring[str]) -> None:
    reader = ring.reader(0)
    ring.add("last")
    ring.close()
    assert await reader.more() == ["last"]
    assert await reader.more() == []


def test_a_reader_can_go_back(ring: Ring[str]) -> None:
    reader = ring.reader(0)
    ring.add("a")
    assert reader.take() == ["a"]
    reader.position = 0
    assert reader.take() == ["a"]
