"""The launcher in a process of its own, as a worker's keeper runs it: its stdin is a socket."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

NEEDED = ("pgc_interface", "paho", "msgspec", *(("typing_extensions",) if sys.version_info < (3, 9) else ()))
PATIENCE = 15.0


class Launched:
    """A warm launcher; `give` hands it a NodeServer, `end` waits for its exit code, stdout and stderr."""

    def __init__(self, sdk: Path, app: Path) -> None:
        self.app = app
        self._claim, inside = socket.socketpair()
        self._claim.settimeout(PATIENCE)
        launcher = sdk / "pgc_interface" / "launcher.py"
        with inside:
            self.process = subprocess.Popen(
                [getattr(sys, "_base_executable", sys.executable), "-I", "-S", "-X", "utf8", str(launcher)],
                stdin=inside,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={"LANG": "C.UTF-8"},
                text=True,
                encoding="utf-8",
            )

    def ready(self) -> bytes:
        return self._claim.recv(64)

    def give(
        self,
        code: str | bytes,
        executable: str = "ns.py",
        site: Path | None = None,
        dialect: str = "pgc",
        **environment: str,
    ) -> None:
        (self.app / "ns.py").write_bytes(code.encode() if isinstance(code, str) else code)
        frame = {
            "executable": executable,
            "environment": environment,
            "dialect": dialect,
            "app": str(self.app),
            "site": str(site) if site else None,
        }
        self._claim.sendall(json.dumps(frame).encode() + b"\n")

    def end(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out, err

    def hang_up(self) -> None:
        self._claim.close()

    def close(self) -> None:
        self._claim.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate(timeout=PATIENCE)


@pytest.fixture(scope="module")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SDK and what it needs in a folder of their own, as workers see them."""
    folder = tmp_path_factory.mktemp("sdk")
    for name in NEEDED:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        source = Path(spec.origin)
        if source.name == "__init__.py":
            shutil.copytree(source.parent, folder / name)
        else:
            shutil.copy(source, folder)
    return folder


@pytest.fixture
def launched(sdk: Path, tmp_path: Path) -> Iterator[Launched]:
    app = tmp_path / "app"
    app.mkdir()
    made = Launched(sdk, app)
    yield made
    made.close()


def test_it_says_ready_and_without_an_assignment_ends_quietly(launched: Launched) -> None:
    assert launched.ready() == b"ready\n"
    launched.hang_up()
    assert launched.end() == (0, "", "")


def test_half_an_assignment_is_none(launched: Launched) -> None:
    launched._claim.sendall(b'{"executable": "ns.py"')
    launched.hang_up()
    assert launched.end() == (0, "", "")


def test_the_nodeserver_is_main(launched: Launched) -> None:
    launched.give(
        "import sys, os, json, __main__, linecache, inspect\n"
        "class Node: pass\n"
        "print(json.dumps([__name__, __file__, sys.argv, os.getcwd(), sys.path[0], __main__.Node is Node,\n"
        "    sys.modules['__main__'] is __main__, linecache.getline(__file__, 2), inspect.getsource(Node)]))"
    )
    _, out, err = launched.end()
    assert err == ""
    app = str(launched.app)
    source = "class Node: pass\n"
    assert json.loads(out) == ["__main__", f"{app}/ns.py", ["ns.py"], app, app, True, True, source, source]


def test_a_program_in_a_folder_finds_its_neighbours_and_the_root(launched: Launched) -> None:
    inner = launched.app / "inner"
    inner.mkdir()
    (inner / "beside.py").write_text("MARK = 'beside'")
    (launched.app / "above.py").write_text("MARK = 'above'")
    (inner / "main.py").write_text(
        "import beside, above, os; print(beside.MARK, above.MARK, os.path.basename(os.getcwd()))"
    )
    launched.give("", executable="inner/main.py")
    assert launched.end() == (0, "beside above app\n", "")


def test_the_environment_is_set_in_the_process(launched: Launched) -> None:
    launched.give("import os, time\nprint(os.environ['GREETING'], time.strftime('%Z'))", GREETING="grüezi", TZ="XYZ-3")
    assert launched.end() == (0, "grüezi XYZ\n", "")


def test_output_is_told_line_by_line_and_bad_characters_are_shown(launched: Launched) -> None:
    launched.give("import time\nprint('\\ud800 first')\ntime.sleep(600)")
    assert launched.process.stdout is not None
    assert launched.process.stdout.readline() == "\\ud800 first\n"


def test_stdin_is_empty_and_exit_is_a_builtin(launched: Launched) -> None:
    launched.give("import sys\nprint(repr(sys.stdin.read()), callable(help))\nexit(4)")
    assert launched.end() == (4, "'' True\n", "")


