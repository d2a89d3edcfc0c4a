"""Eats memory, in one process and in many, more than all of them may have together."""

import os
import time

from trying import Refused, attempt, targets

MIB = 1024 * 1024
STEP = 8 * MIB
EATERS = 8


def eaten(most):
    """Each page of it written to, so that it is there."""
    held, got = [], 0
    while got < most:
        held.append(bytearray(os.urandom(4096)) * (STEP // 4096))
        got += STEP
    return held


@attempt
def eat_memory_in_one_process():
    most = targets()["most memory"]
    return eaten(most) and f"{most // MIB} MiB"


@attempt
def eat_memory_in_many_processes():
    """Each stays below what one may have; what counts is what all of them have together."""
    each = targets()["most memory"] // EATERS
    reading, writing = os.pipe()
    for _ in range(EATERS):
        if os.fork() == 0:
            os.close(reading)
            held = eaten(each)
            os.write(writing, b"x" if held else b"")
            os.close(writing)
            time.sleep(3600)
            os._exit(0)
    os.close(writing)
    full = b""
    while some := os.read(reading, EATERS):
        full += some
    if len(full) == EATERS:
        return f"{EATERS} processes with {each // MIB} MiB each"
    raise Refused(f"{EATERS - len(full)} of {EATERS} did not get their {each // MIB} MiB")
