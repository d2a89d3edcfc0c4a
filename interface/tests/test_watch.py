"""Handlers that take too long: named where the author looks, and told to the platform; all others cost nothing."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pgc_interface import Controller, link, watch
from pgc_interface.calls import attempt
from pgc_interface.watch import REPEAT, SLOW, Watch

PATIENCE = 15.0


class Clock:
    """The monotonic clock, that a test can put forward."""

    ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


class Blocked:
    """A thread that is in NodeServer code until it is let go."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._inside, self._go = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        assert self._inside.wait(PATIENCE)

    def let_go(self) -> None:
        self._go.set()
        self.thread.join(PATIENCE)

    def _run(self) -> None:
        attempt("A message", lambda: attempt(self._what, self._stand_still))

    def _stand_still(self) -> None:
        self._inside.set()
        self._go.wait(PATIENCE)  # here it stands


class Told:
    """Stands for the link's hot lane."""

    def __init__(self) -> None:
        self.beats: list[Any] = []
        self.connected = True

    def __call__(self, message: dict[str, Any]) -> Any:
        if not self.connected:
            return None
        self.beats.append(message["beat"])
        return object()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def watching(clock: Clock, told: Told, tmp_path: Any) -> Watch:
    return Watch(told, str(tmp_path), clock)  # type: ignore[arg-type]


@pytest.fixture
def blocked(watching: Watch) -> Iterator[Blocked]:
    made = Blocked("lamp DON")
    watching.over(made.thread)
    yield made
    made.let_go()


def test_a_handler_is_named_after_ten_seconds_and_not_before(
    watching: Watch, blocked: Blocked, clock: Clock, told: Told, heard: list[str]
) -> None:
    watching.tick()
    assert (told.beats, heard) == ([], [])
    clock.ahead = SLOW
    watching.tick()
    watching.tick()
    assert [beat["handler"] for beat in told.beats] == ["lamp DON"]
    assert abs(told.beats[0]["since"] - time.time()) < PATIENCE
    assert len(heard) == 1
    assert heard[0].startswith("lamp DON has not returned for 10 seconds, since ")
    assert time.strftime("since %H:%M:%S", time.localtime(told.beats[0]["since"])) in heard[0]


