"""The connection: lost, refused, made again; and nothing is lost with it."""

# ruff: noqa: RUF012 - NodeServers write their drivers and commands so
from __future__ import annotations

import signal
import time
from threading import Event
from typing import Any

import pytest
from paho.mqtt.client import Client

from pgc_interface import Controller, wire
from pgc_interface.downlink import QUEUED
from pgc_interface.link import MAX_PAUSE, pause_after

PATIENCE = 15.0


class Counter(Controller):
    drivers = [{"driver": "ST", "value": 1, "uom": 2}, {"driver": "GV1", "value": 0, "uom": 56}]


@pytest.fixture
def cut_off(start: Any, platform: Any, cable: Any, controller_record: Any) -> Any:
    """A controller whose cable is cut once it was connected."""
    controller = start(Counter, port=cable.port, nodes={"controller": controller_record()})
    platform.expect(lambda frame: frame.get("connected") is True)
    controller.reportCmd("BEFORE")
    platform.expect_key("command")
    cable.cut()
    while controller.poly.connected:  # the test's time limit bounds it
        time.sleep(0.01)
    return controller


def test_says_that_it_is_connected_after_subscribing(platform: Any, start: Any) -> None:
    start(Counter)
    frame = platform.expect(lambda frame: "connected" in frame)
    assert frame == {
        "connected": True,
        "userId": "user1",
        "topic": platform.topics.down,
        "profileNum": "3",
        "id": "uuid1",
    }


def test_the_last_will_says_that_it_is_not(platform: Any, cut_off: Any) -> None:
    platform.expect(lambda frame: frame.get("connected") is False)


def test_reconnects_and_sends_what_was_kept_in_order(platform: Any, cable: Any, cut_off: Any) -> None:
    platform.expect(lambda frame: frame.get("connected") is False)
    for number in range(5):
        cut_off.setDriver("GV1", number)
        cut_off.saveCustomData({"number": number})
    cut_off.setDriver("GV1", 99)
    assert cut_off.poly.connected is False
    after = len(platform.frames)
    cable.mend()
    platform.expect_value("controller", "GV1", "99")
    platform.expect(lambda frame: frame.get("customdata") == {"number": 4}, after)
    came = [frame for _, frame in platform.frames[after:]]
    assert came[0]["connected"] is True
    seqs = [frame["seq"] for frame in came if "seq" in frame]
    assert seqs == list(range(seqs[0], seqs[-1] + 1))
    saved = [frame["customdata"]["number"] for frame in came if "customdata" in frame]
    assert saved == [0, 1, 2, 3, 4]
    assert [status["value"] for status in platform.statuses() if status["driver"] == "GV1"] == ["99"]


def test_what_the_platform_did_not_answer_is_sent_again(platform: Any, start: Any, cable: Any) -> None:
    controller = start(Counter, port=cable.port)
    platform.settles = False
    controller.saveCustomData({"kept": 1})
    first = platform.expect(lambda frame: "customdata" in frame)
    after = len(platform.frames)
    cable.cut()
    cable.mend()
    assert platform.expect(lambda frame: "customdata" in frame, after) == first


def test_commands_reach_it_after_a_reconnect(platform: Any, cable: Any, cut_off: Any) -> None:
    after = len(platform.frames)
    cable.mend()
    platform.expect(lambda frame: frame.get("connected") is True, after)
    platform.send(command={"address": "controller", "cmd": "X", "query": {"requestId": "r2"}})
    assert platform.expect_key("report")["requestId"] == "r2"


def test_a_broker_that_never_was_there_is_named_and_tried_again(
    platform: Any, make_interface: Any, cable: Any, heard: list[str]
) -> None:
    cable.cut()
    poly = make_interface(port=cable.port)
    poly.start()
    controller = Counter(poly)
    controller.reportCmd("EARLY")
    for _ in range(4):
        assert cable.refused.acquire(timeout=PATIENCE)
    cable.mend()
    platform.expect_key("command")
    assert any("127.0.0.1" in line for line in heard)
    assert all("secret" not in line for line in heard)
    assert len(heard) == len(set(heard))  # each reason once, not at each try


@pytest.mark.parametrize("failure", [RuntimeError("can't start new thread"), OSError("no such certificate")])
def test_a_try_that_fails_in_an_unforeseen_way_is_not_the_last(
    failure: Exception, platform: Any, make_interface: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that has too many threads cannot make paho's; a moment later it may."""
    failing = Event()

    def fail(client: Any) -> None:
        monkeypatch.undo()
        failing.set()
        raise failure

    poly = make_interface()
    monkeypatch.setattr(Client, "loop_start", fail)
    poly.start()
    Counter(poly)
    assert failing.wait(PATIENCE)
    platform.expect(lambda frame: frame.get("connected") is True)


def test_the_pause_grows_with_jitter_and_stays_bounded() -> None:
    spans = [[pause_after(failures) for _ in range(50)] for failures in (0, 1, 5, 100)]
    assert all(0.05 <= pause <= 0.1 for pause in spans[0])
    assert all(0.1 <= pause <= 0.2 for pause in spans[1])
    assert all(MAX_PAUSE / 2 <= pause <= MAX_PAUSE for pause in spans[3])
    assert len(set(spans[2])) > 10


UNIX = """
import pgc_interface

class Controller(pgc_interface.Controller):
    def start(self):
        self.reportCmd('OVER_UNIX')

poly = pgc_interface.Interface()
poly.start()
Controller(poly).runForever()
"""


def test_over_a_unix_socket(
    platform: Any, broker_port: int, run_nodeserver: Any, tmp_path: Any, relay: Any, controller_record: Any
) -> None:
    path = relay(broker_port)
    running = run_nodeserver(UNIX, url=f"unix:{path}", nodes={"controller": controller_record()})
    platform.expect(lambda frame: frame.get("command", {}).get("command") == "OVER_UNIX")
    running.signal(signal.SIGTERM)
    assert running.end()[0] == 0


def test_everything_the_sdk_takes_is_within_the_protocol() -> None:
    """The keys that the downlink knows are keys of the wire."""
    assert set(wire.Downstream.__struct_fields__) >= QUEUED | {"config", "stop", "logLevel"}
