"""Nodes, commands and answers: in order, once, and after the values set before them."""

import asyncio

import pytest

from pgc.isy import jobs
from pgc.isy.client import IsyClient
from pgc.isy.reporter import Backoff, NewNode, NodeOutcome, Reporter

from .conftest import HeldIsy, Told

CTL = NewNode("ctl", "Controller", "ctl", "ctl")
CHILD = NewNode("child", "Child", "kid", "ctl", hint="0x01020304")


def _start(reporter: Reporter, slot: int, command: str, address: str = "ctl") -> "asyncio.Task[bool]":
    return asyncio.create_task(reporter.command(slot, address, command, None, None))


async def test_a_child_gets_its_parent_and_its_hint(isy: HeldIsy, reporter: Reporter) -> None:
    assert await reporter.add_node(3, CTL) == NodeOutcome(True, 200)
    assert await reporter.add_node(3, CHILD) == NodeOutcome(True, 200)
    assert [path.split("?")[0] for path in isy.paths] == [
        "/rest/ns/3/nodes/n003_ctl/add/ctl",
        "/rest/ns/3/nodes/n003_child/add/kid",
        "/services",
        "/rest/ns/3/nodes/n003_child/set/hint/0x01020304",
    ]


async def test_a_node_that_is_there_already_is_a_success(isy: HeldIsy, reporter: Reporter, told: Told) -> None:
    isy.fail("/add/", 400, 5004)
    reporter.confirmed(3, "child", "GV1", "1", "56")
    reporter.report(3, "child", "GV2", "2", "56")
    assert await reporter.add_node(3, CHILD) == NodeOutcome(True, 400)
    await told.until(lambda: bool(told.confirmed))
    assert isy.count("/services") == isy.count("/hint/") == 1
    assert isy.statuses == [(3, "child", "GV2", "2")]


async def test_a_node_that_the_isy_had_lost_gets_all_its_values_again(
    isy: HeldIsy, reporter: Reporter, told: Told
) -> None:
    reporter.node_known(3, "ctl")
    reporter.confirmed(3, "ctl", "GV1", "1", "56")
    isy.held[3, "ctl", "GV1"] = ("1", "56")
    isy.fail("/GV2/", 404)
    reporter.report(3, "ctl", "GV2", "2", "56")
    await told.until(lambda: bool(told.refused))
    isy.held.clear()
    assert (await reporter.add_node(3, CTL)).status == 200
    await isy.until(lambda: len(isy.held) == 2)
    assert isy.held == {(3, "ctl", "GV1"): ("1", "56"), (3, "ctl", "GV2"): ("2", "56")}


async def test_an_add_whose_answer_was_lost_is_tried_again_and_counts_as_new(
    isy: HeldIsy, reporter: Reporter, told: Told
) -> None:
    """Or a node that someone had deleted would be there again without its values."""
    reporter.node_known(3, "ctl")
    reporter.report(3, "ctl", "GV1", "1", "56")
    await told.until(lambda: bool(told.confirmed))
    isy.drop_after_applying("/add/")
    isy.fail("/add/", 400, 5004)
    assert await reporter.add_node(3, CTL) == NodeOutcome(True, 200)
    await told.until(lambda: len(told.confirmed) == 2)
    assert isy.count("/add/") == 2


@pytest.mark.parametrize(("status", "code", "words"), [(400, 5006, "nodedef is not known"), (403, None, "403")])
async def test_a_refused_node_has_its_reason(
    isy: HeldIsy, reporter: Reporter, status: int, code: int | None, words: str
) -> None:
    isy.fail("/add/", status, code)
    outcome = await reporter.add_node(3, CHILD)
    assert (outcome.success, outcome.status) == (False, status)
    assert words in (outcome.reason or "")
    assert isy.count("/services") == 0


async def test_an_address_over_14_characters_is_refused_without_asking_the_isy(
    isy: HeldIsy, reporter: Reporter
) -> None:
    for address, primary in (("fifteen_letters", "ctl"), ("child", "fifteen_letters")):
        outcome = await reporter.add_node(3, NewNode(address, "n", "kid", primary))
        assert (outcome.success, outcome.status) == (False, 0)
        assert "15 characters long; an ISY takes at most 14" in (outcome.reason or "")
    assert isy.paths == []


async def test_a_parent_that_the_isy_refuses_is_no_failure(
    isy: HeldIsy, reporter: Reporter, caplog: pytest.LogCaptureFixture
) -> None:
    isy.fail("/services", 500, times=10**6)
    assert (await reporter.add_node(3, CHILD)).success
    assert isy.count("/add/") == 1
    assert "refused grouping under its primary" in caplog.text


