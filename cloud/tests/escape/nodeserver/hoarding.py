"""Writes more than it may keep, and waits whether anybody minds: an attempt that comes to its end has succeeded."""

import os
import time

from trying import attempt, targets

MIB = 1024 * 1024
PATIENCE = 100.0
"""Seconds. It is looked at every few seconds whether the disk has filled, and every minute in any case."""


@attempt
def fill_the_disk():
    """A part of it in each of its folders, so that none holds too much by itself; files without names are the rest."""
    part = targets()["most disk"] // 2
    for folder in (os.getcwd(), os.environ["HOME"], os.environ["TMPDIR"]):
        write(os.path.join(folder, "hoard"), part)
    time.sleep(PATIENCE)
    return f"{3 * part // MIB} MiB"


def write(path, size):
    block = os.urandom(MIB)
    with open(path, "wb", buffering=0) as file:
        file.writelines(block for _ in range(size // MIB))
