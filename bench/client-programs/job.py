"""What each SDK is made to do: the same for all, so that only the SDKs differ.

Results go to file descriptor 1, because some of the SDKs put their log in the place of `sys.stdout`.
"""

import json
import os
import sys
import time

WRAP = 1000000000
PER_NODE = 10
NAMES = ["GV%d" % number for number in range(PER_NODE)]
DRIVERS = [{"driver": name, "value": 0, "uom": 56} for name in NAMES]


def wanted():
    """The job, from the command line: {do, nodes, …}."""
    return json.loads(sys.argv[1])


def say(result):
    os.write(1, json.dumps(result).encode() + b"\n")


def imported(began):
    """Says how long an import took, and ends if that was all that was asked for."""
    took = time.perf_counter() - began
    if wanted()["do"] == "import":
        say(took * 1000)
        os._exit(0)


def work(nodes, connected):
    """Does the job with these nodes once `connected()` is true; then stays until it is ended."""
    while not connected():
        time.sleep(0.01)
    time.sleep(0.5)
    job = wanted()
    say("ready")
    os.read(0, 1)
    say(JOBS[job["do"]](nodes, job))
    time.sleep(600)


def idle(nodes, job):
    return "idle"


def calls(nodes, job):
    """Calls of setDriver a second, as fast as the caller gets them back."""
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < job["seconds"]:
        for _ in range(100):
            count += 1
            nodes[count % len(nodes)].setDriver(NAMES[count % PER_NODE], count)
    return count / (time.perf_counter() - began)


def pace(nodes, job):
    """Sets the time as a value, so many times a second, each time on the next driver."""
    total = int(job["rate"] * job["seconds"])
    began = time.monotonic()
    for number in range(total):
        time.sleep(max(0.0, began + number / job["rate"] - time.monotonic()))
        node = nodes[number // PER_NODE % len(nodes)]
        node.setDriver(NAMES[number % PER_NODE], time.monotonic_ns() // 1000 % WRAP)
    return total


def flow(nodes, job):
    """Sets driver after driver; each byte that comes allows for `credit` more, so that nothing piles up."""
    ends = time.monotonic() + job["seconds"]
    allowed, number = job["window"], 0
    while time.monotonic() < ends:
        if number >= allowed:
            allowed += job["credit"] * len(os.read(0, 1000))
        number += 1
        nodes[number // PER_NODE % len(nodes)].setDriver(NAMES[number % PER_NODE], number)
    return number


JOBS = {"idle": idle, "calls": calls, "pace": pace, "flow": flow}
