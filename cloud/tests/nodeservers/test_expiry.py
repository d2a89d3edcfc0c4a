"""Temporary notices: gone when their time is over, whatever happens meanwhile."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text

from pgc.nodeservers.events import NoticesChanged
from pgc.nodeservers.nodeserver import NodeServer

from .conftest import Home
from .fake_run import SOON, FakeRun, Json

LONG = 3600.0


def showing(seconds: dict[str, float], **notices: str) -> Json:
    return {"patchnotices": {"set": notices, "seconds": seconds}}


async def without(home: Home, nodeserver: NodeServer, key: str) -> None:
    """Waits until this notice is gone."""
    with home.events.subscribe(NoticesChanged) as changes:
        async with asyncio.timeout(SOON):
            while key in nodeserver.saved.notices:
                await anext(changes)


async def test_a_notice_goes_when_its_time_is_over_and_the_run_is_told(
    home: Home, nodeserver: NodeServer, run: FakeRun
) -> None:
    await run.save(showing({"soon": 0.05, "later": LONG}, soon="x", later="y", ever="z"))
    await without(home, nodeserver, "soon")
    config = await run.until(lambda frame: set(frame.get("config", {}).get("notices", {})) == {"later", "ever"})
    assert config["config"]["rev"]["notices"] == 2
    (stored,) = await home.storage.nodeservers.all()
    assert (set(stored.saved.notices), set(stored.saved.notice_ends)) == ({"later", "ever"}, {"later"})


async def test_a_nearer_end_does_not_wait_for_a_farther_one(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    await run.save(showing({"later": LONG}, later="x"))
    await run.save(showing({"soon": 0.05}, soon="y"))
    await without(home, nodeserver, "soon")
    assert set(nodeserver.saved.notices) == {"later"}


async def test_one_that_was_shown_anew_for_longer_stays(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    await run.save(showing({"a": 0.05, "b": 0.1}, a="x", b="y"))
    await run.save(showing({"a": LONG}, a="x"))
    await without(home, nodeserver, "b")
    assert nodeserver.saved.notices == {"a": "x"}


async def test_one_whose_time_ended_while_the_platform_was_away_goes_at_its_start(
    home: Home, nodeserver: NodeServer, run: FakeRun
) -> None:
    await run.save(showing({"a": LONG, "b": LONG}, a="x", b="y"))
    away = replace(nodeserver.saved, notice_ends={**nodeserver.saved.notice_ends, "a": 1})
    async with home.storage.database.saving() as tx:
        await home.storage.nodeservers.save(tx, nodeserver.worker, away)
    await home.crash()
    await home.open()
    found = home.manager.get(nodeserver.worker)
    await without(home, found, "a")
    assert found.saved.notices == {"b": "y"}


async def test_one_of_a_nodeserver_that_is_stopped_goes_too(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    await run.save(showing({"a": 0.3}, a="x"))
    await home.manager.stop(nodeserver.worker)
    await without(home, nodeserver, "a")


async def test_what_could_not_be_saved_is_tried_again(
    home: Home, nodeserver: NodeServer, run: FakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = asyncio.Event()
    monkeypatch.setattr("pgc.nodeservers.expiry._PAUSE_AFTER_FAULT", 0.05)
    monkeypatch.setattr("pgc.nodeservers.expiry._log.exception", lambda *_: failed.set())
    await run.save(showing({"a": 0.3}, a="x"))
    async with home.storage.database.saving() as tx:
        await tx.execute(text("CREATE TRIGGER no BEFORE UPDATE ON nodeservers BEGIN SELECT RAISE(ABORT, 'no'); END"))
    async with asyncio.timeout(SOON):
        await failed.wait()
    assert nodeserver.saved.notices == {"a": "x"}
    async with home.storage.database.saving() as tx:
        await tx.execute(text("DROP TRIGGER no"))
    await without(home, nodeserver, "a")
