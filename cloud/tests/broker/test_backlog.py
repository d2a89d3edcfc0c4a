import asyncio

from pgc.broker.backlog import Backlog


def test_ids_in_use_are_not_issued_again():
    backlog = Backlog()
    first = backlog.issue()
    issued = [backlog.issue() for _ in range(3)]
    for packet_id in issued:
        backlog.acknowledge(packet_id)
    again = {backlog.issue() for _ in range(65534)}
    assert first not in again
    assert again == set(range(1, 65536)) - {first}


async def test_waiting_for_the_present_is_not_held_up_by_what_comes_later():
    backlog = Backlog()
    now = backlog.issue()
    waiting = asyncio.create_task(backlog.wait_for_present())
    await asyncio.sleep(0)
    later = backlog.issue()
    backlog.acknowledge(later)
    await asyncio.sleep(0)
    assert not waiting.done()
    backlog.issue()
    backlog.acknowledge(now)
    await asyncio.wait_for(waiting, 5)


async def test_nobody_waits_for_one_that_is_gone():
    backlog = Backlog()
    backlog.issue()
    waiting = asyncio.gather(backlog.wait_below(1), backlog.wait_for_present())
    await asyncio.sleep(0)
    backlog.clear()
    await asyncio.wait_for(waiting, 5)
