"""Commands and what is answered to them."""

# ruff: noqa: RUF012 - NodeServers write their drivers and commands so
from __future__ import annotations

import asyncio
import sys
import threading
from typing import Any

import pytest

from pgc_interface import Controller

PATIENCE = 15.0


class Commanded(Controller):
    drivers = [{"driver": "ST", "value": 1, "uom": 2}, {"driver": "GV1", "value": 0, "uom": 56}]

    def __init__(self, poly: Any) -> None:
        super().__init__(poly)
        self.got: list[Any] = []
        self.failure: BaseException = ValueError("no")

    def take(self, command: Any) -> None:
        self.got.append(command)
        self.setDriver("GV1", len(self.got))

    def fail(self, command: Any) -> None:
        raise self.failure

    def leave(self, command: Any) -> None:
        raise SystemExit(2)

    def alone(self) -> None: ...

    commands = {"TAKE": take, "FAIL": fail, "LEAVE": leave, "ALONE": alone}


def ask(platform: Any, cmd: str, address: str = "controller") -> bool:
    after = len(platform.frames)
    platform.send(command={"address": address, "cmd": cmd, "query": {"requestId": "r1"}})
    return bool(platform.expect_key("report", after)["success"])


@pytest.mark.parametrize(
    ("cmd", "success"), [("TAKE", True), ("UNKNOWN", True), ("FAIL", False), ("ALONE", False), ("LEAVE", True)]
)
def test_a_request_is_answered_with_how_the_command_ended(cmd: str, success: bool, platform: Any, start: Any) -> None:
    start(Commanded)
    assert ask(platform, cmd) is success
    assert ask(platform, "TAKE") is True  # the thread lives on
    assert platform.frames[-1][0] == platform.topics.isy


class Unspeakable(Exception):
    def __str__(self) -> str:
        return str(self.args[1])  # there is none


@pytest.mark.parametrize(
    "failure", [asyncio.CancelledError(), KeyboardInterrupt(), GeneratorExit(), Unspeakable(), RecursionError()]
)
def test_whatever_a_handler_raises_is_told_with_its_traceback_and_ends_only_the_call(
    failure: BaseException, platform: Any, start: Any, heard: list[str]
) -> None:
    """In the original it ended the thread; asyncio's CancelledError and others are no Exceptions."""
    start(Commanded).failure = failure
    assert ask(platform, "FAIL") is False
    assert ask(platform, "TAKE") is True
    assert len(heard) == 1
    assert heard[0].startswith(f"controller FAIL failed: {type(failure).__name__}: ")
    assert "raise self.failure" in heard[0]


class Closed:
    def write(self, text: str) -> int:
        raise ValueError("I/O operation on closed file.")

    flush = write


def test_a_handler_that_fails_without_a_log_to_tell_it_in(
    platform: Any, start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(Commanded)
    monkeypatch.setattr(sys, "stderr", Closed())
    assert ask(platform, "FAIL") is False
    assert ask(platform, "TAKE") is True


@pytest.mark.parametrize("polls", [7, {"shortPoll": "inf"}, {"longPoll": float("nan")}, {"shortPoll": 1e300}])
def test_polls_that_are_none_do_not_end_the_thread(polls: Any, platform: Any, start: Any) -> None:
    start(Commanded).poly.updatePolls(polls)
    assert ask(platform, "TAKE") is True


def test_a_command_for_no_node_fails(platform: Any, start: Any, heard: list[str]) -> None:
    start(Commanded)
    assert ask(platform, "TAKE", address="nobody") is False
    assert heard == ["The command TAKE came for nobody, which is no node here."]


def test_a_command_arrives_as_it_was_sent_with_a_query(platform: Any, start: Any) -> None:
    controller = start(Commanded)
    platform.send(command={"address": "controller", "cmd": "TAKE", "value": "20", "uom": "4"})
    ask(platform, "TAKE")
    assert controller.got[0] == {"address": "controller", "cmd": "TAKE", "value": "20", "uom": "4", "query": {}}


def test_values_set_by_a_command_go_before_its_report(platform: Any, start: Any) -> None:
    start(Commanded)
    for count in range(1, 30):
        assert ask(platform, "TAKE")
        assert str(count) in [status["value"] for status in platform.statuses() if status["driver"] == "GV1"]


def test_values_set_before_a_reported_command_go_before_it(platform: Any, start: Any) -> None:
    controller = start(Commanded)
    for count in range(1, 30):
        controller.setDriver("GV1", count)
        controller.reportCmd(f"C{count}")
        platform.expect(lambda frame, name=f"C{count}": frame.get("command", {}).get("command") == name)
        assert str(count) in [status["value"] for status in platform.statuses() if status["driver"] == "GV1"]


def test_a_message_that_comes_twice_runs_once_and_is_acknowledged_twice(platform: Any, start: Any) -> None:
    controller = start(Commanded)
    for _ in range(2):
        platform.send(command={"address": "controller", "cmd": "TAKE"}, mid="m1")
    platform.send(command={"address": "controller", "cmd": "TAKE"}, mid="m2")
    platform.expect(lambda frame: frame.get("ack") == {"mid": "m2"})
    assert len(controller.got) == 2
    assert platform.came("ack") == [{"mid": "m1"}, {"mid": "m1"}, {"mid": "m2"}]


def test_a_webhook_is_answered(platform: Any, start: Any) -> None:
    class Hooked(Controller):
        def webhook(self, request: Any) -> Any:
            return {"status": 201, "body": request["body"].upper()}

    start(Hooked)
    platform.send(webhook={"id": "w1", "method": "POST", "body": "hello"}, mid="m1")
    assert platform.expect_key("webhookResponse") == {"status": 201, "body": "HELLO", "id": "w1"}


@pytest.mark.parametrize(("name", "status"), [("webhook", 500), ("other", 404)])
def test_a_webhook_that_fails_or_is_not_handled(name: str, status: int, platform: Any, start: Any) -> None:
    def fail(self: Any, request: Any) -> None:
        raise ValueError("no")

    start(type("Hooked", (Controller,), {name: fail}))
    platform.send(webhook={"id": "w1"}, mid="m1")
    assert platform.expect_key("webhookResponse") == {"status": status, "id": "w1"}


def test_messages_are_dealt_with_in_order_and_unknown_ones_ignored(platform: Any, start: Any) -> None:
    order: list[str] = []
    done = threading.Event()

    class Ordered(Controller):
        def shortPoll(self) -> None:
            order.append("short")

        def longPoll(self) -> None:
            order.append("long")

        def discover(self) -> None:
            order.append("discover")
            done.set()

    start(Ordered)
    platform.send(longPoll={}, somethingNew={"x": 1})
    platform.send(shortPoll={}, clientId="x")
    platform._client.publish(platform.topics.down, b"not JSON", qos=1)
    platform._client.publish(platform.topics.down, b"[1]", qos=1)
    platform.send(discover={})
    assert done.wait(PATIENCE)
    assert order == ["long", "short", "discover"]


def test_failed_results_are_named(platform: Any, start: Any, heard: list[str]) -> None:
    start()
    platform.send(result={"removenode": {"success": False, "address": "a", "statusCode": 404}})
    platform.send(result={"installprofile": {"success": False, "reason": "nls is not UTF-8"}})
    ask(platform, "X")
    assert heard[:2] == [
        "The node a was not removed: the ISY answered 404",
        "The profile was not installed: nls is not UTF-8",
    ]
