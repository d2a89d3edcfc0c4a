"""Brings an original client to the platform: from a port of loopback to the unix socket of its run's door.

A program of its own, run by path inside the run's sandbox: ``python -I -S forwarder.py LISTENER LEASH DOOR``. The first
two are numbers of open files: a socket that listens, and a pipe at whose end this program ends, as the NodeServer did.
It only carries bytes: TLS is between the client and the door.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
import time
from typing import Callable

MOST = 16
"""Connections at once; a client has one, and while it reconnects two."""
CHUNK = 64 * 1024
PAUSE = 0.2


def main(listener: socket.socket, leash: int, door: str) -> None:
    threading.Thread(target=_end_with, args=(leash,), daemon=True).start()
    places = threading.BoundedSemaphore(MOST)
    while True:
        places.acquire()
        try:
            _take(listener, door, places)
        except (OSError, RuntimeError):  # no thread is free, for one; the client tries again
            places.release()
            time.sleep(PAUSE)


def _end_with(leash: int) -> None:
    os.read(leash, 1)
    os._exit(0)


def _take(listener: socket.socket, door: str, places: threading.BoundedSemaphore) -> None:
    client, _ = listener.accept()
    try:
        _begin(_forward, client, door, places)
    except RuntimeError:
        client.close()
        raise


def _begin(task: Callable[..., None], *what: object) -> threading.Thread:
    thread = threading.Thread(target=task, args=what, daemon=True)
    thread.start()
    return thread


def _forward(client: socket.socket, door: str, places: threading.BoundedSemaphore) -> None:
    try:
        with client, contextlib.suppress(OSError, RuntimeError), socket.socket(socket.AF_UNIX) as inside:
            inside.connect(door)
            back = _begin(_copy, inside, client)
            _copy(client, inside)
            back.join()
    finally:
        places.release()


def _copy(source: socket.socket, target: socket.socket) -> None:
    """To the end of either; then both are over, so that the other direction ends too."""
    with contextlib.suppress(OSError):
        while True:
            chunk = source.recv(CHUNK)
            if not chunk:
                break
            target.sendall(chunk)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]), sys.argv[3])
