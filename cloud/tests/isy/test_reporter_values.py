"""Driver values: the newest wins, what is held is not sent again, and no NodeServer takes another's share."""

import pytest

from pgc.isy import valuequeue
from pgc.isy.reporter import NewNode, Reporter

from .conftest import HeldIsy, Told

CTL = NewNode("ctl", "Controller", "ctl", "ctl")


async def test_a_value_reaches_the_isy_and_is_confirmed(isy: HeldIsy, reporter: Reporter, told: Told) -> None:
    reporter.node_known(3, "ctl")
    reporter.report(3, "ctl", "GV1", "12.5", "17")
    await told.until(lambda: told.confirmed == [(3, "ctl", "GV1", "12.5", "17")])
    assert isy.held == {(3, "ctl", "GV1"): ("12.5", "17")}


async def test_the_newest_of_many_wins_while_an_older_one_is_on_its_way(
    isy: HeldIsy, reporter: Reporter, told: Told
) -> None:
    reporter.node_known(3, "ctl")
    isy.gate.clear()
    reporter.report(3, "ctl", "GV1", "0", "56")
    await isy.until(lambda: isy.waiting == 1)
    for value in range(1, 1000):
        reporter.report(3, "ctl", "GV1", str(value), "56")
    assert isy.waiting == 1, "one driver has one request at a time, or an older one could end last"
    isy.gate.set()
    await told.until(lambda: len(told.confirmed) == 2)
    assert [value for *_, value in isy.statuses] == ["0", "999"]


async def test_a_value_that_went_back_while_another_was_on_its_way_is_sent(
    isy: HeldIsy, reporter: Reporter, told: Told
) -> None:
    reporter.node_known(3, "ctl")
    reporter.confirmed(3, "ctl", "GV1", "1", "56")
    isy.gate.clear()
    reporter.report(3, "ctl", "GV1", "2", "56")
    await isy.until(lambda: isy.waiting == 1)
    reporter.report(3, "ctl", "GV1", "1", "56")
    isy.gate.set()
    await told.until(lambda: len(told.confirmed) == 2)
    assert isy.held[3, "ctl", "GV1"] == ("1", "56")


async def test_what_the_isy_holds_is_not_sent_again_unless_forced(isy: HeldIsy, reporter: Reporter, told: Told) -> None:
    reporter.node_known(3, "ctl")
    reporter.confirmed(3, "ctl", "GV1", "1", "56")
    reporter.report(3, "ctl", "GV1", "1", "56")
    reporter.report(3, "ctl", "GV2", "1", "56", force=True)
    await told.until(lambda: len(told.confirmed) == 1)
    reporter.report(3, "ctl", "GV2", "1", "56")
    reporter.report(3, "ctl", "GV2", "1", "56", force=True)
    await told.until(lambda: len(told.confirmed) == 2)
    reporter.report(3, "ctl", "GV2", "1", "4")
    await told.until(lambda: len(told.confirmed) == 3)
    assert isy.paths == [f"/rest/ns/3/nodes/n003_ctl/report/status/GV2/1/{uom}" for uom in (56, 56, 4)]


async def test_a_seed_that_comes_after_the_report_spares_it(isy: HeldIsy, reporter: Reporter, told: Told) -> None:
    reporter.report(3, "ctl", "GV1", "1", "56")
    reporter.confirmed(3, "ctl", "GV1", "1", "56")
    reporter.report(3, "ctl", "GV2", "2", "56")
    reporter.node_known(3, "ctl")
    await told.until(lambda: len(told.confirmed) == 1)
    assert isy.statuses == [(3, "ctl", "GV2", "2")]


async def test_a_value_waits_for_its_node(isy: HeldIsy, reporter: Reporter, told: Told) -> None:
    reporter.report(3, "ctl", "GV1", "1", "56")
    reporter.report(3, "never", "GV1", "1", "56")
    reporter.report(3, "ctl", "GV1", "2", "56")
    assert (await reporter.add_node(3, CTL)).success
    await told.until(lambda: len(told.confirmed) == 1)
    assert isy.paths[0].startswith("/rest/ns/3/nodes/n003_ctl/add/ctl?")
    assert isy.statuses == [(3, "ctl", "GV1", "2")]