def test_the_sdks_dependencies_are_forgotten(launched: Launched) -> None:
    launched.give(
        "import sys, pgc_interface\n"
        "print(sorted(name for name in sys.modules if name.partition('.')[0] in ('paho', 'msgspec')))\n"
        "for name in ('paho', 'msgspec', 'polyinterface'):\n"
        "    try: __import__(name)\n"
        "    except ImportError as error: print(error)"
    )
    missing = "".join(f"No module named '{name}'\n" for name in ("paho", "msgspec", "polyinterface"))
    assert launched.end() == (0, "[]\n" + missing, "")


def test_site_packages_come_after_the_standard_library(launched: Launched, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "enum.py").write_text("raise RuntimeError('a backport that nobody needs')")
    (site / "own.py").write_text("MARK = 'own'")
    (site / "paths.pth").write_text("nested\n")
    (site / "nested").mkdir()
    (site / "nested" / "deep.py").write_text("MARK = 'deep'")
    launched.give("import own, deep, sys\nsys.modules.pop('enum'); import enum\nprint(own.MARK, deep.MARK)", site=site)
    assert launched.end() == (0, "own deep\n", "")


def write_modules(app: Path, *names: str) -> None:
    """Modules and packages that know whose they are."""
    for name in names:
        (app / name).parent.mkdir(exist_ok=True)
        (app / name).write_text("OWNER = 'nodeserver'\n")


def test_its_own_modules_win_over_those_of_the_standard_library_and_the_sdk(launched: Launched) -> None:
    """`token.py` is what OAuth needs; that the SDK had the other one loaded is none of the NodeServer's business."""
    write_modules(
        launched.app, "token.py", "calendar.py", "random/__init__.py", "msgspec.py", "paho/__init__.py", "os.py"
    )
    for folder in ("queue", "profile"):  # not packages: they hold files
        (launched.app / folder).mkdir()
    names = ("token", "calendar", "random", "msgspec", "paho", "os", "queue", "profile", "pgc_interface")
    launched.give(
        f"import {', '.join(names)}\nprint([name for name in {names} if hasattr(globals()[name], 'OWNER')])",
    )
    own = ["token", "calendar", "random", "msgspec", "paho"]
    assert launched.end() == (0, f"{own}\n", "")


def test_a_failure_shows_its_own_frames_only(launched: Launched) -> None:
    launched.give("def go():\n    raise ValueError('broken')\n\ngo()")
    code, _, err = launched.end()
    assert code == 1
    assert "launcher.py" not in err
    assert [line for line in err.splitlines() if line.startswith("  File")] == [
        f'  File "{launched.app}/ns.py", line 4, in <module>',
        f'  File "{launched.app}/ns.py", line 2, in go',
    ]
    assert err.endswith("ValueError: broken\n")


@pytest.mark.parametrize(
    ("executable", "reason"),
    [
        ("gone.py", "The executable 'gone.py' is not a file in the NodeServer's folder."),
        ("", "The executable '' is not a file in the NodeServer's folder."),
        (".", "The executable '.' is not a file in the NodeServer's folder."),
        ("../outside.py", "The executable '../outside.py' is outside the NodeServer's folder."),
        ("/etc/hosts", "The executable '/etc/hosts' is outside the NodeServer's folder."),
        ("link.py", "The executable 'link.py' is outside the NodeServer's folder."),
        ("a\0b", "The executable 'a\\x00b' is outside the NodeServer's folder."),
    ],
)
def test_what_cannot_be_run_has_a_plain_reason(launched: Launched, executable: str, reason: str) -> None:
    (launched.app / "link.py").symlink_to("/etc/hosts")
    launched.give("", executable=executable)
    assert launched.end() == (1, "", reason + "\n")


@pytest.mark.parametrize("code", [b"def (:", b"print 'Python 2'", b"\x7fELF\0\0\xff", b"name = '\xff'\n"])
def test_what_is_no_python_has_a_plain_reason(launched: Launched, code: bytes) -> None:
    launched.give(code)
    exit_code, _, err = launched.end()
    assert exit_code == 1
    assert err.splitlines()[-1].startswith(
        ("The executable 'ns.py' is not a program for Python", "The executable 'ns.py' is not a Python program")
    )


def test_a_file_may_start_with_a_mark_or_name_its_encoding(launched: Launched) -> None:
    launched.give(b"\xef\xbb\xbfprint('\xc3\xa9')")
    assert launched.end() == (0, "é\n", "")


def test_threads_of_the_nodeserver_are_waited_for(launched: Launched) -> None:
    launched.give("import threading, time\nthreading.Timer(0.1, lambda: print('later')).start()\nprint('end')")
    assert launched.end() == (0, "end\nlater\n", "")


