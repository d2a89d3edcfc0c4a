"""Starts a keeper: ``python -I -S …/keeper/__main__.py RUN_FOLDER``.

It returns at once, when ``keeper.sock`` listens; the keeper goes on as nobody's child, in a session of its own, so that
neither the terminal's signals nor the platform's death reach it.
"""

import os
import signal
import socket
import sys

SOCKET = "keeper.sock"
LOG = "keeper.log"


def main(folder: str) -> None:
    # Nothing but the platform's own source is needed of what lies beside it.
    sys.path.append(os.path.abspath(os.path.join(os.path.dirname(__file__), *[os.pardir] * 3)))
    from pgc.workers.keeper.loop import Keeper

    os.umask(0o077)
    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(os.path.join(folder, SOCKET))
    except OSError as error:
        sys.exit(f"the keeper's socket cannot be made: {error}")
    listener.listen(8)
    _leave(folder)
    Keeper(folder, listener).run()


def _leave(folder: str) -> None:
    if os.fork():
        os._exit(0)
    os.setsid()
    os.chdir("/")
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_RDWR)
    log = os.open(os.path.join(folder, LOG), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for standard, end in enumerate((nothing, nothing, log)):
        os.dup2(end, standard)
    os.close(nothing)
    os.close(log)


if __name__ == "__main__":
    main(sys.argv[1])
