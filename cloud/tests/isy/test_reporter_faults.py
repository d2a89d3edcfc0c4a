"""An ISY that is off, slow, refuses the login or answers 500: nothing is lost, nothing is hammered, all is told."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from pgc.isy import reporter as reporter_module
from pgc.isy import sender
from pgc.isy.client import IsyClient, IsyLogin
from pgc.isy.link import Backoff
from pgc.isy.reporter import NewNode, NodeOutcome, Reporter

from .conftest import PASSWORD, USER, HeldIsy, Told

CTL = NewNode("ctl", "Controller", "ctl", "ctl")


async def test_off_and_back(isy: HeldIsy, reporter: Reporter, told: Told) -> None:
    reporter.node_known(3, "ctl")
    for number in range(3):
        reporter.report(3, "ctl", f"GV{number}", "1", "56")
    await told.until(lambda: len(told.confirmed) == 3)
    await isy.stop()
    for value in range(2, 50):
        reporter.report(3, "ctl", "GV0", str(value), "56")
        await asyncio.sleep(0)
    await told.until(lambda: len(told.online) == 2)
    reporter.report(3, "ctl", "GV0", "50", "56")
    reporter.report(3, "ctl", "GV1", "2", "56")
    reporter.report(3, "ctl", "GV1", "1", "56")
    isy.seen.clear()
    await isy.start()
    await told.until(lambda: len(told.confirmed) == 4)
    assert isy.statuses == [(3, "ctl", "GV0", "50")], "only what differs goes out"
    assert [online for online, _ in told.online] == [True, False, True]
    assert "cannot connect to the ISY" in told.online[1][1]


@pytest.mark.parametrize("status", [500, 503])
async def test_500_pauses_everything_until_a_probe_is_answered(
    isy: HeldIsy, reporter: Reporter, told: Told, status: int
) -> None:
    reporter.node_known(3, "ctl")
    isy.fail("/GV1/", status)
    isy.fail("/rest/time", status, times=3)
    probes = sum(seen.path == "/rest/time" for seen in isy.seen)
    reporter.report(3, "ctl", "GV1", "1", "56")
    await told.until(lambda: len(told.online) == 2)
    for number in range(20):
        reporter.report(3, "ctl", f"X{number}", "1", "56")
    await told.until(lambda: len(told.confirmed) == 21)
    assert [seen.path for seen in isy.seen[probes + 1 :]][:4] == ["/rest/time"] * 4
    assert [online for online, _ in told.online] == [True, False, True]
    assert str(status) in told.online[1][1]


async def test_a_report_that_the_isy_stumbles_over_rests_and_harms_no_other(
    isy: HeldIsy, reporter: Reporter, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "REST", 0.05)
    reporter.node_known(3, "ctl")
    reporter.node_known(4, "ctl")
    isy.fail("/GV666/", 500, times=5)
    reporter.report(3, "ctl", "GV666", "1", "56")
    command = asyncio.create_task(reporter.command(3, "ctl", "DON", None, None))
    reporter.report(4, "ctl", "GV1", "1", "56")
    await told.until(lambda: bool(told.refused and told.confirmed))
    assert told.confirmed == [(4, "ctl", "GV1", "1", "56")]
    assert await command, "it does not wait for a driver that rests"
    assert await reporter.command(3, "ctl", "DOF", None, None)
    await told.until(lambda: len(told.confirmed) == 2)
    assert isy.held[3, "ctl", "GV666"] == ("1", "56"), "the newest value is not lost"
    assert [refused[:4] for refused in told.refused] == [(3, "ctl", "GV666", "1")]
    assert "it answered 500, 3 times; it is tried again later" in told.refused[0][4]


async def test_a_driver_that_rests_is_left_alone_meanwhile(isy: HeldIsy, reporter: Reporter, told: Told) -> None:
    reporter.node_known(3, "ctl")
    isy.fail("/GV666/", 500, times=10**6)
    reporter.report(3, "ctl", "GV666", "1", "56")
    await told.until(lambda: bool(told.refused))
    for number in range(20):
        reporter.report(3, "ctl", "GV666", str(number), "56")
        reporter.report(3, "ctl", f"X{number}", "1", "56")
    await told.until(lambda: len(told.confirmed) == 20)
    assert isy.count("/GV666/") == 3


async def test_a_newer_value_takes_the_place_of_one_that_failed(isy: HeldIsy, reporter: Reporter, told: Told) -> None:
    reporter.node_known(3, "ctl")
    isy.fail("/GV1/", 503)
    isy.gate.clear()
    reporter.report(3, "ctl", "GV1", "1", "56")
    await isy.until(lambda: isy.waiting == 1)
    reporter.report(3, "ctl", "GV1", "2", "56")
    isy.gate.set()
    await told.until(lambda: bool(told.confirmed))
    assert [value for *_, value in isy.statuses] == ["1", "2"]


async def test_a_wrong_password_is_offline_with_its_reason(isy: HeldIsy, reporter: Reporter, told: Told) -> None:
    reporter.node_known(3, "ctl")
    isy.fail("/rest/", 401, times=2)
    reporter.report(3, "ctl", "GV1", "1", "56")
    await told.until(lambda: len(told.confirmed) == 1)
    assert "the user or password is wrong (401)" in told.online[1][1]
    assert told.refused == []


async def test_a_connection_that_breaks_after_the_value_was_applied(
    isy: HeldIsy, reporter: Reporter, told: Told
) -> None:
    reporter.node_known(3, "ctl")
    reporter.confirmed(3, "ctl", "GV1", "1", "56")
    isy.drop_after_applying("/GV1/2/", times=3)
    reporter.report(3, "ctl", "GV1", "2", "56")
    await told.until(lambda: told.online[-1][0] is False)
    reporter.report(3, "ctl", "GV1", "1", "56")
    await told.until(lambda: len(told.confirmed) == 1)
    assert isy.held[3, "ctl", "GV1"] == ("1", "56"), "what the ISY held before may be gone"


async def test_a_node_is_added_when_the_isy_is_back_before_its_values_and_commands(
    isy: HeldIsy, reporter: Reporter, told: Told
) -> None:
    await isy.stop()
    adding = asyncio.create_task(reporter.add_node(3, CTL))
    await told.until(lambda: len(told.online) == 2)
    reporter.report(3, "ctl", "GV1", "1", "56")
    command = asyncio.create_task(reporter.command(3, "ctl", "DON", None, None))
    await asyncio.sleep(0)
    isy.seen.clear()
    await isy.start()
    assert (await adding).success
    assert await command
    assert [path.split("?")[0].rsplit("/", 2)[-2] for path in isy.paths] == ["add", "1", "cmd"]


async def test_an_add_of_a_slot_that_is_given_up_ends(isy: HeldIsy, reporter: Reporter, told: Told) -> None:
    await isy.stop()
    adding = asyncio.create_task(reporter.add_node(3, CTL))
    await told.until(lambda: len(told.online) == 2)
    reporter.forget(3)
    assert await adding == NodeOutcome(False, 0, "slot 3 was given up")


async def test_an_add_that_is_always_answered_500_ends_with_its_status(isy: HeldIsy, reporter: Reporter) -> None:
    isy.fail("/add/", 500, times=10**6)
    outcome = await reporter.add_node(3, CTL)
    assert (outcome.success, outcome.status) == (False, 500)
    assert isy.count("/add/") == 3


async def test_a_command_does_not_wait_for_ever(
    isy: HeldIsy, reporter: Reporter, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    isy.fail("/rest/time", 503, times=5)
    reporter.unreachable("for the test")
    with monkeypatch.context() as hurried:
        hurried.setattr(reporter_module, "PATIENCE", 0.01)
        assert not await reporter.command(3, "ctl", "DON", None, None)
    await reporter.wait_online()
    assert await reporter.command(3, "ctl", "DOF", None, None)
    assert isy.count("/cmd/DON") == 0
    assert "DON of ctl was not sent to the ISY: waited 0.01 s in vain" in caplog.text


@pytest.fixture
async def reporter_of_an_isy_that_is_off(told: Told) -> AsyncIterator[Reporter]:
    client = IsyClient(IsyLogin("http://127.0.0.1:1", USER, PASSWORD))
    await client.start()
    reporter = Reporter(client, told, backoff=Backoff(0.01, 0.02))
    await reporter.start()
    yield reporter
    await reporter.stop()
    await client.stop()


async def test_off_from_the_start_is_told_once(reporter_of_an_isy_that_is_off: Reporter, told: Told) -> None:
    await told.until(lambda: bool(told.online))
    await asyncio.wait([asyncio.create_task(reporter_of_an_isy_that_is_off.wait_online())], timeout=0.1)
    assert len(told.online) == 1
    assert told.online[0][0] is False


async def test_a_listener_that_fails_is_logged_and_the_reports_go_on(
    isy: HeldIsy, reporter: Reporter, told: Told, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: object) -> None:
        raise LookupError("a fault of the listener")

    reporter.node_known(3, "ctl")
    monkeypatch.setattr(told, "value_confirmed", fails)
    with caplog.at_level(logging.ERROR):
        for number in range(10):
            reporter.report(3, "ctl", f"GV{number}", "1", "56")
        await isy.until(lambda: len(isy.held) == 10)
        await reporter.stop()
    assert "a fault of the listener" in caplog.text


def test_pauses_double_up_to_the_ceiling() -> None:
    backoff = Backoff(1, 60)
    pauses = [backoff.pause() for _ in range(10)]
    expected = [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
    assert all(0.75 * limit <= pause <= limit for pause, limit in zip(pauses, expected, strict=True))
    backoff.reset()
    assert backoff.pause() <= 1
