"""Leaves files behind that nobody can remove, or that lead elsewhere whoever tries to."""

import array
import fcntl
import os

from trying import Refused, attempt, targets

IMMUTABLE = 0x10
GET_FLAGS, SET_FLAGS = 0x80086601, 0x40086602


@attempt
def leave_traps_for_whoever_clears_away():
    outside = os.path.dirname(targets()["places"]["home"])
    os.symlink(outside, "looks like a folder")
    os.symlink(targets()["places"]["home"], "looks like a file")
    os.mkfifo("never answers")
    os.mkdir("closed")
    os.mkdir("closed/inner")
    os.chmod("closed", 0)
    with open("a name\nof two lines \x1b[2J", "w") as file:
        file.write("x")
    here = os.getcwd()
    for _ in range(300):
        os.mkdir("d" * 100)
        os.chdir("d" * 100)
    os.chdir(here)
    raise Refused("they are left to the stop")


@attempt
def make_a_file_that_cannot_be_removed():
    with open("for ever", "w") as file:
        flags = array.array("l", [0])
        fcntl.ioctl(file, GET_FLAGS, flags)
        flags[0] |= IMMUTABLE
        fcntl.ioctl(file, SET_FLAGS, flags)
    return "it is immutable"
