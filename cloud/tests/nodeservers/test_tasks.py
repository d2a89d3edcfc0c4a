"""Tasks that belong to something: they end when they are told to, and their failures are seen."""

import asyncio

import pytest

from pgc.nodeservers import tasks


async def test_a_task_that_loses_its_cancellation_is_cancelled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "_PATIENCE", 0.01)
    lost = asyncio.Event()

    async def deaf_once() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            lost.set()
        await asyncio.Event().wait()

    task = tasks.begin(deaf_once(), "deaf")
    await asyncio.sleep(0)  # it has begun to wait
    await tasks.end([task])
    assert lost.is_set()
    assert task.cancelled()


async def test_a_task_that_fails_is_seen(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise KeyError("a fault of ours")

    task = tasks.begin(fail(), "the lane of w1")
    await asyncio.wait([task])
    await tasks.end([task])
    assert "the lane of w1 ended by a fault of the platform" in caplog.text
    assert "a fault of ours" in caplog.text


async def test_what_must_not_be_disturbed_is_done_before_its_cancellation_counts() -> None:
    begun, go_on, steps = asyncio.Event(), asyncio.Event(), []

    async def work() -> None:
        begun.set()
        await go_on.wait()
        steps.append("done")

    async def caller() -> None:
        await tasks.undisturbed(work())
        steps.append("not reached")

    task = asyncio.create_task(caller())
    await begun.wait()
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert steps == ["done"]


async def test_what_must_not_be_disturbed_gives_its_result_and_its_failure() -> None:
    async def give() -> int:
        return 7

    async def fail() -> None:
        raise KeyError("x")

    assert await tasks.undisturbed(give()) == 7
    with pytest.raises(KeyError):
        await tasks.undisturbed(fail())


@pytest.mark.parametrize("brings", [True, False])
async def test_what_is_not_wanted_any_more_is_broken_off_once_or_given_back(brings: bool) -> None:
    begun, tidied, given_back = asyncio.Event(), asyncio.Event(), []

    async def work() -> str:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await tidied.wait()  # would be disturbed by a second cancellation
            if not brings:
                raise
        return "a process"

    async def give_back(what: str) -> None:
        given_back.append(what)

    task = asyncio.create_task(tasks.obtained(work(), give_back))
    await begun.wait()
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0)
    tidied.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert given_back == (["a process"] if brings else [])
