import pytest

from pgc.profiles.states import STATES_OF
from pgc.profiles.uoms import UOMS, uom_number


def test_every_unit_that_an_isy_knows_is_there() -> None:
    assert list(UOMS) == list(range(155))
    assert all(uom.meaning for uom in UOMS.values())
    assert STATES_OF.keys() <= UOMS.keys()


@pytest.mark.parametrize(
    ("text", "number"),
    [("17", 17), ("°F", 17), ("kwh", 33), ("m/s", 40), ("255", 255), ("256", None), ("", None), ("furlong", None)],
)
def test_a_unit_is_given_as_number_or_sign(text: str, number: int | None) -> None:
    assert uom_number(text) == number


def test_words_stand_for_values() -> None:
    assert (STATES_OF[78][100], STATES_OF[11][102], STATES_OF[68][8]) == ("On", "Problem", "Left-Right Circulation")
