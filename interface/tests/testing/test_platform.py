"""Starting NodeServers, moving the time, and what a test is told when something is wrong."""

from __future__ import annotations

import logging
import os
import threading
import warnings
from pathlib import Path
from typing import Any, ClassVar

import pytest

from pgc_interface import LOGGER, Controller, Interface
from pgc_interface.testing import NodeServerFailed, NodeServerRaised, Platform, Report, TookTooLong

DRIVERS = [{"driver": "ST", "value": 1, "uom": 2}, {"driver": "GV1", "value": 0, "uom": 56}]


class Counter(Controller):
    drivers: ClassVar[Any] = DRIVERS
    polls = 0

    def shortPoll(self) -> None:
        self.polls += 1
        self.setDriver("GV1", self.polls)

    def longPoll(self) -> None:
        self.reportCmd("DON")


SCRIPT = """
import pgc_interface as polyinterface
from helper import START

class Mine(polyinterface.Controller):
    number = START

if __name__ == "__main__":
    polyglot = polyinterface.Interface("Mine")
    polyglot.start()
    Mine(polyglot).runForever()
"""


def await_end_of(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.join(15)
    assert [thread for thread in threads if thread.is_alive()] == []


def test_polls_come_when_they_are_due_each_after_the_other(platform: Platform, folder: Path) -> None:
    counter = platform.start(Counter)
    counter.forget()
    platform.advance(9)
    assert counter.reports == []
    platform.advance(1)
    assert counter.driver("controller", "GV1") == "1"
    platform.advance(50)
    assert counter.reports == [Report("controller", "GV1", str(count), "56") for count in range(1, 7)]
    assert [command.command for command in counter.commands] == ["DON"]


def test_polls_that_the_owner_sets_count_from_then_on(platform: Platform, folder: Path) -> None:
    counter = platform.start(Counter)
    counter.set_polls(short=3)
    assert counter.polls == (3, 60)
    platform.advance(9)
    assert counter.driver("controller", "GV1") == "3"
    counter.short_poll()
    assert counter.driver("controller", "GV1") == "4"
    counter.long_poll()
    assert [command.command for command in counter.commands] == ["DON"]


def test_a_refused_controller_is_added_again_once_the_back_off_is_over(platform: Platform) -> None:
    class Late(Counter):
        def __init__(self, poly: Interface) -> None:
            super().__init__(poly)
            self.address = self.primary = "Late"

    late = platform.start(Late)
    assert late.nodes == {}
    late.controller.address = late.controller.primary = "late"
    late.controller.nodes["late"] = late.controller
    late.set_params({"a": "1"})
    assert late.nodes == {}
    platform.advance(10)
    late.set_params({"a": "2"})
    assert list(late.nodes) == ["late"]


def test_a_temporary_notice_ends_with_its_time(platform: Platform) -> None:
    counter = platform.start(Counter)
    counter.interface.send({"patchnotices": {"set": {"short": "a", "long": "b"}, "seconds": {"short": 30}}})
    platform.settle()
    platform.advance(29)
    assert counter.notices == {"short": "a", "long": "b"}
    platform.advance(1)
    assert counter.notices == {"long": "b"}
    assert counter.interface.config["notices"] == {"long": "b"}


def test_several_nodeservers_do_not_mix(platform: Platform, folder: Path) -> None:
    one, two = platform.start(Counter), platform.start(Counter, shortPoll=20)
    assert one.worker != two.worker
    platform.advance(20)
    assert (one.driver("controller", "GV1"), two.driver("controller", "GV1")) == ("2", "1")
    two.set_polls(long=30)
    assert two.polls == (20, 30)
    one.set_params({"mine": "1"})
    assert two.params == {}
    one.stop()
    platform.advance(20)
    assert two.driver("controller", "GV1") == "2"
    assert one.driver("controller", "ST") == "0"


def test_further_keys_go_into_the_init_message(platform: Platform) -> None:
    counter = platform.start(Counter, oauth={"clientId": "me"}, netInfo={"publicIp": "192.0.2.1"}, data={"a": 1})
    config = counter.controller.polyConfig
    assert (config["oauth"], config["netInfo"]) == ({"clientId": "me"}, {"publicIp": "192.0.2.1"})
    assert config["customData"] == {"a": 1}
    with pytest.raises(TypeError, match="takes customParams as params"):
        platform.start(Counter, customParams={"a": 1})


def test_a_controller_of_the_on_premises_dialect_has_its_shapes(platform: Platform, folder: Path) -> None:
    from pgc_interface.dialects import polyinterface

    class Lists(polyinterface.Controller):
        drivers: ClassVar[Any] = DRIVERS

        def shortPoll(self) -> None:
            self.setDriver("GV1", 5)

    lists = platform.start(Lists)
    platform.advance(10)
    assert lists.driver("controller", "GV1") == "5"
    assert [node["address"] for node in lists.controller.polyConfig["nodes"]] == ["controller"]
    assert isinstance(lists.interface, polyinterface.Interface)


def test_the_program_of_server_json_runs_as_a_worker_runs_it(platform: Platform, folder: Path) -> None:
    (folder / "ns-poly.py").write_text(SCRIPT)
    (folder / "helper.py").write_text("START = 5\n")
    mine = platform.start()
    assert (type(mine.controller).__name__, mine.controller.number) == ("Mine", 5)
    (folder / "helper.py").write_text("START = 66\n")
    mine.restart()
    assert mine.controller.number == 66, "a restart imports its modules anew"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("import nothing_like_this", "ns-poly.py failed: ModuleNotFoundError"),
        ("raise SystemExit(3)", r"SystemExit\(3\)"),
        ("import pgc_interface\npgc_interface.Interface().start()\n1 / 0", "ZeroDivisionError"),
        (None, "names no program that is there"),
    ],
)
def test_a_program_that_does_not_come_up_is_told_and_leaves_nothing_behind(
    folder: Path, script: str | None, reason: str
) -> None:
    if script is not None:
        (folder / "ns-poly.py").write_text(script)
    threads = threading.enumerate()
    with pytest.raises(NodeServerFailed, match=reason), Platform() as inner:
        inner.start()
    await_end_of([thread for thread in threading.enumerate() if thread not in threads])


