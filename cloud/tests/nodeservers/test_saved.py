"""What each frame makes of the saved state, as a table; and what is refused."""

from typing import Any

import pytest

from pgc.nodeservers.errors import Refused
from pgc.nodeservers.saved import DEEPEST, LARGEST_MAP, apply
from pgc.storage.records import Saved
from pgc_interface import wire

OLD = Saved(
    params={"user": "ann", "1": "one"},
    data={"token": "t"},
    typed_data={"zones": [1]},
    notices={"hello": "<b>hi</b>"},
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
    ({"notices": {"a": "x"}}, {"notices": {"a": "x"}, "notices_revision": 6}),
    (
        {"patchparams": {"set": {"user": "bob", "new": 1}, "unset": ["1", "absent"]}},
        {"params": {"user": "bob", "new": 1}, "params_revision": 5},
    ),
    ({"patchparams": {"set": {"2": "two"}}}, {"params": {"user": "ann", "1": "one", "2": "two"}, "params_revision": 5}),
    ({"patchparams": {"set": {"user": "bob"}, "unset": ["user"]}}, {"params": {"1": "one"}, "params_revision": 5}),
    ({"patchnotices": {"set": {"a": 7}, "unset": ["hello"]}}, {"notices": {"a": "7"}, "notices_revision": 6}),
    ({"patchtyped": {"set": {"more": {}}}}, {"typed_data": {"zones": [1], "more": {}}, "params_revision": 5}),
    ({"typedcustomdata": {"zones": []}}, {"typed_data": {"zones": []}, "params_revision": 5}),
    ({"typedparams": [{"name": "x"}]}, {"typed_params": [{"name": "x"}]}),
    ({"customparamsdoc": "# new"}, {"params_doc": "# new"}),
    ({"addnotice": {"key": "k", "value": "v"}}, {"notices": {**OLD.notices, "k": "v"}, "notices_revision": 6}),
    ({"removenotice": {"key": "hello"}}, {"notices": {}, "notices_revision": 6}),
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
    ({"polls": {"shortPoll": "soon"}}, "shortPoll must be a number of seconds"),
    ({"polls": {"longPoll": True}}, "longPoll must be a number of seconds"),
    ({"polls": {"longPoll": "nan"}}, "longPoll"),
    ({"polls": {"longPoll": "1e999"}}, "longPoll"),
]


def frame(body: dict[str, Any]) -> wire.Upstream:
    return wire.decode(wire.encode(body), wire.Upstream)


def fields(saved: Saved) -> dict[str, Any]:
    return {name: getattr(saved, name) for name in Saved.__slots__}


@pytest.mark.parametrize(("body", "changed"), TABLE, ids=[", ".join(body) for body, _ in TABLE])
def test_a_frame_changes_its_own_fields_and_no_others(body: dict[str, Any], changed: dict[str, Any]) -> None:
    before = fields(OLD)
    assert fields(apply(OLD, frame(body))) == {**before, **changed}
    assert fields(OLD) == before


@pytest.mark.parametrize("body", [{}, {"status": {"address": "a", "driver": "ST", "value": 1, "uom": 2}}, {"seq": 4}])
def test_a_frame_that_saves_nothing_gives_the_same_object(body: dict[str, Any]) -> None:
    assert apply(OLD, frame(body)) is OLD


@pytest.mark.parametrize(("body", "reason"), REFUSED, ids=[f"{', '.join(body)} {why}" for body, why in REFUSED])
def test_what_cannot_be_saved_is_refused_with_the_reason(body: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        apply(OLD, frame(body))


def test_nesting_up_to_the_bound_is_saved() -> None:
    assert apply(OLD, frame({"customdata": {"a": nested(DEEPEST - 1)}})).data_revision == 7


def test_all_that_is_saved_fits_into_one_config_together() -> None:
    half = apply(OLD, frame({"customdata": {"a": "x" * (LARGEST_MAP - 100)}}))
    with pytest.raises(Refused, match="all that is saved"):
        apply(half, frame({"customparams": {"a": "x" * (LARGEST_MAP - 100)}}))


def test_every_key_of_the_protocol_that_saves_is_in_the_table() -> None:
    saving = {key for key in wire.Upstream.__struct_fields__ if key not in wire.HOT_KEYS | wire.ENVELOPE_KEYS}
    doing = {"addnode", "removenode", "batch", "command", "installprofile", "restart", "stop"}
    assert {key for body, _ in TABLE for key in body} == saving - doing
