"""Handlers that take long, as the owner sees them: in the API, and in the NodeServer's log once they are stuck."""

import time
from types import SimpleNamespace

import pytest

from pgc.api.shapes import HandlerShape, NodeServerShape
from pgc.nodeservers import handlers
from pgc.nodeservers.handlers import STUCK
from pgc.nodeservers.nodeserver import NodeServer

from .conftest import Home, line
from .fake_run import FakeRun, Json


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half an hour has passed."""
    monkeypatch.setattr(handlers, "time", SimpleNamespace(time=lambda: time.time() + 3 * STUCK))


async def shown(nodeserver: NodeServer, run: FakeRun, beat: Json) -> HandlerShape | None:
    await run.send({"beat": beat})
    await run.save({"customparamsdoc": "x"})  # answered after what came before it
    return NodeServerShape.of(nodeserver).handler


def stuck_lines(nodeserver: NodeServer) -> list[str]:
    return [entry.text for entry in nodeserver.journal.entries() if "it is stuck" in entry.text]


async def test_one_that_takes_long_is_shown_until_it_ends(nodeserver: NodeServer, run: FakeRun) -> None:
    assert NodeServerShape.of(nodeserver).handler is None
    since = time.time()
    handler = await shown(nodeserver, run, {"handler": "lamp DON", "since": since})
    assert handler == HandlerShape(name="lamp DON", since=since, stuck=False)
    assert await shown(nodeserver, run, {}) is None
    assert stuck_lines(nodeserver) == []


async def test_after_ten_minutes_it_is_stuck_and_told_once(nodeserver: NodeServer, run: FakeRun, later: None) -> None:
    beat = {"handler": "lamp DON", "since": time.time()}
    for _ in range(3):
        handler = await shown(nodeserver, run, beat)
        assert handler is not None
        assert handler.stuck
    assert stuck_lines(nodeserver) == [
        "lamp DON has not returned for 30 minutes: it is stuck, and so is what waits for it"
    ]
    await shown(nodeserver, run, {**beat, "handler": "shortPoll"})
    assert len(stuck_lines(nodeserver)) == 2


@pytest.mark.parametrize("since", [-1e300, 0, 1e300, None])
async def test_a_clock_that_is_wrong_makes_nothing_stuck(
    since: float | None, nodeserver: NodeServer, run: FakeRun
) -> None:
    handler = await shown(nodeserver, run, {"handler": "lamp DON", "since": since})
    assert handler is not None
    assert not handler.stuck
    assert nodeserver.record.time_started / 1000 <= handler.since <= time.time()


async def test_a_name_is_shown_bounded_and_escaped(nodeserver: NodeServer, run: FakeRun, later: None) -> None:
    handler = await shown(nodeserver, run, {"handler": "\x1b[2J" + "x" * 1000, "since": time.time()})
    assert handler is not None
    assert handler.name.startswith("\\x1b[2Jx")
    assert len(handler.name) < 300
    assert line(nodeserver, "\x1b") is None


async def test_the_next_run_begins_anew(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    assert await shown(nodeserver, run, {"handler": "lamp DON"})
    await home.manager.stop(nodeserver.worker)
    assert NodeServerShape.of(nodeserver).handler is None
    await home.start(nodeserver)
    assert NodeServerShape.of(nodeserver).handler is None


async def test_a_stuck_one_restarts_its_nodeserver_only_where_the_owner_chose_so(
    home: Home, nodeserver: NodeServer, run: FakeRun, later: None
) -> None:
    beat = {"handler": "lamp DON", "since": time.time()}
    await shown(nodeserver, run, beat)
    assert nodeserver.run is not None
    assert not nodeserver.run.wished
    await home.manager.set_restart_stuck(nodeserver.worker, True)
    await run.send({"beat": beat})
    await home.said(nodeserver, "it is restarted, as its owner chose for when a handler is stuck")
    await home.runtime.assigned(2)
    await home.crash()
    await home.open()
    assert home.manager.get(nodeserver.worker).record.restart_stuck
