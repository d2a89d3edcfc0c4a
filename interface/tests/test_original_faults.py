"""The known faults of the original's client side, each shown mended. (How a process stops: test_stop.)"""

# ruff: noqa: RUF012 - NodeServers write their drivers and commands so
from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from pgc_interface import Controller, Node

PATIENCE = 15.0


class Light(Node):
    id = "light"
    drivers = [{"driver": "ST", "value": 0, "uom": 78}]


def test_remove_notice_raised_name_error(platform: Any, start: Any) -> None:
    controller = start(notices={"hello": "x", "stay": "y"})
    controller.removeNotice("hello")
    assert platform.expect_key("patchnotices") == {"set": {}, "unset": ["hello"]}
    assert controller.getNotices() == {"stay": "y"}


def test_get_notice_read_the_params(start: Any) -> None:
    controller = start(notices={"key": "a notice"}, customParams={"key": "a param"})
    assert controller.getNotice("key") == "a notice"
    assert controller.getNotice("none") is None


def test_get_custom_params_needed_an_argument(start: Any) -> None:
    assert start(customParams={"key": "value"}).getCustomParams() == {"key": "value"}


def test_get_driver_always_raised(start: Any) -> None:
    controller = start()
    light = controller.addNode(Light(controller, "controller", "light", "Light"))
    assert (light.getDriver("ST"), light.getDriver("GV9")) == ("0", None)
    light.setDriver("ST", 100)
    assert light.getDriver("ST") == "100"


def test_nodes_had_no_repr(start: Any) -> None:
    controller = start()
    assert repr(Light(controller, "controller", "light", "Light")) == (
        '<Light {"address":"light","name":"Light","nodedefid":"light","primary":"controller",'
        '"drivers":{"ST":{"value":"0","uom":"78"}},"isController":false}>'
    )


def test_installprofile_used_what_python_39_lacks(platform: Any, start: Any, tmp_path: Path) -> None:
    controller = start()
    (tmp_path / "profile" / "nodedef").mkdir(parents=True)
    (tmp_path / "profile" / "nodedef" / "n.xml").write_bytes(bytes(range(256)) * 10)
    assert controller.poly.installprofile() is True
    assert platform.expect_key("uploadProfile")["filename"] == "n.xml"


def test_restart_reaches_the_platform(platform: Any, start: Any) -> None:
    start().poly.restart()
    assert platform.expect_key("restart") == {}


def test_live_polls_were_ignored(platform: Any, start: Any) -> None:
    polled = threading.Semaphore(0)

    class Polled(Controller):
        def shortPoll(self) -> None:
            polled.release()

    start(Polled, shortPoll=1000, longPoll=0)
    platform.send(polls={"shortPoll": 0.05, "longPoll": "0"})
    assert polled.acquire(timeout=PATIENCE)
    assert polled.acquire(timeout=PATIENCE)


def test_set_driver_three_times_sent_three_and_the_oldest_was_kept(platform: Any, start: Any) -> None:
    controller = start()
    light = controller.addNode(Light(controller, "controller", "light", "Light"))
    for value in (1, 2, 3, 4, 5, 6):
        light.setDriver("ST", value)
    platform.expect_value("light", "ST", "6")
    sent = [status for status in platform.statuses() if status["address"] == "light"]
    assert len(sent) < 6
    assert max(sent, key=lambda status: status["n"])["value"] == "6"


def test_add_custom_param_lost_quick_and_foreign_edits(platform: Any, start: Any) -> None:
    controller = start()
    platform.settles = False
    controller.addCustomParam({"a": "1"})
    controller.addCustomParam({"b": "2"})
    changed = threading.Event()
    controller.poly.onConfig(lambda config: changed.set() if "owner" in config["customParams"] else None)
    platform.send(config={"customParams": {"owner": "x"}})
    assert changed.wait(PATIENCE)
    assert controller.polyConfig["customParams"] == {"owner": "x", "a": "1", "b": "2"}
    platform.expect(lambda frame: frame.get("patchparams") == {"set": {"b": "2"}, "unset": []})


def test_first_run_was_over_before_the_profile_was_up(platform: Any, start: Any, tmp_path: Path) -> None:
    (tmp_path / "profile" / "nls").mkdir(parents=True)
    (tmp_path / "profile" / "nls" / "en_us.txt").write_text("x")
    start(firstRun=True)
    assert platform.expect_key("uploadProfile")["last"] is True


def test_a_failed_addnode_raised_key_error(platform: Any, start: Any, heard: list[str]) -> None:
    platform.refused_nodes["light"] = "the slot is full"
    controller = start()
    controller.addNode(Light(controller, "controller", "light", "Light"))
    started = threading.Event()
    good = Light(controller, "controller", "good", "Good")
    good.start = started.set
    controller.addNode(good)
    assert started.wait(PATIENCE)
    assert sorted(controller.nodes) == ["controller", "good"]
    assert heard == ["The node light was not added: the slot is full"]


def test_polls_fired_while_start_had_not_returned(platform: Any, make_interface: Any, controller_record: Any) -> None:
    polled, entered, leave = threading.Event(), threading.Event(), threading.Event()

    class Slow(Controller):
        def start(self) -> None:
            entered.set()
            leave.wait(PATIENCE)

        def shortPoll(self) -> None:
            polled.set()

        def query(self) -> None:
            queried.release()

    queried = threading.Semaphore(0)
    poly = make_interface(shortPoll=0.02, longPoll=0, nodes={"controller": controller_record()})
    poly.start()
    Slow(poly)
    assert entered.wait(PATIENCE)
    platform.expect(lambda frame: frame.get("connected") is True)
    for _ in range(10):
        platform.send(query={"address": "all"})
        assert queried.acquire(timeout=PATIENCE)
    assert not polled.is_set()
    leave.set()
    assert polled.wait(PATIENCE)


def test_only_20_nodes_every_five_seconds(platform: Any, start: Any) -> None:
    added = threading.Semaphore(0)

    class Counted(Light):
        def start(self) -> None:
            added.release()

    controller = start()
    for number in range(300):
        controller.addNode(Counted(controller, "controller", f"n{number}", "N"))
    for _ in range(300):
        assert added.acquire(timeout=PATIENCE)
    assert sum("addnode" in frame.get("batch", {}) for _, frame in platform.frames) < 30
