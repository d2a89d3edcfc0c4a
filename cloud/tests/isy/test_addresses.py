"""Addresses: the slot's prefix, the 14 characters, and names."""

import pytest

from pgc.isy import addresses
from pgc.isy.errors import BadAddress


def test_prefix_both_ways() -> None:
    assert addresses.on_isy(3, "controller") == "n003_controller"
    assert addresses.from_isy("n003_controller") == (3, "controller")
    assert addresses.from_isy("n012_a_b_c") == (12, "a_b_c")


@pytest.mark.parametrize("text", ["", "controller", "n3_x", "n003_", "n0003_x", "N003_x", "n٠٠٣_x"])
def test_not_the_address_of_a_nodeservers_node(text: str) -> None:
    with pytest.raises(BadAddress):
        addresses.from_isy(text)


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
