"""Leaves processes behind that nobody waits for. Whether any of them is there after the stop is seen outside."""

import os
import signal
import time

from trying import Refused, attempt

HEADS = 6


def daemon(work):
    """As daemons are made: a process in a session of its own whose parent is gone, deaf to what asks it to end."""
    if os.fork():
        os.wait()
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    os.closerange(0, 64)
    work()
    os._exit(0)


@attempt
def leave_processes_behind():
    for _ in range(HEADS):
        daemon(lambda: time.sleep(3600))
    raise Refused(f"{HEADS} are left to the stop")


@attempt
def leave_a_hydra_behind():
    """A process that makes another one anew each time that is killed."""

    def head():
        while True:
            other = os.fork()
            if other == 0:
                time.sleep(3600)
            os.waitpid(other, 0)

    daemon(head)
    raise Refused("it is left to the stop")


@attempt
def leave_one_that_holds_the_log_open():
    """The end of a run's output tells that it is over."""
    if os.fork() == 0:
        os.setsid()
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        os.closerange(3, 64)
        time.sleep(3600)
    raise Refused("it is left to the stop")
