"""What the ISY has lost is noticed and sent again; what it still holds is not."""

import asyncio

import pytest

from pgc.isy import link, review
from pgc.isy.client import IsyClient
from pgc.isy.reporter import Backoff, NewNode, Reporter

from .conftest import HeldIsy, Told

CTL = NewNode("ctl", "Controller", "ctl", "ctl")


async def held(reporter: Reporter, told: Told, *drivers: str) -> None:
    """These drivers are 1 on the ISY, and confirmed."""
    reporter.node_known(3, "ctl")
    for driver in drivers:
        reporter.report(3, "ctl", driver, "1", "56")
    await told.until(lambda: {driver for _, _, driver, *_ in told.confirmed} == set(drivers))


def looks(isy: HeldIsy) -> int:
    return sum(seen.path == "/rest/status" for seen in isy.seen)


async def away(isy: HeldIsy, told: Told, reporter: Reporter) -> None:
    """Off for so long that it leaves a probe without an answer."""
    await isy.stop()
    reporter.unreachable("for the test")
    await told.until(lambda: "cannot connect" in told.online[-1][1])


async def test_what_a_reboot_lost_is_sent_again_and_nothing_else(isy: HeldIsy, reporter: Reporter, told: Told) -> None:
    await held(reporter, told, "GV1", "GV2", "GV3", "GV4")
    await away(isy, told, reporter)
    del isy.held[3, "ctl", "GV2"]
    isy.held[3, "ctl", "GV3"] = ("7", "56")
    isy.held[3, "ctl", "GV4"] = ("1", "2")
    isy.seen.clear()
    await isy.start()
    await told.until(lambda: len(told.confirmed) == 7)
    assert sorted(driver for _, _, driver, _ in isy.statuses) == ["GV2", "GV3", "GV4"]
    assert isy.held == {(3, "ctl", f"GV{number}"): ("1", "56") for number in (1, 2, 3, 4)}


async def test_a_newer_value_goes_instead_of_the_lost_one(isy: HeldIsy, reporter: Reporter, told: Told) -> None:
    await held(reporter, told, "GV1")
    await away(isy, told, reporter)
    isy.held.clear()
    reporter.report(3, "ctl", "GV1", "2", "56")
    isy.seen.clear()
    await isy.start()
    await told.until(lambda: told.confirmed[-1][3] == "2")
    reporter.report(3, "ctl", "GV2", "1", "56")
    await isy.until(lambda: len(isy.statuses) == 2)
    assert isy.statuses == [(3, "ctl", "GV1", "2"), (3, "ctl", "GV2", "1")]


async def test_a_single_failure_is_no_absence(isy: HeldIsy, reporter: Reporter, told: Told) -> None:
    """Or an ISY that stumbles now and then would have to list all it holds each time."""
    await held(reporter, told, "GV1")
    before = looks(isy)
    isy.fail("/GV2/", 500)
    isy.drop_after_applying("/GV3/")
    await held(reporter, told, "GV1", "GV2", "GV3")
    assert looks(isy) == before


async def test_an_isy_that_nobody_needs_is_looked_after_as_well(
    isy: HeldIsy, client: IsyClient, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "QUIET", 0.02)
    reporter = Reporter(client, told, backoff=Backoff(0.01, 0.05))
    await reporter.start()
    await reporter.wait_online()
    await held(reporter, told, "GV1")
    isy.held.clear()
    await isy.stop()
    await told.until(lambda: told.online[-1][0] is False)
    await told.until(lambda: "cannot connect" in told.online[-1][1])
    await isy.start()
    await isy.until(lambda: isy.held == {(3, "ctl", "GV1"): ("1", "56")})
    await reporter.stop()