async def test_the_nodes_of_a_slot_are_added_one_after_the_other(isy: HeldIsy, reporter: Reporter) -> None:
    isy.gate.clear()
    async with asyncio.TaskGroup() as group:
        for number in range(10):
            group.create_task(reporter.add_node(3, NewNode(f"node_{number}", "n", "kid", f"node_{number}")))
        group.create_task(reporter.add_node(4, CTL))
        await isy.until(lambda: isy.waiting == 2)
        isy.gate.set()
    slot_3 = [path.split("/")[5] for path in isy.paths if "/ns/3/" in path]
    assert slot_3 == [f"n003_node_{number}" for number in range(10)]
    assert isy.most_waiting == 2


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [(200, None, True), (403, 5003, True), (404, None, True), (403, 5106, False), (400, None, False)],
)
async def test_what_counts_as_removed(
    isy: HeldIsy, reporter: Reporter, status: int, code: int | None, outcome: bool
) -> None:
    isy.fail("/remove", status, code)
    removed = await reporter.remove_node(3, "ctl")
    assert (removed.success, removed.status) == (outcome, status)
    assert (removed.reason is None) == outcome


async def test_a_removed_node_forgets_what_it_held(isy: HeldIsy, reporter: Reporter, told: Told) -> None:
    reporter.node_known(3, "ctl")
    reporter.confirmed(3, "ctl", "GV1", "1", "56")
    assert (await reporter.remove_node(3, "ctl")).success
    reporter.report(3, "ctl", "GV1", "1", "56")
    assert (await reporter.add_node(3, CTL)).success
    await told.until(lambda: len(told.confirmed) == 1)


async def test_a_node_that_could_not_be_removed_goes_on(isy: HeldIsy, reporter: Reporter, told: Told) -> None:
    reporter.node_known(3, "ctl")
    reporter.node_known(4, "ctl")
    isy.fail("/remove", 403, 5106)
    isy.gate.clear()
    removing = asyncio.create_task(reporter.remove_node(3, "ctl"))
    await isy.until(lambda: isy.waiting == 1)
    reporter.report(3, "ctl", "GV1", "1", "56")
    reporter.report(4, "ctl", "GV1", "1", "56")
    await isy.until(lambda: isy.waiting == 2)
    assert isy.statuses[0][0] == 4, "the values of a node that is being removed wait"
    isy.gate.set()
    assert "primary of other nodes" in ((await removing).reason or "")
    await told.until(lambda: len(told.confirmed) == 2)


async def test_a_command_goes_after_the_values_set_before_it(isy: HeldIsy, reporter: Reporter, told: Told) -> None:
    reporter.node_known(3, "ctl")
    isy.gate.clear()
    reporter.report(3, "ctl", "GV1", "1", "56")
    await isy.until(lambda: isy.waiting == 1)
    reporter.report(3, "ctl", "GV1", "2", "56")
    reporter.report(3, "ctl", "GV2", "2", "56")
    command = _start(reporter, 3, "DON")
    await asyncio.sleep(0)
    isy.gate.set()
    assert await command
    assert {path.rsplit("/status/")[-1] for path in isy.paths[:3]} == {"GV1/1/56", "GV1/2/56", "GV2/2/56"}
    assert isy.paths[3].endswith("/report/cmd/DON")


async def test_a_command_waits_for_a_value_on_its_way_even_when_a_newer_one_follows(
    isy: HeldIsy, reporter: Reporter
) -> None:
    reporter.node_known(3, "ctl")
    reporter.node_known(4, "ctl")
    isy.gate.clear()
    reporter.report(3, "ctl", "GV1", "1", "56")
    await isy.until(lambda: isy.waiting == 1)
    command = _start(reporter, 3, "DON")
    await asyncio.sleep(0)
    reporter.report(3, "ctl", "GV1", "2", "56")
    assert not isy.count("/cmd/")
    other = _start(reporter, 4, "DOF")
    await isy.until(lambda: isy.waiting == 2)
    assert isy.paths[-1].endswith("DOF"), "the command that was ready goes, the one that must wait does not"
    isy.gate.set()
    assert await command
    assert await other


async def test_a_command_does_not_wait_for_values_set_after_it(isy: HeldIsy, reporter: Reporter) -> None:
    """Or a driver that changes all the time would hold it for ever."""
    reporter.node_known(3, "ctl")
    isy.gate.clear()
    reporter.report(3, "ctl", "GV1", "1", "56")
    await isy.until(lambda: isy.waiting == 1)
    command = _start(reporter, 3, "DON")
    await asyncio.sleep(0)
    reporter.report(3, "ctl", "GV1", "2", "56")
    isy.fail("/GV1/2/", 503, times=1000)
    isy.gate.set()
    assert await command


