from __future__ import annotations

from pgc_interface.polls import GRACE, LONGEST, Polls


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def running(short: object = 10, long: object = 30) -> tuple[Polls, Clock]:
    clock = Clock()
    polls = Polls(clock)
    polls.set({"shortPoll": short, "longPoll": long})
    polls.start_entered()
    polls.start_returned()
    return polls, clock


def test_polls_come_after_their_seconds_given_as_number_or_digits() -> None:
    polls, clock = running("10", 30)
    assert polls.pause() == 10
    assert polls.due() == []
    clock.now += 10
    assert polls.due() == ["shortPoll"]
    clock.now += 20
    assert polls.due() == ["shortPoll", "longPoll"]


def test_missed_polls_are_not_made_up_for_and_the_beat_stays() -> None:
    polls, clock = running()
    clock.now += 47
    assert polls.due() == ["shortPoll", "longPoll"]
    assert polls.due() == []
    assert polls.pause() == 3


def test_polls_due_before_start_returned_are_skipped() -> None:
    clock = Clock()
    polls = Polls(clock)
    polls.set({"shortPoll": 10, "longPoll": 0})
    clock.now += 10
    assert polls.due() == []
    polls.start_entered()
    clock.now += 10
    assert polls.due() == []
    polls.start_returned()
    assert polls.due() == []
    clock.now += 10
    assert polls.due() == ["shortPoll"]


def test_a_start_that_blocks_for_ever_holds_polls_for_30_seconds() -> None:
    clock = Clock()
    polls = Polls(clock)
    polls.set({"shortPoll": 10})
    polls.start_entered()
    clock.now += GRACE - 1
    assert polls.due() == []
    clock.now += 10
    assert polls.due() == ["shortPoll"]


def test_only_a_change_starts_an_interval_anew() -> None:
    polls, clock = running()
    clock.now += 7
    polls.set({"shortPoll": 10, "longPoll": 60})
    assert polls.pause() == 3
    polls.set({"shortPoll": 5})
    assert polls.pause() == 5


def test_zero_is_never_and_nonsense_changes_nothing() -> None:
    polls, _ = running()
    polls.set({"shortPoll": 0, "longPoll": "often"})
    assert polls.pause() == 30
    polls.set({"longPoll": "0"})
    assert polls.pause() is None
    polls.set({"longPoll": float("nan")})
    assert polls.pause() is None


def test_what_no_thread_can_wait_for_is_waited_for_a_year() -> None:
    polls, _ = running(short="inf", long=0)
    assert polls.pause() == LONGEST
