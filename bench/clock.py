"""Times that travel as a driver's value: microseconds of the machine's own clock, the same in every process."""

import time

WRAP = 1_000_000_000
"""An ISY's values are short: the time starts again every thousand seconds."""


def stamp() -> int:
    return time.monotonic_ns() // 1000 % WRAP


def milliseconds(begin: int, end: int) -> float:
    return ((end - begin) % WRAP) / 1000
