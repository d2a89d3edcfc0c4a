"""The hot lane without a connection: what is sent, when, and what happens to it if the broker does not confirm."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from pgc_interface import drivers, wire
from pgc_interface.drivers import MAX_UNCONFIRMED, Outbox, as_text


class Receipt:
    def __init__(self, published: bool) -> None:
        self.published = published

    def is_published(self) -> bool:
        return self.published


class Wire:
    """Notes frames; confirms them at once or not."""

    def __init__(self) -> None:
        self.frames: list[list[dict[str, Any]]] = []
        self.receipts: list[Receipt] = []
        self.confirms = True
        self.connected = True
        self.sent = threading.Semaphore(0)

    def __call__(self, message: dict[str, Any]) -> Receipt | None:
        if not self.connected:
            return None
        self.frames.append(message["batch"]["status"])
        self.receipts.append(Receipt(self.confirms))
        self.sent.release()
        return self.receipts[-1]

    def values(self) -> list[tuple[str, str]]:
        return [(status["driver"], status["value"]) for frame in self.frames for status in frame]


@pytest.fixture
def line() -> Wire:
    return Wire()


@pytest.fixture
def outbox(line: Wire) -> Outbox:
    """Without its thread: frames go when they are flushed."""
    made = Outbox(line)
    made.up()
    return made


@pytest.fixture
def running(line: Wire) -> Iterator[Outbox]:
    made = Outbox(line)
    made.up()
    made.start()
    yield made
    made.close()


def test_three_values_in_one_window_are_one_and_the_newest(outbox: Outbox, line: Wire) -> None:
    for value in "123":
        outbox.put("n1", "ST", value, "2")
    outbox.flush()
    assert line.frames == [[{"address": "n1", "driver": "ST", "value": "3", "uom": "2", "n": 3}]]


def test_force_outlives_a_newer_value_without_it(outbox: Outbox, line: Wire) -> None:
    outbox.put("n1", "ST", "1", "2", force=True)
    outbox.put("n1", "ST", "2", "2")
    outbox.flush()
    assert line.frames[0][0]["force"] is True


@pytest.mark.parametrize(
    ("gap", "per_value"),
    [pytest.param(0.3, 0.0, id="values that keep coming"), pytest.param(0.0, 60.0, id="values that pour")],
)
def test_the_first_goes_at_once_and_what_follows_shares_a_frame(
    monkeypatch: pytest.MonkeyPatch, running: Outbox, line: Wire, gap: float, per_value: float
) -> None:
    monkeypatch.setattr(drivers, "GAP", gap)
    monkeypatch.setattr(drivers, "GAP_PER_VALUE", per_value)
    monkeypatch.setattr(drivers, "MAX_GAP", 0.3)
    running.put("n1", "ST", "0", "2")
    assert line.sent.acquire(timeout=5)
    for number in range(50):
        running.put("n1", f"GV{number % 10}", str(number), "2")
    assert line.sent.acquire(timeout=5)
    assert len(line.frames) == 2
    assert [value for _, value in line.values()[1:]] == [str(number) for number in range(40, 50)]


def test_frames_hold_at_most_a_batch(outbox: Outbox, line: Wire) -> None:
    for number in range(wire.MAX_BATCH + 1):
        outbox.put(f"n{number}", "ST", "1", "2")
    outbox.flush()
    assert [len(frame) for frame in line.frames] == [wire.MAX_BATCH, 1]


def test_values_wait_for_a_connection(line: Wire) -> None:
    outbox = Outbox(line)
    outbox.put("n1", "ST", "1", "2")
    outbox.flush()
    assert line.frames == []
    outbox.up()
    outbox.flush()
    assert line.values() == [("ST", "1")]


def test_a_connection_lost_while_sending_loses_nothing(outbox: Outbox, line: Wire) -> None:
    line.connected = False
    outbox.put("n1", "ST", "1", "2")
    outbox.flush()
    line.connected = True
    outbox.flush()
    assert line.values() == [("ST", "1")]


@pytest.fixture
def nothing_is_recent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drivers, "RECENT", 0.0)


@pytest.mark.usefixtures("nothing_is_recent")
def test_unconfirmed_values_are_sent_again_unless_newer_ones_came(outbox: Outbox, line: Wire) -> None:
    line.confirms = False
    outbox.put("n1", "ST", "1", "2", force=True)
    outbox.put("n1", "GV1", "1", "2")
    outbox.flush()
    outbox.put("n1", "ST", "2", "2")
    outbox.flush()
    line.confirms = True
    outbox.put("n1", "GV2", "1", "2")
    outbox.flush()
    outbox.down()
    outbox.put("n1", "GV1", "2", "2")
    outbox.up()
    outbox.flush()
    again = {status["driver"]: status for status in line.frames[-1]}
    assert {driver: status["value"] for driver, status in again.items()} == {"ST": "2", "GV1": "2"}
    assert "force" in again["ST"]


def test_what_was_confirmed_just_before_the_connection_broke_is_sent_again(outbox: Outbox, line: Wire) -> None:
    outbox.put("n1", "ST", "1", "2")
    outbox.flush()
    outbox.put("n1", "ST", "2", "2", force=True)
    outbox.put("n1", "GV1", "1", "2")
    outbox.flush()
    outbox.forget("n2")
    outbox.down()
    outbox.put("n1", "GV1", "2", "2")
    outbox.up()
    outbox.flush()
    again = {status["driver"]: status for status in line.frames[-1]}
    assert {driver: status["value"] for driver, status in again.items()} == {"ST": "2", "GV1": "2"}
    assert "force" not in again["ST"]


@pytest.mark.usefixtures("nothing_is_recent")
def test_what_was_confirmed_long_ago_is_not_sent_again(outbox: Outbox, line: Wire) -> None:
    outbox.put("n1", "ST", "1", "2")
    outbox.flush()
    outbox.down()
    outbox.up()
    outbox.flush()
    assert line.values() == [("ST", "1")]


def test_a_slow_broker_makes_values_coalesce(running: Outbox, line: Wire) -> None:
    line.confirms = False
    for number in range(MAX_UNCONFIRMED):
        running.put("n1", "ST", str(number), "2")
        assert line.sent.acquire(timeout=5)
    for number in range(100, 200):
        running.put("n1", "ST", str(number), "2")
    assert not line.sent.acquire(timeout=0.1)
    for receipt in line.receipts:
        receipt.published = True
    running.confirmed()
    assert line.sent.acquire(timeout=5)
    assert line.values()[-1] == ("ST", "199")


def test_values_of_a_removed_node_are_forgotten(outbox: Outbox, line: Wire) -> None:
    outbox.put("n1", "ST", "1", "2")
    outbox.put("n2", "ST", "1", "2")
    outbox.forget("n1")
    outbox.flush()
    assert [status["address"] for status in line.frames[0]] == ["n2"]


def test_many_threads_and_the_newest_is_the_last_sent(running: Outbox, line: Wire) -> None:
    def put(name: str) -> None:
        for number in range(2000):
            running.put(name, "ST", str(number), "2")

    threads = [threading.Thread(target=put, args=(f"n{index}",)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    running.flush()
    last = {status["address"]: status["value"] for frame in line.frames for status in frame}
    assert last == {f"n{index}": "1999" for index in range(4)}
    counts = [status["n"] for frame in line.frames for status in frame if status["address"] == "n0"]
    assert counts == sorted(counts)


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "1"), (False, "0"), (12.50, "12.5"), (7, "7"), ("x", "x"), (None, None), (float("nan"), None)],
)
def test_values_as_text(value: object, text: str | None) -> None:
    assert as_text(value) == text
