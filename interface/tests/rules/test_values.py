"""Values and units as decimal text."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pgc_interface.rules.errors import BadValue
from pgc_interface.rules.values import normalise, normalise_uom


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "1"),
        ("True", "1"),
        ("false", "0"),
        (False, "0"),
        (12.50, "12.5"),
        ("12.50", "12.5"),
        (1e-05, "0.00001"),
        ("1e-05", "0.00001"),
        (" 5 ", "5"),
        (-0.0, "0"),
        ("-0", "0"),
        (-3, "-3"),
        ("+5", "5"),
        (".5", "0.5"),
        ("007", "7"),
        ("1E3", "1000"),
        (0.1 + 0.2, "0.3"),
        (1 / 3, "0.333333333333"),
        (999_999_999_999_999, "999999999999999"),
        (Decimal("10.0"), "10"),
        ("-0.0000000000001", "0"),
        ("-1.5", "-1.5"),
        ("100", "100"),
        ("999999999999999", "999999999999999"),
        ("0.1234567890123", "0.123456789012"),
    ],
)
def test_numbers_become_decimal_text(value: object, text: str) -> None:
    assert normalise(value) == text


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        "inf",
        "-Infinity",
        None,
        "",
        "on",
        "12,5",
        "1_000",
        "٣",
        "5 %",
        b"5",
        [1],
        10**15,
        "1e400",
        10**5000,
        "9" * 500,
    ],
    ids=lambda value: type(value).__name__,
)
def test_all_else_is_refused_shortly(value: object) -> None:
    with pytest.raises(BadValue) as refused:
        normalise(value)
    assert len(str(refused.value)) < 150


@pytest.mark.parametrize(("uom", "text"), [(2, "2"), ("56", "56"), ("04", "4"), (56.0, "56"), ("degree", "degree")])
def test_units(uom: object, text: str) -> None:
    assert normalise_uom(uom) == text


@pytest.mark.parametrize("uom", [None, True, "", "-1", "2.5", "1000", "a/b", "x" * 33])
def test_units_that_are_none(uom: object) -> None:
    with pytest.raises(BadValue, match=r"unit of measure|not a value"):
        normalise_uom(uom)
