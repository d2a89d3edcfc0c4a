"""The end of the process: whatever the NodeServer does, it ends with 0 within five seconds of being told to."""

from __future__ import annotations

import signal
import sys
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
        usual(start="import ctypes; ctypes.CDLL(None).sleep(1000)"),
        usual(start="import threading; threading.stack_size(1 << 46)"),
    ],
    ids=[
        "start blocks",
        "stop blocks",
        "stop raises",
        "script blocks",
        "a thread blocks",
        "start is in C code for ever",
        "no thread can be made any more",
    ],
)
def test_nothing_keeps_the_process_from_ending(source: str, platform: Any, run_nodeserver: Any, entered: Any) -> None:
    running = run_nodeserver(source)
    entered()
    platform.send(stop="")
    code, out, _ = running.end(within=7.0)
    assert (code, "stopping" in out) == (0, True)


def test_every_stop_observer_runs_even_after_one_that_blocks(platform: Any, run_nodeserver: Any, entered: Any) -> None:
    late = "control = Controller(polyglot); polyglot.onStop(lambda: print('second', flush=True))"
    source = usual(stop="time.sleep(1000)").replace("control = Controller(polyglot)", late)
    running = run_nodeserver(source)
    entered()
    platform.send(stop="")
    code, out, _ = running.end(within=7.0)
    assert (code, out.splitlines()[:3]) == (0, ["entered", "stopping", "second"])
    platform.expect_value("controller", "GV1", "6")


def test_c_code_that_holds_the_interpreter_is_ended_and_its_place_is_told(
    platform: Any, run_nodeserver: Any, entered: Any
) -> None:
    """No thread of ours can run then, so it cannot end with 0."""
    running = run_nodeserver(usual(stop="import ctypes; ctypes.PyDLL(None).sleep(1000)"))
    entered()
    platform.send(stop="")
    code, _, err = running.end(within=7.0)
    assert code == 1
    assert 'nodeserver.py", line' in err
    assert "in stop" in err


SELF_LOCKED = "import ctypes; libc = ctypes.CDLL(None); lock = ctypes.create_string_buffer(256); AGAIN; AGAIN"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a zeroed buffer is a mutex of glibc's and musl's")
def test_a_signal_is_heard_while_the_script_is_in_c_code_for_ever(run_nodeserver: Any, entered: Any) -> None:
    """Python runs its handlers on the main thread, which never comes back here."""
    locked = SELF_LOCKED.replace("AGAIN", "libc.pthread_mutex_lock(lock)")
    running = run_nodeserver(usual().replace("control.runForever()", f"print('in C', flush=True); {locked}"))
    while running.process.stdout.readline() != "in C\n":
        pass
    entered()
    running.signal(signal.SIGTERM)
    code, out, _ = running.end(within=7.0)
    assert (code, "stopping" in out) == (0, True)


FORKS = """import multiprocessing
        child = multiprocessing.get_context('fork').Process(target=time.sleep, args=(1000,))
        child.start()
        child.terminate()
        child.join()
        self.setDriver('GV1', 100 - child.exitcode)"""


def test_a_child_that_the_nodeserver_forks_has_its_own_signals(
    platform: Any, run_nodeserver: Any, entered: Any
) -> None:
    running = run_nodeserver(usual(start=FORKS))
    platform.expect_value("controller", "GV1", str(100 + signal.SIGTERM))
    assert running.process.poll() is None
    platform.send(stop="")
    assert running.end()[0] == 0


def test_a_signal_that_the_nodeserver_handles_itself_is_its_own(run_nodeserver: Any, entered: Any) -> None:
    own = "import signal; signal.signal(signal.SIGTERM, lambda *_: print('mine', flush=True)); control.runForever()"
    running = run_nodeserver(usual().replace("control.runForever()", own))
    entered()
    running.signal(signal.SIGTERM)
    assert [running.process.stdout.readline() for _ in range(2)] == ["entered\n", "mine\n"]
    running.signal(signal.SIGINT)
    assert running.end()[0] == 0


def test_a_log_that_nobody_reads_does_not_hold_up_the_end(platform: Any, run_nodeserver: Any, entered: Any) -> None:
    flood = "polyinterface.lifetime.LIMIT = 1.0; [LOGGER.info('x' * 5000) for _ in range(1000)]"
    running = run_nodeserver(usual(start=flood))
    entered()
    platform.send(stop="")
    assert running.process.wait(timeout=8.0) == 0


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


outlives_its_script = pytest.mark.skipif(
    (3, 12) <= sys.version_info < (3, 12, 3),
    reason="without a launcher; Python 3.12.0 to 3.12.2 start no thread once the script has ended (issue 113964)",
)


@outlives_its_script
def test_a_script_that_does_not_run_forever_stays_up_until_the_stop(
    platform: Any, run_nodeserver: Any, entered: Any
) -> None:
    running = run_nodeserver(usual().replace("control.runForever()", "pass"))
    entered()
    assert {running.process.stdout.readline() for _ in range(2)} == {"entered\n", "script over\n"}
    platform.send(stop="")
    code, out, _ = running.end()
    assert (code, "stopping" in out) == (0, True)


@outlives_its_script
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