async def test_an_isy_that_is_heard_of_is_not_asked_for_signs(
    isy: HeldIsy, reporter: Reporter, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    await held(reporter, told, "GV1")
    probes = sum(seen.path == "/rest/time" for seen in isy.seen)
    for value in range(50):
        reporter.report(3, "ctl", "GV1", str(value), "56")
        await told.until(lambda value=value: told.confirmed[-1][3] == str(value))  # type: ignore[misc]
    assert sum(seen.path == "/rest/time" for seen in isy.seen) == probes


async def test_an_isy_whose_lists_cannot_be_read_is_sent_everything(
    isy: HeldIsy, reporter: Reporter, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    await held(reporter, told, "GV1", "GV2")
    isy.bodies["/rest/nodes"] = b"<html>busy</html>"
    reporter.review()
    await told.until(lambda: len(told.confirmed) == 4)
    assert "it is no <nodes>; all values are sent again" in caplog.text


async def test_a_list_that_the_isy_refuses_means_everything(isy: HeldIsy, reporter: Reporter, told: Told) -> None:
    await held(reporter, told, "GV1")
    isy.fail("/rest/status", 404)
    reporter.review()
    await told.until(lambda: len(told.confirmed) == 2)
    assert told.online == [(True, "")]


async def test_a_look_that_fails_is_taken_again(isy: HeldIsy, reporter: Reporter, told: Told) -> None:
    await held(reporter, told, "GV1")
    isy.held.clear()
    isy.fail("/rest/nodes", 503, times=2)
    reporter.review()
    await isy.until(lambda: bool(isy.held))


async def test_an_isy_that_always_fails_at_it_is_sent_everything_and_left_alone(
    isy: HeldIsy, reporter: Reporter, told: Told
) -> None:
    await held(reporter, told, "GV1")
    isy.fail("/rest/nodes", 500, times=10**6)
    reporter.review()
    await told.until(lambda: len(told.confirmed) == 2)
    await held(reporter, told, "GV1", "GV2")
    assert sum(seen.path == "/rest/nodes" for seen in isy.seen) == 3


async def test_what_changes_during_a_look_is_left_alone(isy: HeldIsy, reporter: Reporter, told: Told) -> None:
    await held(reporter, told, "GV1", "GV2")
    isy.bodies["/rest/status"] = b"<nodes/>"
    look = isy.hold_before_applying("/rest/status")
    reporter.review()
    await isy.until(lambda: looks(isy) > 0)
    reporter.report(3, "ctl", "GV1", "2", "56")
    await told.until(lambda: len(told.confirmed) == 3)
    isy.seen.clear()
    look.set()
    await told.until(lambda: len(told.confirmed) == 4)
    assert isy.statuses == [(3, "ctl", "GV2", "1")]


async def test_a_request_that_timed_out_and_is_done_late_does_not_win(
    isy: HeldIsy, impatient_client: IsyClient, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review, "LATE", 0.6)
    reporter = Reporter(impatient_client, told, backoff=Backoff(0.01, 0.05))
    await reporter.start()
    await reporter.wait_online()
    reporter.node_known(3, "ctl")
    late = isy.hold_before_applying("/GV1/1/", times=3)
    look = isy.hold_before_applying("/rest/nodes")
    reporter.report(3, "ctl", "GV1", "1", "56")
    await told.until(lambda: told.online[-1][0] is False)
    reporter.report(3, "ctl", "GV1", "2", "56")
    await isy.until(lambda: any(seen.path == "/rest/nodes" for seen in isy.seen))
    late.set()
    await isy.until(lambda: isy.held.get((3, "ctl", "GV1")) == ("1", "56"))
    look.set()
    await isy.until(lambda: isy.held.get((3, "ctl", "GV1")) == ("2", "56"))
    await reporter.stop()


async def test_a_node_is_doubted_once_for_drivers_that_its_nodedef_lacks(
    isy: HeldIsy, reporter: Reporter, told: Told
) -> None:
    await held(reporter, told, "GV1")
    isy.fail("/GV9/", 404, times=20)
    for value in range(20):
        reporter.report(3, "ctl", "GV9", str(value), "56")
        await isy.until(lambda value=value: isy.count("/GV9/") == value + 1)  # type: ignore[misc]
    reporter.report(3, "ctl", "GV1", "2", "56")
    await told.until(lambda: told.confirmed[-1][3] == "2")
    assert sum(seen.path == "/rest/nodes/n003_ctl" for seen in isy.seen) == 1
    assert told.missing == []


async def test_values_and_commands_of_a_missing_node_wait_until_it_is_added(
    isy: HeldIsy, reporter: Reporter, told: Told
) -> None:
    await held(reporter, told, "GV1", "GV2")
    isy.bodies["/rest/nodes"] = b"<nodes/>"
    reporter.review()
    await told.until(lambda: told.missing == [(3, frozenset({"ctl"}))])
    isy.seen.clear()
    reporter.report(3, "ctl", "GV1", "2", "56")
    reporter.node_known(4, "ctl")
    reporter.report(4, "ctl", "GV1", "1", "56")
    await told.until(lambda: told.confirmed[-1][0] == 4)
    isy.fail("/add/", 400, 5004)
    adding = asyncio.create_task(reporter.add_node(3, CTL))
    command = asyncio.create_task(reporter.command(3, "ctl", "DON"))
    assert (await adding).success
    assert await command
    sent = [(driver, value) for slot, _, driver, value in isy.statuses if slot == 3]
    assert sorted(sent) == [("GV1", "2"), ("GV2", "1")], "although it was there, all of it goes out"
    assert isy.paths[-1].endswith("/cmd/DON")
