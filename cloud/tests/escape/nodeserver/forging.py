"""Says what others would say: the platform in the log, the owner's wishes, a neighbour's messages on its own line.

What came of it is seen outside: in the log, in the neighbour, and on the ISY.
"""

import json
import os
import sys
import time

from topics import PATIENT_TRIES, PREFIX, open_line
from trying import Refused, attempt, targets

NAMES = ("platform", "platform ", " platform", "Platform", "PLATFORM", "\u00a0platform", "plat\u200bform", "platform\n")


def log(text, **more):
    line = {"time": time.time(), "level": "INFO", "logger": "mine", "thread": "MainThread", "message": text, **more}
    sys.stderr.write(json.dumps(line) + "\n")
    sys.stderr.flush()


@attempt
def speak_as_the_platform_in_the_log():
    for name in NAMES:
        log("forged: it was stopped by its owner", logger=name)
    sys.stdout.write(json.dumps({"logger": "platform", "level": "INFO", "message": "forged: by stdout"}) + "\n")
    sys.stdout.flush()
    raise Refused("the log tells who spoke")


@attempt
def steer_the_terminal_of_whoever_reads_the_log():
    log("forged: \x1b[2J\x1b]0;title\x07\x9b31m \u202eright to left\r\nforged: a second line \x00")
    os.write(1, b"forged: \x1b[2J \xff\xfe \x9b31m\rforged over\n")
    raise Refused("the log is clean text")


@attempt
def break_the_log():
    """Lines that are almost right, that never end, or that nest without end."""
    for line in ('{"time": 1e400, "message": "forged"}', '{"message": ' + "[" * 5000, '{"time": "now", "message": 5}'):
        os.write(2, line.encode() + b"\n")
    os.write(2, b"x" * 200_000 + b"\n")
    log("after all that the log goes on")
    raise Refused("the log goes on")


@attempt
def speak_on_its_own_line_as_the_neighbour():
    theirs = targets()["neighbours prefix"].split("/")
    identity = {
        "userId": "local",
        "id": theirs[1],
        "profileNum": str(targets()["neighbours slot"]),
        "worker": theirs[2],
    }
    say("ns", {**identity, "customdata": {"stolen": True}})
    say("ns", {**identity, "status": status(targets()["neighbours controller"], "4711")})
    say("ns", {"status": status("../" + targets()["neighbours controller"], "4711")})
    say("ns", {"removenode": {"address": targets()["neighbours controller"]}})
    raise Refused("all is said")


def say(channel, body):
    """Until the broker has confirmed it: the NodeServer's own connection, which has the same name, may cut this one."""
    for _ in range(PATIENT_TRIES):
        line = open_line()
        said = line.say(f"{PREFIX}/{channel}", body)
        line.end()
        if said == "it was confirmed":
            return
    raise RuntimeError("the broker does not confirm it")


def status(address, value):
    return {"address": address, "driver": "ST", "value": value, "uom": 56}


@attempt
def ask_for_a_file_as_its_profile():
    for name in ("../../etc/passwd", "/etc/passwd", "..\\..\\x", "nodedef\x00.xml", "a/b.xml"):
        say("isy", {"uploadProfile": {"type": "nodedef", "filename": name, "payload": "PG5vZGVEZWZzLz4="}})
    raise Refused("only plain names of XML files are taken")


@attempt
def save_more_than_fits():
    """A piece at a time, so that no message is too large: what is kept has a bound of its own."""
    for count in range(12):
        say("ns", {"patchparams": {"set": {f"large {count}": "x" * 100_000}}})
    raise Refused("all is said")
