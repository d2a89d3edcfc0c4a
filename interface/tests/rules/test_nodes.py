"""The nodes of a frame, as a table: what becomes of each, and which cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from pgc_interface import wire
from pgc_interface.rules.nodes import MOST_NODES, new_nodes

REFUSED = [
    ({"address": "a" * 15, "primary": "a" * 15}, "is 15 characters long; an ISY takes at most 14"),
    ({"address": "Upper"}, "upper-case"),
    ({"address": "a/b"}, "'/' in it"),
    ({"primary": "b" * 15}, "'bbbbbbbbbbbbbbb' is 15 characters"),
    ({"nodedefid": ""}, "it has no nodedef"),
]
HINTS = [("0x01020304", "0x01020304"), ([1, 2, 3, 255], "0x010203ff"), ([-1, 256, 0, 0], "0xff000000"), (None, None)]


def node(address: str, **given: Any) -> dict[str, Any]:
    return {"address": address, "name": address, "nodedefid": "room", "primary": address, **given}


def frame(*batch: dict[str, Any], single: dict[str, Any] | None = None) -> wire.Upstream:
    body: dict[str, Any] = {"batch": {"addnode": list(batch)}}
    return wire.decode(wire.encode({**body, "addnode": single} if single else body), wire.Upstream)


def test_a_single_node_comes_before_those_of_the_batch() -> None:
    found = new_nodes(frame(node("b"), node("c"), single=node("a")), ())
    assert [new.node.address for new in found] == ["a", "b", "c"]


@pytest.mark.parametrize(("given", "reason"), REFUSED)
def test_a_node_that_no_isy_takes_is_refused_alone(given: dict[str, Any], reason: str) -> None:
    bad, good = new_nodes(frame({**node("a"), **given}, node("good")), ())
    assert reason in bad.refused
    assert good.refused == ""


@pytest.mark.parametrize(("given", "kept"), HINTS)
def test_a_hint_is_kept_as_text(given: object, kept: str | None) -> None:
    assert new_nodes(frame(node("a", hint=given)), ())[0].hint == kept


@pytest.mark.parametrize(("name", "kept"), [("Zone <1>", "Zone 1"), ("%&/", "a"), ("", "a"), ("Küche\n", "Küche")])
def test_a_name_loses_what_an_isy_does_not_take(name: str, kept: str) -> None:
    assert new_nodes(frame(node("a", name=name)), ())[0].node.name == kept


def test_nodes_beyond_the_most_are_refused_and_known_ones_are_not() -> None:
    there = [f"n{number}" for number in range(MOST_NODES - 1)]
    last, beyond, known, again = new_nodes(frame(node("last"), node("beyond"), node("n0"), node("last")), there)
    assert f"at most {MOST_NODES} nodes" in beyond.refused
    assert (last.refused, known.refused, again.refused) == ("", "", "")
