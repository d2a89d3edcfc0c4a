"""Values and units as an ISY takes them: decimal text. NodeServers send what Python makes of their numbers."""

from __future__ import annotations

import re
from decimal import Decimal

from .errors import BadValue

MAX_WHOLE_DIGITS = 15
MAX_FRACTION_DIGITS = 12
"""Finer digits are rounded away: they are the noise of floats, and ``0.1 + 0.2`` is then the 0.3 it was meant to be."""
_NUMBER = re.compile(r"[+-]?(\d{1,64}(\.\d{0,64})?|\.\d{1,64})([eE][+-]?\d{1,3})?", re.ASCII)
_KEYWORD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}", re.ASCII)
_UOM = re.compile(r"\d{1,3}", re.ASCII)
_WRITTEN = re.compile(r"(?!-0$)-?(0|[1-9]\d{0,13})(\.\d{0,11}[1-9])?", re.ASCII)
_WRITTEN_UOMS = frozenset(map(str, range(1000)))
"""What is in an ISY's form already, as most of what comes is."""
_FLAGS = {"true": "1", "false": "0"}


def normalise(value: object) -> str:
    """`value` as decimal text: ``True`` is ``1``, ``12.50`` is ``12.5``, ``1e-05`` is ``0.00001``.

    Raises:
        BadValue: it is no number, not finite, or too large.
    """
    if type(value) is str and _WRITTEN.fullmatch(value):
        return value
    text = _plain(value)
    if text.lower() in _FLAGS:
        return _FLAGS[text.lower()]
    if not _NUMBER.fullmatch(text):
        raise BadValue(f"{_shown(value)} is not a number, and an ISY takes nothing else as a value")
    number = Decimal(text)
    if number and number.adjusted() >= MAX_WHOLE_DIGITS:
        raise BadValue(f"{_shown(value)} is too large: an ISY's values have at most {MAX_WHOLE_DIGITS} digits")
    return _written(number)


def normalise_uom(uom: object) -> str:
    """The unit of measure as text: a number (``2``) or, as an ISY takes it too, a keyword (``degree``).

    Raises:
        BadValue: it is neither.
    """
    if type(uom) is str and uom in _WRITTEN_UOMS:
        return uom
    text = _plain(uom)
    if _KEYWORD.fullmatch(text) and text.lower() not in _FLAGS:
        return text
    digits = text[:-2] if text.endswith(".0") else text
    if isinstance(uom, bool) or not _UOM.fullmatch(digits):
        raise BadValue(f"{_shown(uom)} is not a unit of measure, such as 2 or 56")
    return str(int(digits))


def _plain(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 64:
        raise BadValue("the whole number is too large for an ISY")
    if value is None or isinstance(value, bytes):
        raise BadValue(f"{_shown(value)} is not a value that an ISY takes")
    return str(value).strip()


def _written(number: Decimal) -> str:
    text = f"{number:.{MAX_FRACTION_DIGITS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"
