"""Saving over a real connection: waiting for it, and the shapes in which params and notices may be given."""

from __future__ import annotations

import logging
import threading
import uuid
from typing import Any

import pytest

from pgc_interface import LOGGER, Controller, NotSaved

PATIENCE = 15.0


def take(platform: Any, poly: Any, **config: Any) -> None:
    """The platform sends this config; returns when all observers have had it."""
    heard, name = threading.Event(), uuid.uuid4().hex
    poly.onConfig(lambda config: heard.set() if config["name"] == name else None)
    platform.send(config={"name": name, **config})
    assert heard.wait(PATIENCE)


def answer(platform: Any, **result: Any) -> None:
    platform.send(result={"seq": result})


def seq_of_save(platform: Any) -> int:
    seq: int = platform.expect(lambda frame: "customdata" in frame)["seq"]
    return seq


class Waiter(threading.Thread):
    """Waits for a save on a thread of its own; `failure` is what that raised."""

    def __init__(self, save: Any, data: Any) -> None:
        super().__init__(daemon=True)
        self.failure: Exception | None = None
        self._save, self._data = save, data
        self.start()

    def run(self) -> None:
        try:
            self._save(self._data, wait=True, timeout=PATIENCE)
        except NotSaved as error:
            self.failure = error


def test_it_returns_once_the_platform_has_answered(platform: Any, start: Any) -> None:
    controller = start()
    platform.settles = False
    waiter = Waiter(controller.saveCustomData, {"a": 1})
    seq = seq_of_save(platform)
    assert waiter.is_alive()
    answer(platform, upTo=seq)
    waiter.join(PATIENCE)
    assert not waiter.is_alive()
    assert waiter.failure is None
    assert controller.polyConfig["customData"] == {"a": 1}


def test_it_raises_the_platforms_reason(platform: Any, start: Any) -> None:
    poly = start().poly
    platform.settles = False
    waiter = Waiter(poly.saveCustomData, {"a": 1})
    answer(platform, seq=seq_of_save(platform), error="customData would hold 600000 bytes")
    waiter.join(PATIENCE)
    assert str(waiter.failure) == (
        "customData was not saved: the platform refused it: customData would hold 600000 bytes."
    )


def test_what_cannot_be_sent_is_raised_at_once(start: Any) -> None:
    controller = start()
    for data in ("no map", {"x": object()}, None):
        with pytest.raises(NotSaved, match="customData was not saved: it "):
            controller.saveCustomData(data, wait=True)
    assert controller.polyConfig["customData"] == {}


def test_the_time_to_wait_is_bounded_and_the_save_goes_on(platform: Any, start: Any) -> None:
    controller = start()
    platform.settles = False
    with pytest.raises(NotSaved, match=r"not confirmed within 0\.05 seconds; it is kept and sent again"):
        controller.saveCustomData({"a": 1}, wait=True, timeout=0.05)
    answer(platform, upTo=seq_of_save(platform))


def test_a_handler_may_wait_on_the_thread_that_hears_the_platform(platform: Any, start: Any) -> None:
    class Saving(Controller):
        saved = threading.Event()

        def save(self, command: Any) -> None:
            self.saveCustomData({"from": "a command"}, wait=True, timeout=PATIENCE)
            self.saved.set()

        def shortPoll(self) -> None:
            self.saveCustomData({"from": "a poll"}, wait=True, timeout=PATIENCE)
            self.saved.set()

        commands = {"SAVE": save}  # noqa: RUF012 - NodeServers write it so

    controller = start(Saving)
    for message in ({"command": {"address": "controller", "cmd": "SAVE"}}, {"shortPoll": {}}):
        platform.send(**message)
        assert controller.saved.wait(PATIENCE)
        controller.saved.clear()


def test_an_observer_of_configs_and_one_of_the_stop_may_wait(platform: Any, start: Any) -> None:
    controller = start()
    outcomes: list[str] = []

    def save(*_: Any) -> None:
        controller.saveCustomData({"n": len(outcomes)}, wait=True, timeout=PATIENCE)
        outcomes.append("saved")

    controller.poly.onConfig(save)
    controller.poly.wait_for_observers(PATIENCE)
    controller.poly.onStop(save)
    controller.poly.request_stop("the test asks for it")
    assert controller.poly.wait_until_stopped(PATIENCE)
    assert outcomes == ["saved", "saved"]


def test_a_stop_ends_the_wait(platform: Any, start: Any) -> None:
    controller = start()
    platform.settles = False
    waiter = Waiter(controller.saveCustomData, {"a": 1})
    seq_of_save(platform)
    controller.poly.request_stop("the test asks for it")
    waiter.join(PATIENCE)
    assert "the NodeServer stopped before the platform confirmed it" in str(waiter.failure)


def test_many_may_wait_at_once(platform: Any, start: Any) -> None:
    controller = start()
    waiters = [Waiter(controller.saveCustomData, {"n": number}) for number in range(20)]
    for waiter in waiters:
        waiter.join(PATIENCE)
    assert [waiter.failure for waiter in waiters] == [None] * 20


