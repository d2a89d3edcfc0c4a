"""Addresses: the 14 characters, and names."""

from __future__ import annotations

import pytest

from pgc_interface.rules import addresses
from pgc_interface.rules.errors import BadAddress


@pytest.mark.parametrize("address", ["a", "controller", "node_14_chars_", "0123456789", "_"])
def test_addresses_that_an_isy_takes(address: str) -> None:
    addresses.check(address)


def test_fifteen_characters_are_named() -> None:
    with pytest.raises(BadAddress, match=r"'node_15_charsxx' is 15 characters long; an ISY takes at most 14"):
        addresses.check("node_15_charsxx")


@pytest.mark.parametrize(
    ("address", "reason"),
    [("", "empty"), ("Node", "upper-case"), ("a-b", "has '-' in it"), ("a/b ", "has ' /' in it"), ("köln", "ö")],
)
def test_other_addresses_are_refused_with_their_reason(address: str, reason: str) -> None:
    with pytest.raises(BadAddress, match=reason):
        addresses.check(address)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("Living Room", "Living Room"),
        ("Mom's <TV> & more?", "Moms TV more"),
        ("  a\nb\t c ", "a b c"),
        ("Küche", "Küche"),
        ("???", ""),
    ],
)
def test_names_lose_what_an_isy_does_not_take(name: str, clean: str) -> None:
    assert addresses.clean_name(name) == clean