async def test_404_is_told_once_and_not_tried_again_until_the_value_changes(
    isy: HeldIsy, reporter: Reporter, told: Told
) -> None:
    reporter.node_known(3, "ctl")
    isy.fail("/GV1/", 404, times=2)
    reporter.report(3, "ctl", "GV1", "1", "56")
    await told.until(lambda: len(told.refused) == 1)
    reporter.report(3, "ctl", "GV1", "1", "56")
    reporter.report(3, "ctl", "GV2", "4", "56")
    await told.until(lambda: len(told.confirmed) == 1)
    for value in ("2", "3"):
        reporter.report(3, "ctl", "GV1", value, "56")
        await isy.until(lambda value=value: isy.statuses[-1][-1] == value)
    await told.until(lambda: len(told.confirmed) == 2)
    assert [value for *_, value in isy.statuses] == ["1", "4", "2", "3"]
    assert told.refused[0][:4] == (3, "ctl", "GV1", "1")
    assert "no such node or driver" in told.refused[0][4]
    assert len(told.refused) == 1


async def test_a_refusal_with_a_reason_code_is_told_in_words(isy: HeldIsy, reporter: Reporter, told: Told) -> None:
    reporter.node_known(3, "ctl")
    isy.fail("/GV1/", 403, 5001)
    reporter.report(3, "ctl", "GV1", "1", "56")
    await told.until(lambda: len(told.refused) == 1)
    assert told.refused[0][4] == "the node belongs to another slot (403, reason 5001)"


async def test_controllers_states_go_before_other_values(isy: HeldIsy, reporter: Reporter, told: Told) -> None:
    reporter.node_known(3, "ctl")
    reporter.node_known(4, "ctl")
    isy.gate.clear()
    for number in range(4):
        reporter.report(3, "ctl", f"GV{number}", "1", "56")
    await isy.until(lambda: isy.waiting == 4)
    for number in range(4, 8):
        reporter.report(3, "ctl", f"GV{number}", "1", "56")
    reporter.report(4, "ctl", "ST", "0", "2")
    reporter.controller_state(4, "ctl", True)
    reporter.controller_state(3, "ctl", True)
    isy.gate.set()
    await told.until(lambda: len(told.confirmed) == 10)
    assert isy.statuses[4:6] == [(4, "ctl", "ST", "1"), (3, "ctl", "ST", "1")]
    assert len(isy.statuses) == 10


async def test_a_flooding_nodeserver_only_gets_its_share(isy: HeldIsy, reporter: Reporter, told: Told) -> None:
    reporter.node_known(3, "ctl")
    reporter.node_known(4, "ctl")
    isy.gate.clear()
    for number in range(500):
        reporter.report(3, "ctl", f"X{number}", "1", "56")
    await isy.until(lambda: isy.waiting == 4)
    for number in range(5):
        reporter.report(4, "ctl", f"GV{number}", "1", "56")
    isy.gate.set()
    await told.until(lambda: len(told.confirmed) == 505)
    places = [place for place, (slot, *_) in enumerate(isy.statuses) if slot == 4]
    assert len(places) == 5
    assert max(places) <= 4 + 2 * 5


async def test_more_drivers_than_are_kept_are_dropped_and_told_once(
    isy: HeldIsy, reporter: Reporter, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(valuequeue, "MAX_DRIVERS", 10)
    for number in range(30):
        reporter.report(3, "never", f"X{number}", "1", "56")
    reporter.node_known(4, "ctl")
    reporter.report(4, "ctl", "GV1", "1", "56")
    await told.until(lambda: len(told.confirmed) == 1)
    assert [(slot, driver) for slot, _, driver, *_ in told.refused] == [(3, "X10")]


async def test_a_forgotten_slot_reports_nothing_more(isy: HeldIsy, reporter: Reporter, told: Told) -> None:
    reporter.node_known(3, "ctl")
    reporter.node_known(4, "ctl")
    isy.gate.clear()
    for number in range(10):
        reporter.report(3, "ctl", f"GV{number}", "1", "56")
    await isy.until(lambda: isy.waiting == 4)
    reporter.forget(3)
    isy.gate.set()
    reporter.report(4, "ctl", "GV1", "1", "56")
    await told.until(lambda: bool(told.confirmed))
    assert len(isy.statuses) == 5
    assert told.confirmed == [(4, "ctl", "GV1", "1", "56")]


async def test_a_value_too_long_for_a_url_is_refused_and_harms_no_other(
    isy: HeldIsy, reporter: Reporter, told: Told
) -> None:
    reporter.node_known(3, "ctl")
    reporter.report(3, "ctl", "X" * 250, "1", "56")
    reporter.report(3, "ctl", "GV1", "1", "56")
    await told.until(lambda: bool(told.confirmed and told.refused))
    assert "255" in told.refused[0][4]


async def test_a_stop_lets_out_what_is_ready(isy: HeldIsy, reporter: Reporter, told: Told) -> None:
    reporter.node_known(3, "ctl")
    for number in range(50):
        reporter.report(3, "ctl", f"GV{number}", "1", "56")
    reporter.controller_state(3, "ctl", False)
    await reporter.stop()
    assert len(told.confirmed) == 51
