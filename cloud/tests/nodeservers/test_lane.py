"""The durable lane: in order, once each, saved before it is answered, and never held up by one wrong frame."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from pgc.nodeservers.errors import Refused
from pgc.nodeservers.lane import DurableLane, Frame
from pgc.nodeservers.nodeserver import CurrentRun, NodeServer
from pgc_interface import wire

from .conftest import Home, line, node
from .fake_run import SOON, FakeRun


async def test_a_save_is_on_the_disk_when_it_is_answered(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    assert await run.save({"customdata": {"1": "one"}}) == {"upTo": 1}
    (stored,) = await home.storage.nodeservers.all()
    (current,) = await home.storage.runs.all()
    assert (stored.saved.data, current.mark) == ({"1": "one"}, 1)
    assert nodeserver.saved.data == {"1": "one"}


async def test_a_resend_is_answered_and_not_applied_again(nodeserver: NodeServer, run: FakeRun) -> None:
    await run.save({"patchparams": {"set": {"a": 1}}})
    await run.save({"patchparams": {"unset": ["a"]}})
    run.frames.clear()
    await run.send({"patchparams": {"set": {"a": 1}}, "seq": 1})
    assert await run.answer(1) == {"upTo": 2}
    assert nodeserver.saved.params == {}


async def test_after_a_gap_nothing_is_applied_until_it_is_filled(nodeserver: NodeServer, run: FakeRun) -> None:
    await run.save({"customdata": {"a": 1}})
    run.frames.clear()
    await run.send({"customdata": {"a": 3}, "seq": 3})
    assert (await run.result("seq"))["upTo"] == 1
    await run.send({"customdata": {"a": 2}, "seq": 2})
    await run.send({"customdata": {"a": 3}, "seq": 3})
    assert await run.answer(3) == {"upTo": 3}
    assert nodeserver.saved.data_revision == 3


async def test_a_refused_frame_counts_as_done(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    answer = await run.save({"polls": {"shortPoll": "soon"}, "customdata": {"a": 1}})
    assert answer["seq"] == 1
    assert "shortPoll must be a number" in answer["error"]
    assert nodeserver.saved.data == {}
    assert (await run.save({"customdata": {"a": 2}}))["upTo"] == 2
    assert line(nodeserver, "refused: shortPoll must be a number")
    (current,) = await home.storage.runs.all()
    assert current.mark == 2


REFUSED = {"seq": 1, "error": "shortPoll must be a number of seconds, not 'soon'"}


async def test_a_refusal_is_told_again_for_as_long_as_the_run_may_not_have_heard_of_it(run: FakeRun) -> None:
    await run.save({"polls": {"shortPoll": "soon"}})
    for seq in range(2, wire.MAX_UNANSWERED + 1):
        assert await run.save({"customdata": {"n": seq}}) == {"upTo": seq, "refused": [REFUSED]}
    assert await run.save({"customdata": {}}) == {"upTo": wire.MAX_UNANSWERED + 1}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [({"polls": {"shortPoll": "soon"}}, "shortPoll must be"), ({"customdata": "no map", "customparamsdoc": ""}, "obj")],
    ids=["as a whole", "in part"],
)
async def test_a_refusal_outlives_the_platform(home: Home, run: FakeRun, bad: dict[str, Any], reason: str) -> None:
    await run.save(bad)
    await home.crash()
    await home.open()
    await run.connect()
    run.frames.clear()
    await run.send({**bad, "seq": 1})
    answer = await run.answer(1)
    assert (answer["upTo"], [refusal["seq"] for refusal in answer["refused"]]) == (1, [1])
    assert reason in answer["refused"][0]["error"]


async def test_after_a_refusal_the_run_is_told_what_is_really_kept(run: FakeRun) -> None:
    await run.save({"customdata": {"a": 1}})
    run.frames.clear()
    await run.save({"polls": {"shortPoll": "soon"}, "customdata": {"a": 2}})
    kept = (await run.until(lambda frame: "config" in frame))["config"]
    assert (kept["customData"], kept["rev"]) == ({"a": 1}, {"params": 0, "notices": 0, "data": 1, "seq": 2})


async def test_a_config_says_which_frames_it_holds(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    assert run.init["rev"]["seq"] == 0
    await run.save({"customdata": {"a": 1}})
    await home.manager.change(nodeserver.worker, wire.Upstream(patchparams=wire.Patch(set={"owner": 1})))
    held = await run.until(lambda frame: frame.get("config", {}).get("customParams") == {"owner": 1})
    assert held["config"]["rev"] == {"params": 1, "notices": 0, "data": 1, "seq": 1}


async def test_what_of_a_frame_is_good_is_applied_and_the_rest_named(nodeserver: NodeServer, run: FakeRun) -> None:
    answer = await run.save({"customdata": {"a": 1}, "notices": "not a map", "batch": {"addnode": [{"address": 7}]}})
    assert "notices" in answer["error"]
    assert "batch.addnode[0]" in answer["error"]
    assert nodeserver.saved.data == {"a": 1}


async def test_data_that_could_never_be_read_again_is_refused(nodeserver: NodeServer, run: FakeRun) -> None:
    deep = b'{"a":' * 900 + b"1" + b"}" * 900
    await run.send(b'{"seq": 1, "customdata": ' + deep + b"}")
    assert "error" in await run.answer(1)
    run.seq = 1
    assert (await run.save({"customdata": {"a": 1}}))["upTo"] == 2


async def test_frames_without_numbers_are_applied_as_they_come(nodeserver: NodeServer, run: FakeRun) -> None:
    for number in range(5):
        await run.send({"customparams": {"a": number}})
    await run.until(lambda frame: frame.get("config", {}).get("customParams") == {"a": 4})
    assert nodeserver.saved.params_revision == 5
    assert run.results("seq") == []


async def test_a_save_that_failed_is_not_answered_and_taken_when_it_comes_again(
    home: Home, nodeserver: NodeServer, run: FakeRun
) -> None:
    async with home.storage.database.saving() as tx:
        await tx.execute(text("ALTER TABLE runs RENAME TO runs_elsewhere"))
    await run.send({"customdata": {"a": 1}, "seq": 1})
    await home.said(nodeserver, "saving failed and will be tried again")
    async with home.storage.database.saving() as tx:
        await tx.execute(text("ALTER TABLE runs_elsewhere RENAME TO runs"))
    assert nodeserver.saved.data == {}
    assert {"upTo": 1} not in run.results("seq")
    await run.send({"customdata": {"a": 1}, "seq": 1})
    assert await run.answer(1) == {"upTo": 1}
    assert nodeserver.saved.data == {"a": 1}


class Odd:
    """Applies frames as the test says, and remembers them."""

    def __init__(self) -> None:
        self.applied: list[Any] = []
        self.skipped: list[int] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def apply(self, nodeserver: NodeServer, run: CurrentRun, frame: wire.Upstream | wire.IsyUpstream) -> None:
        await self.gate.wait()
        assert isinstance(frame, wire.Upstream)
        if frame.customparamsdoc == "odd":
            raise KeyError("a fault of ours")
        if frame.customparamsdoc == "bad":
            raise Refused("too bad")
        self.applied.append(frame.customparamsdoc)
        run.mark = frame.seq or run.mark

    async def skip(self, run: CurrentRun, seq: int) -> None:
        self.skipped.append(seq)
        run.mark = seq


def odd_frame(text: str, seq: int | None = None, size: int = 10) -> Frame:
    return Frame(wire.Upstream(customparamsdoc=text, seq=seq), size=size)


async def test_a_fault_of_ours_is_seen_and_holds_up_nothing(
    home: Home, nodeserver: NodeServer, run: FakeRun, caplog: pytest.LogCaptureFixture
) -> None:
    assert nodeserver.run is not None
    odd = Odd()
    lane = DurableLane(nodeserver, nodeserver.run, home.outbound, odd.apply, odd.skip)
    working = asyncio.create_task(lane.work())
    for seq, word in enumerate(["one", "odd", "bad", "four"], 1):
        lane.offer(odd_frame(word, seq))
    assert (await run.answer(4))["upTo"] == 4
    working.cancel()
    assert (odd.applied, odd.skipped) == (["one", "four"], [2, 3])
    assert [result["error"] for result in run.results("seq") if "error" in result] == [
        "an error of the platform; its log tells more",
        "too bad",
    ]
    assert "a fault of ours" in caplog.text


@pytest.mark.parametrize(("size", "taken"), [(10, 1000), (1024 * 1024, 16)])
async def test_a_lane_that_is_full_drops_what_comes_and_says_so(
    home: Home, nodeserver: NodeServer, run: FakeRun, size: int, taken: int
) -> None:
    assert nodeserver.run is not None
    odd = Odd()
    lane = DurableLane(nodeserver, nodeserver.run, home.outbound, odd.apply, odd.skip)
    for number in range(taken + 5):
        lane.offer(odd_frame(str(number), size=size))
    assert line(nodeserver, "messages come faster than they can be saved")
    working = asyncio.create_task(lane.work())
    await lane.drain()
    assert odd.applied == [str(number) for number in range(taken)]
    lane.offer(odd_frame("again", size=size))
    await lane.drain()
    working.cancel()
    assert odd.applied[-1] == "again"


async def test_a_run_that_sends_in_one_go_is_saved_in_order(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    for seq in range(1, 65):
        await run.send({"patchparams": {"set": {str(seq): seq, "last": seq}}, "seq": seq})
    assert await run.answer(64) == {"upTo": 64}
    assert nodeserver.saved.params == {**{str(seq): seq for seq in range(1, 65)}, "last": 64}


async def test_the_owner_and_the_nodeserver_change_params_at_once(
    home: Home, nodeserver: NodeServer, run: FakeRun
) -> None:
    async def own(number: int) -> None:
        patch = wire.Upstream(patchparams=wire.Patch(set={f"owner{number}": number}))
        await home.manager.change(nodeserver.worker, patch)

    async with asyncio.timeout(SOON), asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(own(number))
        for seq in range(1, 21):
            await run.send({"patchparams": {"set": {f"run{seq}": seq}}, "seq": seq})
    await run.answer(20)
    expected = {f"owner{number}" for number in range(20)} | {f"run{seq}" for seq in range(1, 21)}
    (stored,) = await home.storage.nodeservers.all()
    assert set(stored.saved.params) == set(nodeserver.saved.params) == expected
    assert nodeserver.saved.params_revision == 40


async def test_after_a_crash_of_the_platform_the_lane_goes_on_where_it_was(
    home: Home, nodeserver: NodeServer, run: FakeRun
) -> None:
    await run.save({"customdata": {"a": 1}})
    await run.save({"patchparams": {"set": {"a": 1}}})
    await home.crash()
    await home.open()
    found = home.manager.get(nodeserver.worker)
    await run.connect()
    run.frames.clear()
    await run.send({"customdata": {"a": 0}, "seq": 1})
    assert await run.answer(1) == {"upTo": 2}
    run.seq = 2
    assert await run.save({"addnode": node("a")}) == {"upTo": 3}
    assert (found.saved.data, found.saved.params) == ({"a": 1}, {"a": 1})
