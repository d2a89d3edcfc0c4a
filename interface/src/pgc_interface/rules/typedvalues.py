"""One value of a typed param, made what its definition's type asks for; and what is wrong with those that cannot be."""

from __future__ import annotations

from typing import Any, Callable

MOST_TOLD = 10
_LONGEST_NUMBER, _LARGEST_NUMBER = 40, 1e300
_BOOLEANS = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}


class Problems:
    """What is wrong with values; all are counted and the first ones told, since there may be one in each of many
    thousand entries."""

    def __init__(self) -> None:
        self.count = 0
        self._told: list[str] = []

    def append(self, problem: str) -> None:
        self.count += 1
        if len(self._told) < MOST_TOLD:
            self._told.append(problem)

    def __str__(self) -> str:
        left = self.count - len(self._told)
        return "; ".join(self._told) + (f"; and {left} more" if left else "")


def _text(value: Any, where: str, problems: Problems) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    problems.append(f"{where}: a text is needed")
    return value


def _number(value: Any, where: str, problems: Problems) -> Any:
    found = _parsed(value) if isinstance(value, str) else value
    if isinstance(found, (int, float)) and not isinstance(found, bool) and abs(found) <= _LARGEST_NUMBER:
        return found
    problems.append(f"{where}: a number is needed, not {_shown(value)}")
    return value


def _parsed(text: str) -> int | float | None:
    if len(text) > _LONGEST_NUMBER or "_" in text:
        return None
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return None


def _boolean(value: Any, where: str, problems: Problems) -> Any:
    found = value if isinstance(value, bool) else _BOOLEANS.get(str(value).strip().lower())
    if found is None:
        problems.append(f"{where}: one of on, off, true, false, yes and no is needed, not {_shown(value)}")
    return found


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


CONVERT: dict[str, Callable[[Any, str, Problems], Any]] = {"STRING": _text, "NUMBER": _number, "BOOL": _boolean}
"""By type: the value as that type; where it cannot be, a problem is added, and the value is what it was."""