async def test_commands_keep_their_order_and_go_before_waiting_values(isy: HeldIsy, reporter: Reporter) -> None:
    reporter.node_known(4, "ctl")
    isy.gate.clear()
    for number in range(50):
        reporter.report(4, "ctl", f"GV{number}", "1", "56")
    await isy.until(lambda: isy.waiting == 4)
    commands = [_start(reporter, 3, f"C{number}") for number in range(4)]
    await asyncio.sleep(0)
    isy.gate.set()
    assert all(await asyncio.gather(*commands))
    assert isy.paths[4].endswith("C0")
    assert [path[-2:] for path in isy.paths if "/cmd/" in path] == ["C0", "C1", "C2", "C3"]


async def test_an_answer_goes_after_all_reports_of_its_slot(isy: HeldIsy, reporter: Reporter) -> None:
    for address in ("ctl", "child"):
        reporter.node_known(3, address)
    isy.gate.clear()
    for number in range(10):
        reporter.report(3, "ctl" if number % 2 else "child", f"GV{number}", "1", "56")
    command = _start(reporter, 3, "DON")
    await asyncio.sleep(0)
    answer = asyncio.create_task(reporter.answer(3, "4711", False))
    await isy.until(lambda: isy.waiting == 4)
    isy.gate.set()
    await answer
    assert await command
    assert isy.paths[-1] == "/rest/ns/3/report/request/4711/fail"
    assert len(isy.paths) == 12


async def test_jobs_of_many_slots_leave_a_lane_for_values(isy: HeldIsy, reporter: Reporter) -> None:
    reporter.node_known(9, "ctl")
    isy.gate.clear()
    commands = [_start(reporter, slot, "DON") for slot in range(1, 7)]
    await isy.until(lambda: isy.waiting == 3)
    reporter.report(9, "ctl", "GV1", "1", "56")
    await isy.until(lambda: isy.waiting == 4)
    isy.gate.set()
    assert all(await asyncio.gather(*commands))
    assert isy.paths[3].endswith("GV1/1/56")


async def test_a_refused_command(isy: HeldIsy, reporter: Reporter, caplog: pytest.LogCaptureFixture) -> None:
    isy.fail("/cmd/", 404)
    assert not await reporter.command(3, "ctl", "DON", None, None)
    assert "slot 3: the ISY refused DON of ctl" in caplog.text


async def test_a_command_is_not_repeated_after_a_time_out(
    isy: HeldIsy, impatient_client: IsyClient, told: Told
) -> None:
    reporter = Reporter(impatient_client, told, backoff=Backoff(0.01, 0.05))
    await reporter.start()
    await reporter.wait_online()
    isy.gate.clear()
    assert not await reporter.command(3, "ctl", "DON", None, None)
    isy.gate.set()
    await reporter.wait_online()
    assert await reporter.command(3, "ctl", "DOF", None, None)
    await reporter.stop()
    assert isy.count("/cmd/DON") == 1


async def test_a_slot_with_too_many_jobs_is_told_so(
    isy: HeldIsy, reporter: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MAX_JOBS", 2)
    isy.gate.clear()
    commands = [_start(reporter, 3, "DON") for _ in range(2)]
    await isy.until(lambda: isy.waiting == 1)
    outcome = await reporter.add_node(3, CTL)
    assert outcome == NodeOutcome(False, 0, "too much waits for the ISY already")
    isy.gate.set()
    assert all(await asyncio.gather(*commands))


async def test_a_cancelled_job_is_not_done(isy: HeldIsy, reporter: Reporter) -> None:
    isy.gate.clear()
    first, second = _start(reporter, 3, "C1"), _start(reporter, 3, "C2")
    await isy.until(lambda: isy.waiting == 1)
    second.cancel()
    third = _start(reporter, 3, "C3")
    await asyncio.sleep(0)
    isy.gate.set()
    assert await first
    assert await third
    assert isy.count("/cmd/C2") == 0


async def test_a_stop_ends_what_waits(isy: HeldIsy, reporter: Reporter) -> None:
    reporter.unreachable("for the test")
    isy.fail("/rest/time", 503, times=10**6)
    adding = asyncio.create_task(reporter.add_node(3, CTL))
    await asyncio.sleep(0)
    await reporter.stop()
    assert await adding == NodeOutcome(False, 0, "the platform is stopping")
    assert await reporter.add_node(3, CTL) == NodeOutcome(False, 0, "the platform is stopping")
