"""What each frame makes of the saved state, as a table; and what is refused."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from pgc_interface import wire
from pgc_interface.rules.errors import BadSave
from pgc_interface.rules.saved import DEEPEST, LARGEST_MAP, apply, set_log_level, set_typed, without_expired
from pgc_interface.rules.state import Saved

NOW = 1000
OLD = Saved(
    params={"user": "ann", "1": "one"},
    data={"token": "t"},
    typed_data={"zones": [1]},
    notices={"hello": "<b>hi</b>", "soon": "over"},
    notice_ends={"soon": 5000},
    typed_params=[{"name": "zones"}],
    params_doc="old",
    params_revision=4,
    notices_revision=5,
    data_revision=6,
)
TABLE: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"customdata": {"a": 1}}, {"data": {"a": 1}, "data_revision": 7}),
    ({"customdata": {}}, {"data": {}, "data_revision": 7}),
    ({"customparams": {"a": 1}}, {"params": {"a": 1}, "params_revision": 5}),
    ({"notices": {"a": "x"}}, {"notices": {"a": "x"}, "notice_ends": {}, "notices_revision": 6}),
    ({"notices": {"soon": "over"}}, {"notices": {"soon": "over"}, "notices_revision": 6}),
    ({"notices": {"soon": "other"}}, {"notices": {"soon": "other"}, "notice_ends": {}, "notices_revision": 6}),
    ({"notices": ["a", "b"]}, {"notices": {"a": "a", "b": "b"}, "notice_ends": {}, "notices_revision": 6}),
    (
        {"patchparams": {"set": {"user": "bob", "new": 1}, "unset": ["1", "absent"]}},
        {"params": {"user": "bob", "new": 1}, "params_revision": 5},
    ),
    ({"patchparams": {"set": {"2": "two"}}}, {"params": {"user": "ann", "1": "one", "2": "two"}, "params_revision": 5}),
    ({"patchparams": {"set": {"user": "bob"}, "unset": ["user"]}}, {"params": {"1": "one"}, "params_revision": 5}),
    (
        {"patchnotices": {"set": {"a": 7}, "unset": ["hello"]}},
        {"notices": {"soon": "over", "a": "7"}, "notices_revision": 6},
    ),
    (
        {"patchnotices": {"set": {"a": "x", "b": "y"}, "seconds": {"a": 1.5, "absent": 1}}},
        {
            "notices": {**OLD.notices, "a": "x", "b": "y"},
            "notice_ends": {"soon": 5000, "a": 2500},
            "notices_revision": 6,
        },
    ),
    (
        {"patchnotices": {"set": {"soon": "to stay"}}},
        {"notices": {**OLD.notices, "soon": "to stay"}, "notice_ends": {}, "notices_revision": 6},
    ),
    ({"patchtyped": {"set": {"more": {}}}}, {"typed_data": {"zones": [1], "more": {}}, "params_revision": 5}),
    ({"typedcustomdata": {"zones": []}}, {"typed_data": {"zones": []}, "params_revision": 5}),
    ({"typedparams": [{"name": "x"}]}, {"typed_params": [{"name": "x"}]}),
    ({"customparamsdoc": "# new"}, {"params_doc": "# new"}),
    ({"addnotice": {"key": "k", "value": "v"}}, {"notices": {**OLD.notices, "k": "v"}, "notices_revision": 6}),
    (
        {"addnotice": {"key": None, "value": "v", "seconds": 2}},
        {"notices": {**OLD.notices, "v": "v"}, "notice_ends": {"soon": 5000, "v": 3000}, "notices_revision": 6},
    ),
    ({"addnotice": "plain"}, {"notices": {**OLD.notices, "plain": "plain"}, "notices_revision": 6}),
    ({"removenotice": {"key": "hello"}}, {"notices": {"soon": "over"}, "notices_revision": 6}),
    ({"removenotice": 0}, {"notices": {"soon": "over"}, "notices_revision": 6}),
    ({"removenotice": {"key": 1}}, {"notices": {"hello": "<b>hi</b>"}, "notice_ends": {}, "notices_revision": 6}),
    ({"removenotice": "over"}, {"notices": {"hello": "<b>hi</b>"}, "notice_ends": {}, "notices_revision": 6}),
    ({"removenotice": "unknown"}, {"notices_revision": 6}),
    ({"polls": {"shortPoll": "30", "longPoll": 120.0}}, {"short_poll": 30, "long_poll": 120}),
    ({"polls": {"shortPoll": 0, "longPoll": 10**9}}, {"short_poll": 1, "long_poll": 604800}),
    ({"polls": {"longPoll": 90}}, {"long_poll": 90}),
    (
        {"customparams": {"a": 1}, "patchparams": {"set": {"b": 2}}, "customdata": {}},
        {"params": {"a": 1, "b": 2}, "params_revision": 6, "data": {}, "data_revision": 7},
    ),
]
"""A frame, and every field of the state that differs after it."""


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"customdata": {"a": "x" * LARGEST_MAP}}, "customData would hold"),
    ({"patchparams": {"set": {"a": "x" * LARGEST_MAP}}}, "params would hold"),
    ({"patchnotices": {"set": {str(key): "x" * 9000 for key in range(60)}}}, "notices would hold"),
    ({"typedparams": ["x" * LARGEST_MAP]}, "definitions would hold"),
    ({"customdata": {"a": nested(DEEPEST)}}, "levels deep"),
    ({"typedcustomdata": {"a": {"b": nested(900)}}}, "levels deep"),
    ({"typedparams": nested(DEEPEST + 1)}, "levels deep"),
    ({"patchnotices": {"set": {"a": nested(900)}}}, "levels deep"),
    ({"typedparams": [{"title": "Port"}]}, "a definition is a map with a name"),
    ({"polls": {"shortPoll": "soon"}}, "shortPoll must be a number of seconds"),
    ({"polls": {"longPoll": True}}, "longPoll must be a number of seconds"),
    ({"polls": {"longPoll": "nan"}}, "longPoll"),
    ({"polls": {"longPoll": "1e999"}}, "longPoll"),
]


def frame(body: dict[str, Any]) -> wire.Upstream:
    return wire.decode(wire.encode(body), wire.Upstream)


def content(saved: Saved) -> dict[str, Any]:
    return {field.name: getattr(saved, field.name) for field in fields(saved)}


@pytest.mark.parametrize(("body", "changed"), TABLE, ids=[", ".join(body) for body, _ in TABLE])
def test_a_frame_changes_its_own_fields_and_no_others(body: dict[str, Any], changed: dict[str, Any]) -> None:
    before = content(OLD)
    assert content(apply(OLD, frame(body), NOW)) == {**before, **changed}
    assert content(OLD) == before


@pytest.mark.parametrize("body", [{}, {"status": {"address": "a", "driver": "ST", "value": 1, "uom": 2}}, {"seq": 4}])
def test_a_frame_that_saves_nothing_gives_the_same_object(body: dict[str, Any]) -> None:
    assert apply(OLD, frame(body), NOW) is OLD


@pytest.mark.parametrize(("body", "reason"), REFUSED, ids=[f"{', '.join(body)} {why}" for body, why in REFUSED])
def test_what_cannot_be_saved_is_refused_with_the_reason(body: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadSave, match=reason):
        apply(OLD, frame(body), NOW)


def test_nesting_up_to_the_bound_is_saved() -> None:
    assert apply(OLD, frame({"customdata": {"a": nested(DEEPEST - 1)}}), NOW).data_revision == 7


def test_all_that_is_saved_fits_into_one_config_together() -> None:
    half = apply(OLD, frame({"customdata": {"a": "x" * (LARGEST_MAP - 100)}}), NOW)
    with pytest.raises(BadSave, match="all that is saved"):
        apply(half, frame({"customparams": {"a": "x" * (LARGEST_MAP - 100)}}), NOW)


LISTS = {"name": "a", "isList": True, "params": [{"name": "b", "defaultValue": "x" * 1000}]}


def test_typed_params_that_could_never_be_filled_up_are_refused_whichever_comes_last() -> None:
    entries = {"a": [{}] * 1000}
    for first, last in (("typedparams", "typedcustomdata"), ("typedcustomdata", "typedparams")):
        bodies = {"typedparams": [LISTS], "typedcustomdata": entries}
        half = apply(OLD, frame({first: bodies[first]}), NOW)
        with pytest.raises(BadSave, match="too many values"):
            apply(half, frame({last: bodies[last]}), NOW)


def test_there_are_as_many_notices_by_patches_as_by_a_whole_map() -> None:
    many = {str(key): "x" for key in range(wire.MAX_NOTICES)}
    full = apply(OLD, frame({"notices": many}), NOW)
    for body in ({"addnotice": "one more"}, {"patchnotices": {"set": {"one": "more"}}}):
        with pytest.raises(BadSave, match="201 notices; at most 200"):
            apply(full, frame(body), NOW)
    assert apply(full, frame({"patchnotices": {"set": {"one": "more"}, "unset": ["0"]}}), NOW).notices["one"] == "more"


@pytest.mark.parametrize("key", ["", "k" * 1000])
def test_whatever_key_was_set_can_be_unset(key: str) -> None:
    with_key = apply(OLD, frame({"patchparams": {"set": {key: 1}}}), NOW)
    assert apply(with_key, frame({"patchparams": {"unset": [key]}}), NOW).params == OLD.params


def test_a_patch_looks_at_each_key_once() -> None:
    compared = []

    class Key(str):
        __slots__ = ()
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            compared.append(other)
            return str.__eq__(self, other)

    params = Saved(params={f"a{number}": number for number in range(100)})
    gone = wire.Patch(unset=[Key(f"b{number}") for number in range(100)])
    assert apply(params, wire.Upstream(patchparams=gone), NOW).params == params.params
    assert len(compared) < 1000


def test_every_key_of_the_protocol_that_saves_is_in_the_table() -> None:
    saving = {key for key in wire.Upstream.__struct_fields__ if key not in wire.HOT_KEYS | wire.ENVELOPE_KEYS}
    doing = {"addnode", "removenode", "batch", "command", "installprofile", "restart", "stop"}
    assert {key for body, _ in TABLE for key in body} == saving - doing


def test_a_notice_is_over_at_its_end_and_not_before() -> None:
    assert without_expired(OLD, 4999) is OLD
    over = without_expired(OLD, 5000)
    assert (over.notices, over.notice_ends, over.notices_revision) == ({"hello": "<b>hi</b>"}, {}, 6)
    assert without_expired(over, 9000) is over


def test_typed_params_that_the_owner_sets_are_checked_and_filled_up() -> None:
    defined = apply(OLD, frame({"typedparams": [{"name": "port", "type": "NUMBER", "defaultValue": 80}]}), NOW)
    assert set_typed(defined, wire.Patch()).typed_data == {"zones": [1], "port": 80}
    new = set_typed(defined, wire.Patch(set={"port": "81"}, unset=["zones"]))
    assert (new.typed_data, new.params_revision) == ({"port": 81}, 5)
    with pytest.raises(BadSave, match="port: a number is needed, not 'x'"):
        set_typed(defined, wire.Patch(set={"port": "x"}))


def test_a_log_level_is_one_of_five() -> None:
    assert set_log_level(OLD, "ERROR").log_level == "ERROR"
    assert set_log_level(OLD, OLD.log_level) is OLD
    with pytest.raises(BadSave, match="DEBUG, INFO, WARNING, ERROR, CRITICAL, not 'LOUD'"):
        set_log_level(OLD, "LOUD")
