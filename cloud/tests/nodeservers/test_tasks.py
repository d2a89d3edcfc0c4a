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
