"""Requests of the ISY: each is answered exactly once, with what the NodeServer found."""

import pytest

from pgc.nodeservers import requests
from pgc.nodeservers.nodeserver import NodeServer
from pgc.simulator.changes import RequestAnswered

from .conftest import Home, node
from .fake_run import SOON, FakeRun


@pytest.fixture
def answers(home: Home) -> list[tuple[str, bool]]:
    """What the ISY was answered, in order; the same id may be answered again only if we do."""
    told: list[tuple[str, bool]] = []
    home.simulator.observe(
        lambda change: told.append((change.request_id, change.success)) if isinstance(change, RequestAnswered) else None
    )
    return told


async def after_it(home: Home, nodeserver: NodeServer, answers: list[tuple[str, bool]]) -> None:
    """One more request, opened and answered: a slot's answers go in order, so those before it are out."""
    last = home.simulator.state.requests.open(nodeserver.slot)
    home.requests.opened(nodeserver, last)
    home.requests.closed(nodeserver, last, True)
    await home.simulator.until(lambda _: (last, True) in answers, SOON)


@pytest.mark.parametrize("success", [True, False])
async def test_the_answer_is_the_runs_own(
    home: Home, nodeserver: NodeServer, run: FakeRun, answers: list[tuple[str, bool]], success: bool
) -> None:
    request = home.simulator.state.requests.open(3)
    home.requests.opened(nodeserver, request)
    for _ in range(3):
        await run.save({"report": {"requestId": request, "success": success}}, "isy")
    await after_it(home, nodeserver, answers)
    assert answers[0] == (request, success)
    assert home.asked(f"/report/request/{request}/") == 1


async def test_a_result_for_a_request_of_nobody_goes_nowhere(home: Home, run: FakeRun) -> None:
    await run.save({"report": {"requestId": "77", "success": True}}, "isy")
    await run.save({"addnode": node("a")})
    await run.result("addnode")
    assert home.asked("/report/request/") == 0


async def test_the_answer_goes_after_the_values(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    await run.save({"addnode": node("a")})
    await run.result("addnode")
    request = home.simulator.state.requests.open(3)
    home.requests.opened(nodeserver, request)
    told: list[str] = []
    home.simulator.observe(lambda change: told.append(type(change).__name__))
    await run.send({"status": {"address": "a", "driver": "ST", "value": 8, "uom": 56}})
    await run.save({"report": {"requestId": request, "success": True}}, "isy")
    await home.simulator.until(lambda _: "RequestAnswered" in told, SOON)
    assert told == ["DriverReported", "RequestAnswered"]


async def test_without_a_result_it_fails_in_time(
    home: Home, nodeserver: NodeServer, answers: list[tuple[str, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "_PATIENCE", 0.01)
    request = home.simulator.state.requests.open(3)
    home.requests.opened(nodeserver, request)
    await home.simulator.until(lambda _: answers, SOON)
    assert answers == [(request, False)]


async def test_one_that_failed_at_once_is_not_failed_again_later(
    home: Home, nodeserver: NodeServer, answers: list[tuple[str, bool]]
) -> None:
    request = home.simulator.state.requests.open(3)
    home.requests.opened(nodeserver, request)
    home.requests.opened(nodeserver, request)
    home.requests.fail(nodeserver, request)
    home.requests.closed(nodeserver, request, True)
    await after_it(home, nodeserver, answers)
    assert home.asked(f"/report/request/{request}/") == 1


async def test_one_nodeservers_requests_leave_room_for_the_others(
    home: Home, nodeserver: NodeServer, answers: list[tuple[str, bool]]
) -> None:
    other = await home.add(slot=4)
    for number in range(150):
        home.requests.opened(nodeserver, f"r{number}")
    mine = home.simulator.state.requests.open(4)
    home.requests.opened(other, mine)
    home.requests.closed(other, mine, True)
    await home.simulator.until(lambda _: answers, SOON)
    assert answers == [(mine, True)]
