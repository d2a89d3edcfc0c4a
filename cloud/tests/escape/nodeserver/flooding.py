"""Talks without end: to the broker, past the SDK and its manners, and to the log. Each flood goes on until the stop."""

import os
import threading

from forking import holder
from topics import PREFIX, Line, open_line
from trying import Refused, attempt


@attempt
def flood_the_broker():
    """Large messages, small ones, and ever new connections, one process each."""

    def large():
        storm(b'{"customdata": {"x": "' + b"x" * 900_000 + b'"}}')

    def small():
        storm(b'{"status": {"address": "controller", "driver": "GV1", "value": "1", "uom": 56}}')

    def connections():
        while True:
            Line(client_id=os.urandom(8).hex()).gone.wait(1)

    for flood in (large, small, connections):
        holder(flood)
    raise Refused("it goes on")


def storm(payload):
    while True:
        try:
            line = open_line()
        except (OSError, RuntimeError):
            continue
        while not line.gone.is_set():
            line.client.publish(f"{PREFIX}/ns", payload)
            if line.client.want_write():
                threading.Event().wait(0.001)
        line.client.loop_stop()


@attempt
def flood_the_log():
    line = b"y" * 1000 + b"\n"

    def write():
        while True:
            os.write(1, line * 50)

    holder(write)
    raise Refused("it goes on")
