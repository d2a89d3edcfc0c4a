"""Starts processes without end, some of which burn the processor, and leaves them to the stop."""

import os
import signal
import time

from trying import Refused, attempt, targets

BURNING = 4


def holder(work):
    """A process that stays when the attempt is over."""
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.closerange(3, 64)
        work()
        os._exit(0)
    return pid


def burn():
    while True:
        pass


@attempt
def fork_without_end():
    count, most = 0, targets()["most processes"]
    try:
        while count < most:
            holder(burn if count < BURNING else lambda: time.sleep(3600))
            count += 1
    except OSError as error:
        raise Refused(f"{error.strerror}, after {count}") from error
    return f"{count} processes"
