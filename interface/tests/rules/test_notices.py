"""The shapes of notices."""

from __future__ import annotations

from typing import Any

import pytest

from pgc_interface.rules.notices import LONGEST_KEY, as_map, find, key_of

SHAPES: list[tuple[Any, Any, dict[str, str]]] = [
    ({"a": "one", 2: 3}, None, {"a": "one", "2": "3"}),
    ({"key": "a", "value": "one"}, None, {"a": "one"}),
    ({"key": None, "value": "one"}, None, {"one": "one"}),
    ({"value": "one"}, None, {"value": "one"}),
    ("one", "a", {"a": "one"}),
    ("one", 0, {"0": "one"}),
    ("one", None, {"one": "one"}),
    (5, None, {"5": "5"}),
    (["one", "two"], None, {"one": "one", "two": "two"}),
    (("one", {"b": "two"}), None, {"one": "one", "b": "two"}),
    ([], None, {}),
]


@pytest.mark.parametrize(("given", "key", "expected"), SHAPES)
def test_every_shape_is_a_map(given: Any, key: Any, expected: dict[str, str]) -> None:
    assert as_map(given, key) == expected


def test_a_long_text_and_an_empty_one_have_keys_that_the_wire_takes() -> None:
    assert key_of("x" * 1000) == "x" * LONGEST_KEY
    assert key_of("") == "-"


@pytest.mark.parametrize(
    ("which", "key"),
    [
        ("a", "a"),
        ("7", "7"),
        (7, "7"),
        (0, "a"),
        (2, "7"),
        (3, None),
        (-1, None),
        ("one", "a"),
        ("0", None),
        (None, None),
    ],
)
def test_a_notice_is_found_by_key_by_place_or_by_text(which: Any, key: str | None) -> None:
    assert find({"a": "one", "b": "two", "7": "seven"}, which) == key
