"""Slots and node addresses: `n` + three digits of the slot + `_` + at most 14 of a-z, 0-9 and `_`."""

import re

from pgc.simulator.outcomes import NOT_FOUND, Outcome, Reason

SLOTS = range(1, 26)

_ADDRESS = re.compile(r"n(?P<slot>[0-9]{3})_[a-z0-9_]{1,14}")


def refusal(
    slot: int,
    address: str,
    malformed: Reason = Reason.INVALID_NODE_ADDRESS,
    wrong_slot: Reason = Reason.NODE_WRONG_PROFILE,
) -> Outcome | None:
    """Why this slot may not speak of this address; None if it may. A slot that does not exist is 404 (ours)."""
    if slot not in SLOTS:
        return NOT_FOUND
    match = _ADDRESS.fullmatch(address)
    if match is None:
        return Outcome.refused(malformed)
    return None if int(match["slot"]) == slot else Outcome.refused(wrong_slot)
