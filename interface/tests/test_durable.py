"""The durable lane without a connection: order, answers, resends."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from pgc_interface import wire
from pgc_interface.durable import MAX_ADDS, PATIENCE, WINDOW, Answer, DurableLane
from pgc_interface.wire import Refusal, SeqResult


class Published:
    def is_published(self) -> bool:
        return True


class Wire:
    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.room = 10**9

    def __call__(self, topic: str, payload: bytes) -> Published | None:
        if self.room <= 0:
            return None
        self.room -= 1
        self.frames.append(msgspec.json.decode(payload))
        return Published()

    def seqs(self) -> list[int]:
        return [frame["seq"] for frame in self.frames]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def line() -> Wire:
    return Wire()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lane(line: Wire, clock: Clock) -> DurableLane:
    made = DurableLane(line, {"userId": "u"}, "p/ns", clock)
    made.up()
    return made


def save(lane: DurableLane, number: int) -> int:
    return lane.send("p/ns", {"customdata": {"number": number}})


def test_frames_are_numbered_without_gaps_and_carry_the_envelope(lane: DurableLane, line: Wire) -> None:
    assert [save(lane, number) for number in range(3)] == [1, 2, 3]
    assert line.frames[0] == {"customdata": {"number": 0}, "userId": "u", "seq": 1}
    assert line.seqs() == [1, 2, 3]


def test_what_cannot_be_sent_takes_no_number(lane: DurableLane, line: Wire) -> None:
    save(lane, 1)
    with pytest.raises(wire.WireError):
        lane.send("p/ns", {"customdata": {"x": object()}})
    with pytest.raises(wire.WireError):
        lane.send("p/ns", {"customdata": {"x": "x" * wire.MAX_FRAME}})
    deep: dict[str, Any] = {}
    for _ in range(wire.MAX_DEPTH):
        deep = {"x": deep}
    with pytest.raises(wire.WireError, match="nested deeper"):
        lane.send("p/ns", {"customdata": deep})
    assert save(lane, 2) == 2


def test_nothing_is_lost_without_a_connection(lane: DurableLane, line: Wire) -> None:
    lane.down()
    for number in range(5):
        save(lane, number)
    assert line.frames == []
    lane.up()
    assert line.seqs() == [1, 2, 3, 4, 5]


def test_after_a_reconnect_the_unanswered_go_again_in_order(lane: DurableLane, line: Wire) -> None:
    for number in range(4):
        save(lane, number)
    lane.settle(SeqResult(upTo=2))
    lane.down()
    save(lane, 5)
    line.frames.clear()
    lane.up()
    assert line.seqs() == [3, 4, 5]


def test_a_connection_that_fails_midway_goes_on_from_there(lane: DurableLane, line: Wire) -> None:
    line.room = 1
    save(lane, 1)
    save(lane, 2)
    assert line.seqs() == [1]
    line.room = 10
    save(lane, 3)
    assert line.seqs() == [1, 2, 3]


def test_a_late_answer_is_asked_for_again_less_and_less(lane: DurableLane, line: Wire, clock: Clock) -> None:
    save(lane, 1)
    clock.now = PATIENCE
    lane.tick()
    assert line.seqs() == [1]
    clock.now = PATIENCE + 1
    lane.tick()
    assert line.seqs() == [1, 1]
    clock.now += PATIENCE + 1
    lane.tick()
    assert line.seqs() == [1, 1]
    clock.now += PATIENCE
    lane.tick()
    assert line.seqs() == [1, 1, 1]
    lane.settle(SeqResult(upTo=1))
    clock.now += 1000
    lane.tick()
    assert line.seqs() == [1, 1, 1]


def test_a_refusal_is_named_and_the_lane_goes_on(lane: DurableLane, line: Wire, heard: list[str]) -> None:
    save(lane, 1)
    save(lane, 2)
    lane.settle(SeqResult(seq=1, error="too large"))
    assert heard == ["The platform refused customdata: too large"]
    assert lane.settled == 1


def waited(lane: DurableLane, number: int) -> Answer:
    answer = Answer()
    lane.send("p/ns", {"customdata": {"number": number}}, answer)
    return answer


def test_whoever_waits_hears_of_its_own_frame(lane: DurableLane) -> None:
    first, second, third = (waited(lane, number) for number in range(3))
    assert not first.wait(0)
    lane.settle(SeqResult(seq=2, error="too large"))
    assert (first.wait(0), first.reason) == (True, None)
    assert (second.wait(0), second.reason) == (True, "the platform refused it: too large")
    assert not third.wait(0)


def test_a_refusal_whose_answer_was_lost_comes_with_the_next(lane: DurableLane) -> None:
    first, second = waited(lane, 1), waited(lane, 2)
    lane.settle(SeqResult(upTo=2, refused=[Refusal(seq=1, error="too large"), Refusal(seq=9, error="later")]))
    assert first.reason == "the platform refused it: too large"
    assert (second.wait(0), second.reason) == (True, None)


def test_nobody_waits_for_a_lane_that_is_closed(lane: DurableLane) -> None:
    before = waited(lane, 1)
    lane.close()
    after = waited(lane, 2)
    for answer in (before, after):
        assert answer.wait(0)
        assert answer.reason == "the NodeServer stopped before the platform confirmed it"


def test_at_most_a_window_is_on_the_wire(lane: DurableLane, line: Wire) -> None:
    for number in range(WINDOW + 10):
        save(lane, number)
    assert len(line.frames) == WINDOW
    lane.settle(SeqResult(upTo=4))
    assert len(line.frames) == WINDOW + 4
    assert line.seqs() == list(range(1, WINDOW + 5))


def test_nodes_added_while_unanswered_share_a_frame(lane: DurableLane, line: Wire) -> None:
    for number in range(31):
        lane.add_node({"address": f"n{number}"})
    assert [len(frame["batch"]["addnode"]) for frame in line.frames] == [1]
    lane.settle(SeqResult(upTo=1))
    assert [len(frame["batch"]["addnode"]) for frame in line.frames] == [1, 30]
    assert lane.settled == 1


def test_what_is_sent_after_an_add_stays_after_it(lane: DurableLane, line: Wire) -> None:
    lane.add_node({"address": "n1"})
    lane.add_node({"address": "n2"})
    save(lane, 1)
    kinds = [("addnode" in frame.get("batch", {}), frame["seq"]) for frame in line.frames]
    assert kinds == [(True, 1), (True, 2), (False, 3)]


def test_a_frame_of_adds_is_never_too_large(lane: DurableLane, line: Wire) -> None:
    lane.add_node({"address": "n0"})
    for number in range(MAX_ADDS):
        lane.add_node({"address": f"n{number}", "name": "x" * 20_000})
    lane.settle(SeqResult(upTo=1))
    assert sum(len(frame["batch"]["addnode"]) for frame in line.frames) == MAX_ADDS + 1
    assert line.seqs() == list(range(1, len(line.frames) + 1))


def test_drain_waits_for_the_answer_only_while_there_is_a_connection(lane: DurableLane) -> None:
    save(lane, 1)
    assert lane.drain(0.01) is False
    lane.down()
    assert lane.drain(60) is False
    lane.settle(SeqResult(upTo=1))
    assert lane.drain(60) is True
