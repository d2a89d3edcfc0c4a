"""Typed params: PG2's four kinds of definitions, what they take from the owner, and what is filled in."""

from __future__ import annotations

from typing import Any

import pytest

from pgc_interface.rules.errors import BadSave
from pgc_interface.rules.typed import DEEPEST, LONGEST_NAME, MOST, changed, complete, definitions

TEXT = {"name": "host", "title": "Host"}
NUMBER = {"name": "port", "type": "NUMBER"}
BOOL = {"name": "on", "type": "BOOL"}
REQUIRED = {"name": "user", "isRequired": True}
PORTS = {"name": "ports", "type": "NUMBER", "isList": True}
SERVER = {"name": "server", "params": [{"name": "host", "isRequired": True}, {**NUMBER, "defaultValue": 80}]}
SERVERS = {**SERVER, "name": "servers", "isList": True}
NESTED = {"name": "zones", "isList": True, "params": [TEXT, {"name": "names", "isList": True, "defaultValue": ["x"]}]}

TAKEN: list[tuple[dict[str, Any], Any, Any]] = [
    (TEXT, "abc", "abc"),
    (TEXT, 5, "5"),
    (TEXT, True, "true"),
    (TEXT, "", ""),
    ({**TEXT, "type": "unheard of"}, "abc", "abc"),
    ({**TEXT, "defaultValue": 3001}, 3001, 3001),
    (NUMBER, 5, 5),
    (NUMBER, "5", 5),
    (NUMBER, " -2.50 ", -2.5),
    (NUMBER, "1e3", 1000.0),
    ({**NUMBER, "type": "number"}, "5", 5),
    ({**NUMBER, "defaultValue": "80"}, None, 80),
    (BOOL, True, True),
    (BOOL, "on", True),
    (BOOL, "Yes", True),
    (BOOL, "TRUE", True),
    (BOOL, "off", False),
    (BOOL, "no", False),
    (BOOL, "false", False),
    ({**BOOL, "type": "BOOLEAN"}, "on", True),
    (REQUIRED, "ann", "ann"),
    (PORTS, ["1", 2], [1, 2]),
    (PORTS, [], []),
    ({**PORTS, "defaultValue": [1]}, None, [1]),
    ({**PORTS, "defaultValue": 1}, None, [1]),
    ({"name": "names", "isList": True}, ["a", ""], ["a", ""]),
    (SERVER, {"host": "h"}, {"host": "h", "port": 80}),
    (SERVER, {"host": "h", "port": "81", "more": 1}, {"host": "h", "port": 81, "more": 1}),
    (SERVERS, [{"host": "h"}], [{"host": "h", "port": 80}]),
    (NESTED, [{"host": "h"}, {"names": ["y"]}], [{"host": "h", "names": ["x"]}, {"names": ["y"]}]),
    ({**NESTED, "isRequired": False}, None, []),
]
REFUSED: list[tuple[dict[str, Any], Any, str]] = [
    (TEXT, ["a"], "host: a text is needed"),
    (NUMBER, "abc", "port: a number is needed, not 'abc'"),
    (NUMBER, True, "port: a number is needed"),
    (NUMBER, "nan", "port: a number is needed"),
    (NUMBER, "1_000", "port: a number is needed"),
    (NUMBER, 10**400, "port: a number is needed"),
    (NUMBER, "9" * 5000, "port: a number is needed, not '99"),
    ({**NUMBER, "defaultValue": "abc"}, None, "port: a number is needed"),
    (BOOL, "maybe", "on: one of on, off, true, false, yes and no is needed, not 'maybe'"),
    (BOOL, 1, "on: one of"),
    (REQUIRED, "", "user: a value is required"),
    (REQUIRED, None, "user: a value is required"),
    (PORTS, 5, "ports: a list is needed"),
    (PORTS, [1, "x"], r"ports\[1\]: a number is needed"),
    (PORTS, [""], r"ports\[0\]: a value is required"),
    ({**PORTS, "isRequired": True}, [], "ports: at least one entry is required"),
    (SERVER, {"port": 1}, "server.host: a value is required"),
    (SERVER, "h", "server: a map of host, port is needed"),
    (SERVERS, [{"host": "h"}, {"host": "h", "port": "x"}], r"servers\[1\].port: a number is needed"),
]


@pytest.mark.parametrize(("raw", "given", "taken"), TAKEN)
def test_what_the_owner_sets_becomes_of_its_type(raw: dict[str, Any], given: Any, taken: Any) -> None:
    assert changed(definitions([raw]), {}, {raw["name"]: given}, []) == {raw["name"]: taken}


@pytest.mark.parametrize(("raw", "given", "reason"), REFUSED)
def test_what_does_not_fit_is_refused_with_its_place(raw: dict[str, Any], given: Any, reason: str) -> None:
    with pytest.raises(BadSave, match=f"^{reason}"):
        changed(definitions([raw]), {}, {raw["name"]: given}, [])


