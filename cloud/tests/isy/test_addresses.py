"""Addresses on the ISY: the slot's prefix."""

import pytest

from pgc.isy import addresses
from pgc_interface.rules.errors import BadAddress


def test_prefix_both_ways() -> None:
    assert addresses.on_isy(3, "controller") == "n003_controller"
    assert addresses.from_isy("n003_controller") == (3, "controller")
    assert addresses.from_isy("n012_a_b_c") == (12, "a_b_c")


@pytest.mark.parametrize("text", ["", "controller", "n3_x", "n003_", "n0003_x", "N003_x", "n٠٠٣_x"])
def test_not_the_address_of_a_nodeservers_node(text: str) -> None:
    with pytest.raises(BadAddress):
        addresses.from_isy(text)