def test_it_is_told_once_more_when_it_has_ended(
    watching: Watch, blocked: Blocked, clock: Clock, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    clock.ahead = SLOW
    watching.tick()
    blocked.let_go()
    watching.tick()
    watching.tick()
    assert told.beats[1:] == [{}]


def test_it_is_repeated_each_minute_and_after_each_reconnect(
    watching: Watch, blocked: Blocked, clock: Clock, told: Told, heard: list[str]
) -> None:
    for ahead in (SLOW, SLOW + REPEAT - 5, SLOW + REPEAT):
        clock.ahead = ahead
        watching.tick()
    assert len(told.beats) == 2
    watching.down()
    watching.up()
    watching.tick()
    assert len(told.beats) == 3
    assert len(heard) == 1


def test_an_end_that_nobody_heard_of_is_told_after_the_reconnect(
    watching: Watch, blocked: Blocked, clock: Clock, told: Told
) -> None:
    clock.ahead = SLOW
    watching.tick()
    told.connected = False
    blocked.let_go()
    watching.tick()
    told.connected = True
    watching.up()
    watching.tick()
    assert told.beats[1:] == [{}]


def test_of_two_the_longer_is_told_and_both_are_named(
    watching: Watch, blocked: Blocked, clock: Clock, told: Told, heard: list[str]
) -> None:
    second = Blocked("oauth")
    watching.over(blocked.thread, second.thread)
    clock.ahead = SLOW
    watching.tick()
    second.let_go()
    assert [beat["handler"] for beat in told.beats] == ["lamp DON"]
    assert [line.split(" has ")[0] for line in heard] == ["lamp DON", "oauth"]


def test_many_short_calls_in_one_message_are_named_by_the_message(watching: Watch, clock: Clock, told: Told) -> None:
    here = threading.current_thread()
    watching.over(here)

    def message() -> None:
        clock.ahead = SLOW
        watching.tick()

    attempt("The message result", message)
    assert [beat["handler"] for beat in told.beats] == ["The message result"]


def test_without_slow_handlers_nothing_is_sent_not_even_after_a_reconnect(watching: Watch, told: Told) -> None:
    watching.over(threading.current_thread())
    attempt("quick", lambda: None)
    watching.tick()
    watching.down()
    watching.up()
    watching.tick()
    assert told.beats == []


# --- through a whole Interface ---


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten seconds are over at once, and the link looks all the time."""
    monkeypatch.setattr(watch, "SLOW", 0.0)
    monkeypatch.setattr(link, "TICK", 0.02)


def beat_of(platform: Any, handler: str | None) -> Callable[[], Any]:
    return lambda: platform.expect(lambda frame: "beat" in frame and frame["beat"].get("handler") == handler)


def test_the_platform_hears_of_a_command_that_blocks_and_of_its_end(hasty: None, platform: Any, start: Any) -> None:
    go = threading.Event()

    class Slow(Controller):
        def wait(self, command: Any) -> None:
            go.wait(PATIENCE)

        commands = {"WAIT": wait}  # noqa: RUF012 - NodeServers write it so

    start(Slow)
    platform.send(command={"address": "controller", "cmd": "WAIT"}, mid="m1")
    beat_of(platform, "controller WAIT")()
    go.set()
    beat_of(platform, None)()
    assert platform.expect_key("ack") == {"mid": "m1"}


def test_an_observer_of_the_config_that_blocks_is_told_too(hasty: None, platform: Any, make_interface: Any) -> None:
    go = threading.Event()
    poly = make_interface()
    poly.onConfig(lambda config: go.wait(PATIENCE))
    poly.start()
    beat_of(platform, "An onConfig observer")()
    go.set()


def test_a_start_that_blocks_for_ever_is_in_order(hasty: None, platform: Any, start: Any) -> None:
    go, entered = threading.Event(), threading.Event()

    class Serves(Controller):
        def start(self) -> None:
            entered.set()
            go.wait(PATIENCE)

        def wait(self, command: Any) -> None:
            go.wait(PATIENCE)

        commands = {"WAIT": wait}  # noqa: RUF012

    start(Serves)
    assert entered.wait(PATIENCE)
    platform.send(command={"address": "controller", "cmd": "WAIT"}, mid="m1")
    beat_of(platform, "controller WAIT")()
    assert "start" not in [beat.get("handler") for beat in platform.came("beat")]
    go.set()


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """Connections are taken, and nothing is ever answered."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


HANGS = """
import socket
import pgc_interface
pgc_interface.watch.SLOW, pgc_interface.link.TICK = 0.2, 0.05

class Controller(pgc_interface.Controller):
    def ask(self, command):
        socket.create_connection(('127.0.0.1', PORT)).makefile().readline()

    commands = {'ASK': ask}

poly = pgc_interface.Interface()
poly.start()
Controller(poly).runForever()
"""


def test_the_log_names_the_line_of_the_nodeservers_own_code(
    platform: Any, run_nodeserver: Any, deaf_port: int, controller_record: Any
) -> None:
    running = run_nodeserver(HANGS.replace("PORT", str(deaf_port)), nodes={"controller": controller_record()})
    platform.expect(lambda frame: frame.get("connected") is True)
    platform.send(command={"address": "controller", "cmd": "ASK"})
    beat_of(platform, "controller ASK")()
    platform.send(stop="")
    code, _, err = running.end()
    assert code == 0
    line = next(line for line in err.splitlines() if "has not returned" in line)
    source = f"socket.create_connection(('127.0.0.1', {deaf_port})).makefile().readline()"
    assert line.endswith(f"It is at nodeserver.py, line 8, in ask: {source}")
