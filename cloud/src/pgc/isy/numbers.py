"""Numbers as an ISY writes them: digits, and how many of them are decimals."""

import re
from decimal import Decimal

_DIGITS = re.compile(r"[+-]?\d{1,20}(\.\d{1,20})?", re.ASCII)
"""No exponents: a handful of signs would stand for a million digits."""
_DECIMALS = re.compile(r"[0-3]?\d|40", re.ASCII)


def read_number(digits: str, decimals: str) -> Decimal | None:
    """None if it is no number that an ISY would write."""
    if not (_DIGITS.fullmatch(digits.strip()) and _DECIMALS.fullmatch(decimals)):
        return None
    return Decimal(digits).scaleb(-int(decimals))
