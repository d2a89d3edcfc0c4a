import asyncio

from pgc.workers.journal import Journal
from pgc.workers.runtime import LogLine, Stream


def line(number: int, text: str = "") -> LogLine:
    return LogLine(number=number, time=float(number), stream=Stream.STDOUT, text=text or f"line {number}")


async def texts(journal: Journal) -> list[str]:
    return [line.text async for line in journal.follow()]


async def test_late_and_live_readers_get_every_line() -> None:
    journal = Journal()
    journal.add(line(1))
    live = asyncio.create_task(texts(journal))
    await asyncio.sleep(0)
    journal.add(line(2))
    journal.end()
    assert await live == ["line 1", "line 2"]
    assert await texts(journal) == ["line 1", "line 2"]


async def test_the_oldest_are_dropped_and_the_gap_is_told() -> None:
    journal = Journal(most_lines=2)
    for number in range(1, 6):
        journal.add(line(number))
    journal.end()
    lines = [line async for line in journal.follow()]
    assert [(line.number, line.text) for line in lines] == [
        (3, "3 lines are left out here: too many"),
        (4, "line 4"),
        (5, "line 5"),
    ]
    assert lines[0].stream is Stream.KEEPER


async def test_a_slow_reader_misses_lines_but_not_the_end() -> None:
    journal = Journal(most_lines=3)
    journal.add(line(1))
    reader = journal.follow()
    assert (await anext(reader)).number == 1
    for number in range(2, 10):
        journal.add(line(number))
    journal.end()
    assert [line.text async for line in reader] == [
        "5 lines are left out here: too many",
        "line 7",
        "line 8",
        "line 9",
    ]


async def test_characters_are_bounded_too() -> None:
    journal = Journal(most_characters=10)
    journal.add(line(1, "a" * 8))
    journal.add(line(2, "b" * 8))
    assert journal.tail(5) == ["b" * 8]