@pytest.mark.parametrize("raw", [TEXT, NUMBER, BOOL], ids=lambda raw: str(raw["name"]))
@pytest.mark.parametrize("empty", [None, ""])
def test_an_optional_value_may_be_left_out(raw: dict[str, Any], empty: Any) -> None:
    result = changed(definitions([raw]), {}, {raw["name"]: empty}, [])
    assert result in ({}, {"host": ""})


def test_every_problem_is_told_up_to_ten() -> None:
    defined = definitions([{**NUMBER, "name": f"n{number}"} for number in range(12)])
    with pytest.raises(BadSave) as error:
        changed(defined, {}, {f"n{number}": "x" for number in range(12)}, [])
    assert str(error.value).count("a number is needed") == 10
    assert str(error.value).endswith("; and 2 more")


def test_a_param_that_nobody_defined_is_refused_and_an_old_one_stays() -> None:
    with pytest.raises(BadSave, match=r"^prot: there is no such typed param$"):
        changed(definitions([NUMBER]), {}, {"prot": 1}, [])
    assert changed(definitions([NUMBER]), {"gone": 1}, {"port": 1}, []) == {"gone": 1, "port": 1}
    assert changed(definitions([NUMBER]), {"gone": 1}, {}, ["gone", "absent"]) == {}


def test_what_is_unset_has_its_default_again() -> None:
    assert changed(definitions([{**NUMBER, "defaultValue": 80}]), {"port": 1}, {}, ["port"]) == {"port": 80}


def test_defaults_fill_what_is_missing_and_change_nothing_else() -> None:
    defined = definitions([{**TEXT, "defaultValue": "h"}, NUMBER, PORTS, SERVER, SERVERS])
    assert complete(defined, {}) == {"host": "h", "ports": [], "server": {"port": 80}, "servers": []}
    written = [{**NUMBER, "defaultValue": "80"}, {**BOOL, "defaultValue": "on"}, {**PORTS, "defaultValue": ["1", "x"]}]
    assert complete(definitions(written), {}) == {"port": 80, "on": True, "ports": [1, "x"]}
    odd = {"host": 5, "port": "x", "ports": "no list", "server": [], "servers": {}, "old": 1}
    assert complete(defined, odd) == odd


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ({}, "typed params: a list of definitions is needed"),
        ([5], r"typed params\[0\]: a definition is a map with a name"),
        ([{"name": ""}], r"typed params\[0\]: a definition is a map with a name"),
        ([{"name": "x" * (LONGEST_NAME + 1)}], r"typed params\[0\]: a definition is a map with a name of at most 256"),
        ([{"name": 5}], r"typed params\[0\]: a definition is a map with a name"),
        ([TEXT, TEXT], "typed params: 'host' is defined twice"),
        ([{"name": "a", "params": {"b": 1}}], r"typed params\[0\].params: a list of definitions is needed"),
        ([{"name": f"n{number}"} for number in range(MOST + 1)], f"typed params: there are over {MOST} definitions"),
    ],
)
def test_definitions_that_cannot_be_used_are_refused(raw: Any, reason: str) -> None:
    with pytest.raises(BadSave, match=reason):
        definitions(raw)


def test_definitions_have_a_bounded_depth() -> None:
    def nested(levels: int) -> dict[str, Any]:
        return {"name": "n", **({"params": [nested(levels - 1)]} if levels else {})}

    assert definitions([nested(DEEPEST - 1)])
    with pytest.raises(BadSave, match="levels deep"):
        definitions([nested(DEEPEST)])


def lists_in_lists(levels: int) -> dict[str, Any]:
    inner = [lists_in_lists(levels - 1)] if levels else [TEXT]
    return {"name": "n", "isList": True, "defaultValue": [{}] * 10, "params": inner}


@pytest.mark.parametrize(
    ("raw", "values"),
    [
        (lists_in_lists(DEEPEST - 2), {}),
        ({"name": "n", "isList": True, "params": [{**TEXT, "defaultValue": "x" * 1000}]}, {"n": [{}] * 1000}),
        ({"name": "n", "isList": True, "params": [{"name": str(n)} for n in range(400)]}, {"n": [{}] * 2000}),
    ],
)
def test_what_defaults_and_entries_multiply_to_is_bounded(raw: dict[str, Any], values: dict[str, Any]) -> None:
    defined = definitions([raw])
    for fill in (lambda: complete(defined, values), lambda: changed(defined, values, {}, [])):
        with pytest.raises(BadSave, match="too many values"):
            fill()


def test_of_very_many_problems_only_those_that_are_told_are_kept() -> None:
    names = [{"name": f"{number:0{LONGEST_NAME}}"} for number in range(400)]
    defined = definitions([{"name": "n", "isList": True, "params": names}])
    with pytest.raises(BadSave, match="; and 990 more") as error:
        changed(defined, {"n": [1] * 1000}, {}, [])
    assert len(str(error.value)) < 50_000


def test_a_title_is_the_name_unless_there_is_one() -> None:
    first, second = definitions([TEXT, NUMBER])
    assert (first.title, second.title, first.desc) == ("Host", "port", "")