def test_a_reader_that_edits_a_whole_map_keeps_the_dashboards_edit(platform: Any, start: Any) -> None:
    controller = start(customParams={"mine": "1"})
    params = dict(controller.polyConfig["customParams"])
    take(platform, controller.poly, customParams={"mine": "1", "owner": "1"}, rev={"params": 1, "seq": 0})
    assert controller.getCustomParam("owner") == "1"  # a look at one is not to have seen all
    controller.poly.saveCustomParams({**params, "mine": "2"})
    assert platform.expect_key("patchparams") == {"set": {"mine": "2"}, "unset": []}
    assert controller.getCustomParams() == {"mine": "2", "owner": "1"}


# --- notices ---


def test_a_notice_in_every_shape(platform: Any, start: Any) -> None:
    controller = start()
    controller.addNotice({"a": "one", 2: "two"})
    controller.addNotice("three", "c")
    controller.addNotice("four")
    controller.addNotice({"key": "e", "value": "five"})
    controller.addNotice(["six", {"g": "seven"}])
    expected = {"a": "one", "2": "two", "c": "three", "four": "four", "e": "five", "six": "six", "g": "seven"}
    assert controller.getNotices() == expected
    platform.expect(lambda frame: frame.get("patchnotices", {}).get("set") == {"six": "six", "g": "seven"})


@pytest.mark.parametrize(("which", "gone"), [("b", "b"), (1, "b"), ("one", "a"), (0, "a"), (7, "7"), ("7", "7")])
def test_a_notice_is_removed_by_key_by_place_or_by_text(platform: Any, start: Any, which: Any, gone: str) -> None:
    controller = start(notices={"a": "one", "b": "two", "7": "seven"})
    controller.removeNotice(which)
    assert platform.expect_key("patchnotices") == {"set": {}, "unset": [gone]}


def test_a_temporary_notice_says_for_how_long(platform: Any, start: Any) -> None:
    controller = start()
    controller.addNotice({"a": "one", "b": "two"}, seconds=90)
    assert platform.expect_key("patchnotices") == {
        "set": {"a": "one", "b": "two"},
        "unset": [],
        "seconds": {"a": 90.0, "b": 90.0},
    }


def test_notices_as_a_whole_may_be_a_list(platform: Any, start: Any) -> None:
    controller = start(notices={"old": "gone"})
    controller.poly.saveNotices(["one", "two"])
    assert platform.expect_key("patchnotices") == {"set": {"one": "one", "two": "two"}, "unset": ["old"]}


def test_all_notices_go_even_those_just_added(platform: Any, start: Any) -> None:
    controller = start(notices={"old": "one"})
    controller.addNotice("new")
    controller.removeNoticesAll()
    platform.expect(lambda frame: frame.get("patchnotices", {}).get("unset") == ["old", "new"])
    assert controller.getNotices() == {}


# --- typed params ---

PORT = {"name": "port", "title": "Port", "type": "NUMBER", "defaultValue": 80}


def test_typed_params_have_their_defaults_as_soon_as_they_are_defined(start: Any) -> None:
    controller = start()
    assert controller.getTypedParams() == {}
    controller.poly.save_typed_params(PORT)
    assert (controller.getTypedParam("port"), controller.getTypedParam("other")) == (80, None)
    assert controller.polyConfig["typedCustomData"] == {}


def test_what_one_gets_of_typed_params_is_a_copy(start: Any) -> None:
    hosts = {"name": "hosts", "isList": True, "defaultValue": ["a"]}
    controller = start(typedParams=[hosts])
    controller.getTypedParam("hosts").append("b")
    assert controller.getTypedParams() == {"hosts": ["a"]}


def test_an_observer_hears_typed_params_at_first_and_when_one_changes(platform: Any, start: Any) -> None:
    told: list[Any] = []
    poly = start(typedParams=[PORT], typedCustomData={"port": 81}).poly
    poly.onTypedParams(told.append)
    for changed in ({"typedCustomData": {"port": 81}}, {}, {"typedCustomData": {"port": 82}}):
        take(platform, poly, **changed)
    assert told == [{"port": 81}, {"port": 82}]


def test_definitions_that_cannot_be_used_have_no_defaults(start: Any) -> None:
    controller = start(typedParams=[{"title": "no name"}], typedCustomData={"a": 1})
    assert controller.getTypedParams() == {"a": 1}


# --- the log level ---


def test_the_owners_log_level_holds_at_once_and_only_when_it_changes(platform: Any, start: Any) -> None:
    poly = start(logLevel="INFO").poly
    assert LOGGER.level == logging.INFO
    LOGGER.setLevel("ERROR")  # the NodeServer's own choice
    take(platform, poly, logLevel="INFO")
    assert LOGGER.level == logging.ERROR
    platform.send(logLevel={"level": "WARNING"})
    take(platform, poly, logLevel="WARNING")
    assert LOGGER.level == logging.WARNING
    take(platform, poly, logLevel="DEBUG")  # chosen while there was no connection
    assert LOGGER.level == logging.DEBUG
