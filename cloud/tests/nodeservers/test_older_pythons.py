import re

import pytest

from pgc.nodeservers.endings import explain
from pgc.nodeservers.older_pythons import older_python_for
from pgc.workers.runtime import Exit


@pytest.mark.parametrize(
    ("message", "version"),
    [
        ("No module named 'distutils'", "3.11"),
        ("No module named 'distutils.version'; 'distutils' is not a package", "3.11"),
        ("No module named 'imghdr'", "3.12"),
        ("module 'ssl' has no attribute 'wrap_socket'", "3.11"),
        ("module 'base64' has no attribute 'encodestring'. Did you mean: 'encodebytes'?", "3.8"),
        ("cannot import name 'Mapping' from 'collections' (/usr/lib/python3.10/collections/__init__.py)", "3.9"),
        ("module 'asyncio' has no attribute 'coroutine'", "3.10"),
        ("'Poller' object has no attribute 'isAlive'. Did you mean: 'is_alive'?", "3.8"),
        ("create_server() got an unexpected keyword argument 'loop'", "3.9"),
    ],
)
def test_what_newer_pythons_have_lost_is_told_with_the_last_that_had_it(message: str, version: str) -> None:
    assert f"(--python {version})" in older_python_for(message)


@pytest.mark.parametrize(
    "message",
    [
        "No module named 'requests'",
        "module 'ssl' has no attribute 'nonsense'",
        "it has no attribute",
        "name 'imp' …",
        "",
    ],
)
def test_of_other_errors_nothing_is_said(message: str) -> None:
    assert older_python_for(message) == ""


def test_it_is_the_hint_of_a_run_that_ended_so() -> None:
    said = ["Traceback (most recent call last):", '  File "ns.py", line 1, in <module>', "    import distutils"]
    ending = explain(Exit(code=1), [*said, "ModuleNotFoundError: No module named 'distutils'"], "run")
    assert re.match(r"distutils left Python after 3\.11: choose that one", ending.hint)
