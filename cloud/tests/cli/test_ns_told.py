from typing import Any

from pgc.cli.ns_told import tell_one
from pgc.cli.output import console

CRASHED: dict[str, Any] = {
    "name": "Lamp",
    "state": "parked",
    "reason": "it crashed more than 5 times",
    "hint": "list lxml in a file requirements.txt",
    "place": None,
    "handler": None,
    "slot": 1,
    "isy": "home",
    "worker": "abcd",
    "source": "/srv/lamp",
    "ref": "",
    "commit": "",
    "earlier": None,
    "install_failure": "",
    "dialect": "pgc",
    "dialect_reason": "",
    "api": "auto",
    "errors": 6,
}


def told(**changes: Any) -> str:
    with console.capture() as captured:
        tell_one({**CRASHED, **changes}, [], json=False)
    return captured.get()


def test_what_may_help_stands_below_the_reason() -> None:
    assert "may help     list lxml in a file requirements.txt" in told()
    assert "may help" not in told(hint="")


def test_what_it_waits_for_is_told() -> None:
    assert "number 3 of those that wait to start" in told(state="queued", reason="", place=3)
    handler = {"name": "lamp1 DON", "since": 0.0, "stuck": True}
    assert "busy with    lamp1 DON, for " in told(handler=handler)
    assert "and stuck" in told(handler=handler)
