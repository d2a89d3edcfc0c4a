"""The queue of starts: some at once, the others in order, and whoever leaves makes room."""

import asyncio
from contextlib import ExitStack

from pgc.nodeservers.starts import Starts, Turn

from .fake_run import SOON


async def came(turn: Turn) -> None:
    async with asyncio.timeout(SOON):
        await turn.come()


async def test_so_many_start_at_once_and_the_others_see_their_place() -> None:
    starts = Starts(2)
    with ExitStack() as stack:
        turns = [stack.enter_context(starts.turn(urgent=False)) for _ in range(5)]
        assert [turn.place for turn in turns] == [0, 0, 1, 2, 3]
        for turn in turns[:2]:
            await came(turn)


async def test_who_has_started_makes_room_for_who_came_first() -> None:
    starts = Starts(1)
    with ExitStack() as stack:
        first = starts.turn(urgent=False)
        first.__enter__()
        second, third = (stack.enter_context(starts.turn(urgent=False)) for _ in range(2))
        first.__exit__(None, None, None)
        await came(second)
        assert (second.place, third.place) == (0, 1)


async def test_an_owners_start_comes_before_the_platforms_own() -> None:
    starts = Starts(1)
    with ExitStack() as stack:
        first = starts.turn(urgent=False)
        first.__enter__()
        platforms = stack.enter_context(starts.turn(urgent=False))
        owners = [stack.enter_context(starts.turn(urgent=True)) for _ in range(2)]
        assert [turn.place for turn in (*owners, platforms)] == [1, 2, 3]
        first.__exit__(None, None, None)
        await came(owners[0])
        assert [turn.place for turn in (*owners, platforms)] == [0, 1, 2]


async def test_who_gives_up_leaves_no_gap() -> None:
    starts = Starts(1)
    with ExitStack() as stack:
        stack.enter_context(starts.turn(urgent=False))
        leaving = starts.turn(urgent=False)
        leaving.__enter__()
        last = stack.enter_context(starts.turn(urgent=False))
        assert last.place == 2
        leaving.__exit__(None, None, None)
        assert last.place == 1
