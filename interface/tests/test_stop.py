"""The end of the process: whatever the NodeServer does, it ends with 0 within five seconds of being told to."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import pytest

USUAL = """
import sys
import time
try:
    import polyinterface
except ImportError:
    import pgc_interface as polyinterface

LOGGER = polyinterface.LOGGER

class Controller(polyinterface.Controller):
    drivers = [{'driver': 'ST', 'value': 1, 'uom': 2}, {'driver': 'GV1', 'value': 0, 'uom': 56}]

    def start(self):
        print('entered', flush=True)
        self.setDriver('GV1', 5)
        START

    def stop(self):
        print('stopping', flush=True)
        self.reportCmd('BYE')
        self.setDriver('GV1', 6)
        STOP

if __name__ == "__main__":
    try:
        polyglot = polyinterface.Interface('Usual')
        polyglot.start()
        control = Controller(polyglot)
        control.runForever()
    except (KeyboardInterrupt, SystemExit):
        polyglot.stop()
    AFTER
    print('script over', flush=True)
    sys.exit(0)
"""


def usual(start: str = "pass", stop: str = "pass", after: str = "pass") -> str:
    return USUAL.replace("START", start).replace("STOP", stop).replace("AFTER", after)


@pytest.fixture
def entered(platform: Any) -> Callable[[], None]:
    return lambda: platform.expect_value("controller", "GV1", "5")


def test_stop_message_runs_observers_and_ends_the_process(platform: Any, run_nodeserver: Any, entered: Any) -> None:
    """The original swallowed an AttributeError in stop(): no observer ran and the process never ended."""
    running = run_nodeserver(usual())
    entered()
    platform.send(stop="")
    code, out, _ = running.end()
    assert (code, out.split("\n")[:3]) == (0, ["entered", "stopping", "script over"])
    platform.expect(lambda frame: frame.get("connected") is False)
    platform.expect_value("controller", "GV1", "6")  # what the observer set is flushed
    order = [frame for _, frame in platform.frames]
    assert order[-1]["connected"] is False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_stop_in_good_order(number: Any, platform: Any, run_nodeserver: Any, entered: Any) -> None:
    running = run_nodeserver(usual())
    entered()
    running.signal(number)
    code, out, _ = running.end()
    assert (code, "stopping" in out) == (0, True)


@pytest.mark.parametrize(
    "source",
    [
        usual(start="time.sleep(1000)"),
        usual(stop="time.sleep(1000)"),
        usual(stop="raise RuntimeError('no')"),
        usual(after="time.sleep(1000)"),
        usual(after="import threading; threading.Thread(target=time.sleep, args=(1000,)).start()"),
    ],
    ids=["start blocks", "stop blocks", "stop raises", "script blocks", "a thread blocks"],
)
def test_nothing_keeps_the_process_from_ending(source: str, platform: Any, run_nodeserver: Any, entered: Any) -> None:
    running = run_nodeserver(source)
    entered()
    platform.send(stop="")
    code, out, _ = running.end(within=7.0)
    assert (code, "stopping" in out) == (0, True)


def test_poly_stop_from_a_handler(platform: Any, run_nodeserver: Any, entered: Any) -> None:
    running = run_nodeserver(usual(start="self.poly.stop()"))
    assert running.end()[0] == 0


def test_sys_exit_in_start_ends_only_that_thread(platform: Any, run_nodeserver: Any, entered: Any) -> None:
    running = run_nodeserver(usual(start="sys.exit(3)"))
    entered()
    platform.send(query={"address": "all"}, mid=None)
    platform.expect(lambda frame: any(status.get("force") for status in frame.get("batch", {}).get("status", [])))
    assert running.process.poll() is None
    platform.send(stop="")
    assert running.end()[0] == 0


def test_delete_runs_the_handler_and_stops(platform: Any, run_nodeserver: Any, entered: Any) -> None:
    source = usual().replace(
        "    def start", "    def delete(self):\n        print('deleted', flush=True)\n\n    def start"
    )
    running = run_nodeserver(source)
    entered()
    platform.send(delete={}, mid="m1")
    code, out, _ = running.end()
    assert code == 0
    assert out.index("deleted") < out.index("stopping")
    assert platform.expect_key("ack") == {"mid": "m1"}


def test_a_script_that_fails_ends_with_1(platform: Any, run_nodeserver: Any) -> None:
    running = run_nodeserver("import pgc_interface\npgc_interface.Interface().start()\nraise KeyError('what')\n")
    code, _, err = running.end()
    assert code == 1
    assert "KeyError: 'what'" in err


def test_run_forever_returns_at_once_under_a_launcher_and_the_process_stays(platform: Any, run_nodeserver: Any) -> None:
    """One NodeServer starts its HTTP server after runForever."""
    source = "import pgc_interface\npgc_interface.Interface.host_waits = True\n" + usual(
        after="control.reportCmd('AFTER')"
    )
    running = run_nodeserver(source)
    platform.expect(lambda frame: frame.get("command", {}).get("command") == "AFTER")
    assert running.process.poll() is None
    platform.send(stop="")
    assert running.end()[0] == 0


def test_send_stop_asks_the_platform(platform: Any, run_nodeserver: Any) -> None:
    running = run_nodeserver(usual(start="self.poly.send({'stop': {}})"))
    assert platform.expect_key("stop") == {}
    platform.send(stop="")
    assert running.end()[0] == 0


def test_outside_a_worker_it_says_what_is_missing(run_nodeserver: Any) -> None:
    running = run_nodeserver(usual(), without=("NODESERVER", "PGC_MQTT_URL"))
    code, _, err = running.end()
    assert code == 1
    assert "NODESERVER and PGC_MQTT_URL are not set" in err
    assert "pgc run" in err


def test_a_stop_without_a_broker_ends_as_well(run_nodeserver: Any, environment: Any, cable: Any) -> None:
    cable.cut()
    running = run_nodeserver(usual(), port=cable.port)
    line = running.process.stderr.readline()
    while "cannot be reached" not in line and "broke" not in line:
        line = running.process.stderr.readline()
    running.signal(signal.SIGTERM)
    assert running.end()[0] == 0