NODESERVER = """
import pgc_interface as polyinterface
from concurrent.futures import ThreadPoolExecutor

class Thermostat(polyinterface.Controller):
    id = "controller"
    drivers = [{"driver": "ST", "value": 0, "uom": 2}, {"driver": "GV1", "value": 0, "uom": 56}]

    def start(self):
        print("started", flush=True)

    def on(self, command):
        ThreadPoolExecutor().submit(self.setDriver, "GV1", command["value"]).result()

    commands = {"DON": on}

polyglot = polyinterface.Interface("Test")
polyglot.start()
Thermostat(polyglot).runForever()
print("the script goes on", flush=True)
"""


def test_the_sdk_goes_on_without_what_was_forgotten(
    launched: Launched, environment: Callable[..., None], platform: Any, cable: Any
) -> None:
    """Over a real connection, and again after it was cut; the script's end is not the process's, nor of its threads.
    Modules that the NodeServer names like the SDK's dependencies, or the standard library's, make no difference."""
    write_modules(launched.app, "msgspec.py", "paho/__init__.py", "typing_extensions.py", "token.py", "calendar.py")
    environment(port=cable.port)
    names = ("NODESERVER", "PGC_TOPIC_PREFIX", "STAGE", "PGC_MQTT_URL")
    (launched.app / "server.json").write_text("{}")
    launched.give(NODESERVER, **{name: os.environ[name] for name in names})
    platform.expect(lambda frame: frame.get("connected") is True)
    assert launched.process.stdout is not None
    assert {launched.process.stdout.readline() for _ in range(2)} == {"started\n", "the script goes on\n"}
    seen = len(platform.frames)
    cable.cut()
    cable.mend()
    platform.expect(lambda frame: frame.get("connected") is True, seen)
    platform.send(command={"address": "controller", "cmd": "DON", "value": "42", "uom": "56", "query": {}})
    platform.expect(lambda frame: "'42'" in str(frame) and "GV1" in str(frame), seen)
    platform.send(stop="")
    code, _, err = launched.end()
    assert (code, "Traceback" in err) == (0, False)


ON_PREMISES = """
import logging, os, sys
import polyinterface
from polyinterface import LOG_HANDLER, LOGGER
from polyinterface.polyinterface import Interface
from polyinterface.polylogger import PolyLogger

assert Interface is polyinterface.Interface and isinstance(LOG_HANDLER, PolyLogger)
for name in ("paho", "msgspec"):
    try: __import__(name)
    except ImportError as error: print(error)
print(polyinterface.__version__, os.environ["PROFILE_NUM"], os.environ["MQTT_PORT"].isdigit())
LOG_HANDLER.set_log_format(
    "%(asctime)s [%(threadName)-10s] %(name)-18s %(levelname)-8s %(module)s:%(funcName)s: %(message)s"
)
polyglot = polyinterface.Interface("Test")
LOGGER.info("formatted")
other = logging.getLogger("another.package")
other.info("too little to be heard")
other.warning("heard")
LOG_HANDLER.set_basic_config(True, logging.DEBUG)
other.debug("heard too")
LOG_HANDLER.set_basic_config(False)

class Home(polyinterface.Controller):
    def start(self):
        print("started", flush=True)

polyglot.start()
Home(polyglot).runForever()
print("after it has run for ever", polyglot.running)
"""


@pytest.mark.parametrize("log", ["json", ""])
def test_a_run_in_the_on_premises_dialect(
    log: str, launched: Launched, environment: Callable[..., None], platform: Any
) -> None:
    environment()
    names = ("NODESERVER", "PGC_TOPIC_PREFIX", "STAGE", "PGC_MQTT_URL")
    (launched.app / "server.json").write_text("{}")
    launched.give(
        ON_PREMISES, dialect="polyinterface", PGC_LOG_FORMAT=log, **{name: os.environ[name] for name in names}
    )
    assert launched.process.stdout is not None
    lines = [launched.process.stdout.readline() for _ in range(4)]
    assert lines[:2] == ["No module named 'paho'\n", "No module named 'msgspec'\n"]
    assert lines[2:] == ["2.1.0 3 True\n", "started\n"]
    platform.expect(lambda frame: frame.get("connected") is True)
    platform.send(stop="")
    code, out, err = launched.end()
    assert (code, out, "Traceback" in err) == (0, "after it has run for ever False\n", False)
    shown = [json.loads(line)["message"] for line in err.splitlines()] if log else err.splitlines()
    told = [line for line in shown if "ns:<module>: " in line]
    assert [line.rpartition(": ")[2] for line in told] == ["formatted", "heard", "heard too"]
    assert ("%(" in err, told[0] == "ns:<module>: formatted", "[MainThread" in told[0]) == (False, bool(log), not log)


def test_a_dialect_that_nobody_speaks_ends_the_run(launched: Launched) -> None:
    launched.give("print('ran')", dialect="udi_interface")
    code, out, err = launched.end()
    assert (code, out, "udi_interface" in err) == (1, "", True)