def test_a_class_that_is_no_controller_is_told(platform: Platform) -> None:
    with pytest.raises(NodeServerFailed, match="object is no Controller"):
        platform.start(object)


def test_what_start_raises_is_told(platform: Platform) -> None:
    class Fails(Controller):
        def start(self) -> None:
            raise LookupError("no such device")

    with pytest.raises(NodeServerRaised, match="no such device"):
        platform.start(Fails)


def test_what_was_never_told_fails_the_test_at_its_end() -> None:
    class Fails(Controller):
        def stop(self) -> None:
            raise LookupError("at the end")

    def test() -> None:
        with Platform() as platform:
            platform.start(Fails)

    with pytest.raises(NodeServerRaised, match="at the end"):
        test()


def test_a_start_that_hangs_is_told_with_the_line_that_it_hangs_in(platform: Platform) -> None:
    over = threading.Event()

    class Hangs(Controller):
        def start(self) -> None:
            over.wait()  # here

    platform.patience = 0.2
    with pytest.raises(TookTooLong, match=r"start\(\) has not returned.*blocks=True(.|\n)*over.wait\(\)  # here"):
        platform.start(Hangs)
    over.set()
    platform.patience = 15


def test_a_start_that_serves_for_ever_can_be_tested(platform: Platform) -> None:
    over = threading.Event()

    class Serves(Controller):
        drivers: ClassVar[Any] = DRIVERS

        def start(self) -> None:
            self.setDriver("GV1", 1)
            over.wait()

        def stop(self) -> None:
            over.set()

    serves = platform.start(Serves, blocks=True)
    platform.wait_until(lambda: serves.driver("controller", "GV1") == "1")


def test_what_never_becomes_true_is_told(platform: Platform) -> None:
    platform.patience = 0.2
    with pytest.raises(TookTooLong, match=r"did not become true within 0\.2 seconds"):
        platform.wait_until(lambda: False)
    platform.patience = 15


def test_the_process_is_as_before_afterwards(folder: Path) -> None:
    def state() -> Any:
        loggers = (LOGGER, logging.getLogger("py.warnings"), logging.root)
        logs = [(logger.level, logger.propagate, list(logger.handlers)) for logger in loggers]
        hooks = (threading.excepthook, warnings.showwarning)
        return logs, hooks, dict(os.environ), Path.cwd(), Interface.surroundings, Interface.ends_process

    before, threads = state(), threading.enumerate()
    with Platform() as platform:
        platform.start(Counter, folder=folder.parent)
        assert state() != before
    assert state() == before
    await_end_of([thread for thread in threading.enumerate() if thread not in threads])
