import pytest

from pgc.simulator.values import Scaled, formatted, read, scale


@pytest.mark.parametrize(
    ("text", "digits", "prec"),
    [
        ("0", 0, 0),
        ("12.5", 125, 1),
        ("12.50", 125, 1),
        ("4041.319", 4041319, 3),
        ("0.0427", 427, 4),
        ("-1", -1, 0),
        ("-0.5", -5, 1),
        ("-.5", -5, 1),
        ("-0.0", 0, 0),
        ("100", 100, 0),
        ("7.", 7, 0),
        ("007", 7, 0),
    ],
)
def test_decimals_become_an_integer_and_its_precision(text: str, digits: int, prec: int) -> None:
    assert scale(text) == Scaled(digits, prec)


@pytest.mark.parametrize("text", ["", "-", ".", "True", "1e-05", "nan", "1,5", " 1", "1_0", "٣", "1" * 21])
def test_what_is_no_decimal_number_is_refused(text: str) -> None:
    assert scale(text) is None


@pytest.mark.parametrize(
    ("value", "uom", "shown"),
    [
        ("21.50", "4", "21.5°C"),
        ("-0.05", "4", "-0.05°C"),
        ("55", "51", "55%"),
        ("0.0427", "69", "0.0427 US gallons"),
        ("45", "22", "45%"),
        ("156", "101", "78.0°"),
        ("153", "100", "60%"),
        ("7", "250", "7"),
        ("3", "56", "3"),
        ("1", "2", "True"),
        ("2", "67", "Cool"),
        ("2.5", "67", "2.5"),
        ("99", "67", "99"),
        ("100", "78", "On"),
    ],
)
def test_formatted_carries_the_unit_or_the_word(value: str, uom: str, shown: str) -> None:
    reading = read(value, uom, now=0)
    assert reading is not None
    assert formatted(reading) == shown


@pytest.mark.parametrize(("uom", "number"), [("17", 17), ("°F", 17), ("kwh", 33), ("min", 44), ("m/s", 40)])
def test_a_unit_is_a_number_or_its_keyword(uom: str, number: int) -> None:
    reading = read("1", uom, now=0)
    assert reading is not None
    assert reading.uom == number


@pytest.mark.parametrize("uom", ["", "-1", "256", "99999999999", "furlong"])
def test_an_unknown_unit_is_refused(uom: str) -> None:
    assert read("1", uom, now=0) is None


def test_two_readings_are_equal_if_they_mean_the_same() -> None:
    assert read("12.5", "4", now=1) == read("12.50", "4", now=2)
    assert read("12.5", "4", now=1) != read("12.5", "17", now=1)
