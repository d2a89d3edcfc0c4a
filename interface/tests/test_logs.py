"""The log as the platform reads it, from a process of its own."""

from __future__ import annotations

import json
from typing import Any

import pytest

SOURCE = r"""
import sys, threading, warnings
import pgc_interface
from pgc_interface import LOGGER

poly = pgc_interface.Interface()
LOGGER.info('hello %s', 'there')
try:
    1 / 0
except ZeroDivisionError:
    LOGGER.exception('failed')
warnings.warn('old')
print('printed')
print('to stderr', file=sys.stderr)
LOGGER.info('bad \udcff text')

def die():
    raise KeyError('lost')

thread = threading.Thread(target=die, name='Dying')
thread.start()
thread.join()
threading.Thread(target=sys.exit).start()
LOGGER.setLevel(40)
LOGGER.info('not seen')
"""


@pytest.fixture
def lines(run_nodeserver: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("PGC_LOG_FORMAT", "json")
    code, out, err = run_nodeserver(SOURCE).end()
    assert (code, out) == (0, "printed\n")
    return list(err.splitlines())


def test_one_json_object_a_line(lines: list[str]) -> None:
    plain = [line for line in lines if not line.startswith("{")]
    assert plain == ["to stderr"]
    records = [json.loads(line) for line in lines if line.startswith("{")]
    hello, failed, warned, bad, died = records
    assert {key: hello[key] for key in ("level", "logger", "thread", "message")} == {
        "level": "INFO",
        "logger": "pgc_interface",
        "thread": "MainThread",
        "message": "hello there",
    }
    assert isinstance(hello["time"], float)
    assert "traceback" not in hello
    assert "ZeroDivisionError" in failed["traceback"]
    assert (warned["level"], warned["logger"]) == ("WARNING", "py.warnings")
    assert "old" in warned["message"]
    assert bad["message"] == "bad \\udcff text"
    assert (died["level"], died["message"]) == ("ERROR", "The thread Dying ended: 'lost'")
    assert "KeyError: 'lost'" in died["traceback"]


def test_for_people_by_default(run_nodeserver: Any) -> None:
    _, _, err = run_nodeserver(SOURCE, without=("PGC_LOG_FORMAT",)).end()
    assert "[MainThread] [INFO ] hello there" in err
    assert "ZeroDivisionError: division by zero" in err


def test_the_level_follows_the_init_and_the_platform(platform: Any, start: Any) -> None:
    controller = start(logLevel="WARNING")
    logger = __import__("pgc_interface").LOGGER
    assert logger.level == 30
    platform.send(logLevel={"level": "debug"})
    platform.send(logLevel={"level": "loud"})
    platform.send(command={"address": "controller", "cmd": "X", "query": {"requestId": "1"}})
    platform.expect_key("report")
    assert logger.level == 10
    assert controller.poly.connected
