"""Why a run ended, in words: for each kind of end the reason, and what may help."""

import signal
from collections.abc import Sequence

import pytest

from pgc.bundles.requirements import Requirements
from pgc.nodeservers.endings import explain
from pgc.workers.runtime import Exit

RUN = "0123456789abcdef"
APP = f"/srv/runs/{RUN}/app"
REQUIREMENTS = Requirements("requirements.txt", ("requests>=2", "PyYAML==6.0"))


def traceback(error: str, *frames: str) -> list[str]:
    lines = [part for frame in frames for part in (f"  File {frame}", "    some code", "    ^^^^")]
    return ["Traceback (most recent call last):", *lines, error]


IN_PLUG = (f'"{APP}/main.py", line 3, in <module>', f'"{APP}/lib/plug.py", line 12, in connect')
NO_PROGRAM = (
    *traceback("SyntaxError: invalid syntax", '"/sdk/launcher.py", line 163, in _compile', f'"{APP}/t.py", line 2'),
    "The executable 't.py' is not a program for Python 3.11.",
)
IN_PACKAGE = (*IN_PLUG, f'"/srv/runs/{RUN}/site/requests/api.py", line 59, in get')


@pytest.mark.parametrize(
    ("exit_", "said", "reason", "hint"),
    [
        (Exit(code=1), traceback("KeyError: 'x'", *IN_PLUG), "exit code 1 (KeyError: 'x', in lib/plug.py:12)", ""),
        (
            Exit(code=1),
            traceback("requests.exceptions.Timeout: slow", *IN_PACKAGE),
            "(Timeout: slow, in lib/plug.py",
            "",
        ),
        (
            Exit(code=1),
            NO_PROGRAM,
            "SyntaxError: invalid syntax, in t.py:2",
            "not valid in the Python",
        ),
        (
            Exit(code=1),
            traceback("ModuleNotFoundError: No module named 'foo'", *IN_PLUG),
            "No module named 'foo', in lib/plug.py:12",
            "foo is not in requirements.txt",
        ),
        (
            Exit(code=1),
            traceback("ModuleNotFoundError: No module named 'pyyaml.nodes'", *IN_PLUG),
            "No module named 'pyyaml.nodes'",
            "requirements.txt lists pyyaml, but",
        ),
        (
            Exit(code=1),
            traceback("ImportError: cannot import name 'a' from 'b' (/b.py)", *IN_PLUG),
            "cannot import name 'a'",
            "another version",
        ),
        (
            Exit(code=1),
            traceback("OSError: [Errno 98] Address already in use", *IN_PLUG),
            "Address already in use",
            "the port is taken",
        ),
        (
            Exit(code=1),
            traceback("PermissionError: [Errno 13] Permission denied: '/x'", *IN_PLUG),
            "Permission denied",
            "in its own folder only",
        ),
        (Exit(code=1), traceback("MemoryError", *IN_PLUG), "it ran out of memory in lib/plug.py:12", "may need less"),
        (
            Exit(code=1),
            traceback("RuntimeError: can't start new thread", *IN_PLUG),
            "can't start new thread",
            "processes and threads",
        ),
        (Exit(signal=signal.SIGKILL, out_of_memory=True), [], "it ran out of memory: it used more", "may need less"),
        (Exit(code=1, out_of_memory=True), ["odd"], "it ran out of memory: it used more", "may need less"),
        (Exit(code=0, ended_for="it filled the disk"), [], "the platform ended it because it filled the disk", ""),
        (Exit(code=3), ["goodbye"], "it ended by itself with exit code 3 (goodbye)", ""),
        (Exit(code=3), [], "it ended by itself with exit code 3", ""),
        (Exit(signal=signal.SIGSEGV), traceback("KeyError: 'x'", *IN_PLUG), "(SIGSEGV)", "compiled code broke down"),
        (Exit(signal=signal.SIGKILL), [], "killed by signal 9 (SIGKILL)", "out of memory"),
        (Exit(signal=signal.SIGTERM), [], "(SIGTERM)", "the platform did not"),
        (Exit(signal=signal.SIGSYS), [], "(SIGSYS)", "forbidden in its sandbox"),
        (Exit(signal=99), [], "killed by signal 99", ""),
        (Exit(), [], "its keeper was lost", "the platform's own log"),
    ],
)
def test_each_end_has_its_reason_and_what_helps(exit_: Exit, said: Sequence[str], reason: str, hint: str) -> None:
    ending = explain(exit_, said, RUN, REQUIREMENTS)
    assert reason in ending.reason
    assert hint in ending.hint
    assert bool(hint) == bool(ending.hint)


def test_where_nothing_is_required_the_hint_says_so() -> None:
    said = traceback("ModuleNotFoundError: No module named 'foo'", *IN_PLUG)
    assert "list it" in explain(Exit(code=1), said, RUN).hint


def test_the_last_of_chained_exceptions_is_the_reason() -> None:
    cause = traceback("KeyError: 'a'", *IN_PLUG)
    said = [*cause, "", "During handling of the above exception, another exception occurred:", ""]
    said += traceback("ValueError: b", f'"{APP}/main.py", line 9, in main')
    assert "(ValueError: b, in main.py:9)" in explain(Exit(code=1), said, RUN).reason


def test_an_exception_of_long_ago_is_not_the_reason() -> None:
    said = [*traceback("KeyError: 'x'", *IN_PLUG), *(f"going on {number}" for number in range(20))]
    assert explain(Exit(code=2), said, RUN).reason == "it ended by itself with exit code 2 (going on 19)"


def test_what_strangers_say_is_bounded() -> None:
    said = traceback("x.Error: " + "y" * 100_000, f'"{APP}/{"z" * 100_000}.py", line 1, in f')
    assert len(explain(Exit(code=1), said, RUN).reason) < 1000
    assert len(explain(Exit(code=1), ["y" * 100_000], RUN).reason) < 1000
    assert len(explain(Exit(code=1), traceback("K" * 100_000), RUN).reason) < 1000
    named = traceback(f"ModuleNotFoundError: No module named '{'m' * 100_000}'")
    assert len(explain(Exit(code=1), named, RUN).hint) < 1000
