"""Values as an ISY keeps and shows them: decimal text comes in, an integer and its number of decimals go out."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from pgc.profiles.states import STATES_OF
from pgc.profiles.uoms import UOMS, uom_number

_DECIMAL = re.compile(r"-?(?:[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})")


_SHOWN = {22: "%", 69: "US gallons"}
_HALF_DEGREES = 101
_LEVEL = 100
"""Units that captures of real controllers show otherwise than by their sign: 1 %RH as 1%, 156 half degrees as 78.0°, a
level of 153 (of 255) as 60%."""


class Scaled(NamedTuple):
    """`digits` / 10^`prec`, with the fewest decimals that say the same: 12.50 is (125, 1)."""

    digits: int
    prec: int

    @property
    def number(self) -> float:
        return self.digits / float(10**self.prec)

    def __str__(self) -> str:
        if not self.prec:
            return str(self.digits)
        text = str(abs(self.digits)).zfill(self.prec + 1)
        return f"{'-' * (self.digits < 0)}{text[: -self.prec]}.{text[-self.prec :]}"


@dataclass(frozen=True, slots=True)
class Reading:
    """A driver's value at one moment. Two are equal if they mean the same: 12.5 and 12.50 do."""

    value: str = field(compare=False)
    """The decimal text as it was reported."""
    uom: int
    scaled: Scaled
    time: float = field(compare=False)
    """Unix seconds of the report."""


def scale(text: str) -> Scaled | None:
    """None if the text is not a decimal number; exponents, `True` and `nan` are not (ours: no page says)."""
    if _DECIMAL.fullmatch(text) is None:
        return None
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0")
    digits = whole + fraction
    return Scaled(0 if digits in ("", "-") else int(digits), len(fraction))


def read(value: str, uom: str, now: float) -> Reading | None:
    """A reported value; None if the value is not a number or the unit is unknown."""
    scaled, number = scale(value), uom_number(uom)
    if scaled is None or number is None:
        return None
    return Reading(value, number, scaled, now)


def formatted(reading: Reading) -> str:
    """The value for people: a word where the unit has words, else the number with the unit's sign."""
    word = None if reading.scaled.prec else STATES_OF.get(reading.uom, {}).get(reading.scaled.digits)
    if word is not None:
        return word
    if reading.uom == _HALF_DEGREES:
        return f"{reading.scaled.number / 2:.1f}°"
    if reading.uom == _LEVEL:
        return f"{reading.scaled.number / 255:.0%}"
    unit = _SHOWN.get(reading.uom, _unit(reading.uom))
    space = "" if not unit or unit[0] in "%°" else " "
    return f"{reading.scaled}{space}{unit}"


def _unit(uom: int) -> str:
    return UOMS[uom].unit if uom in UOMS else ""
