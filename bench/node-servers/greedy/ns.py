"""Takes more than its share of what it is told to, without end; what bounds it is the platform, not it."""

import contextlib
import os
import signal
import threading
import time
from urllib.parse import unquote, urlsplit

import pgc_interface
from pgc_interface.link import CallbackAPIVersion, Client

STEP = 16 * 1024 * 1024
LINES = (b"x" * 500 + b"\n") * 100


def child(work):
    """In a process of its own, and again when that was killed."""
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        while True:
            pid = os.fork()
            if pid == 0:
                work()
            os.waitpid(pid, 0)


def burn():
    while True:
        pass


def forks():
    """As many processes as it gets, a new one for each that ends."""
    while True:
        with contextlib.suppress(OSError):
            if os.fork() == 0:
                time.sleep(0.01)
                os._exit(0)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)


def broker():
    """Messages of its own login, one after the other, past the SDK's outbox; on a new connection when one is cut."""
    url, prefix = urlsplit(os.environ["PGC_MQTT_URL"]), os.environ["PGC_TOPIC_PREFIX"]
    payload = b'{"status": {"address": "controller", "driver": "GV1", "value": "%d", "uom": 56}}'
    number = 0
    while True:
        gone = threading.Event()
        client = Client(
            CallbackAPIVersion.VERSION2, client_id=url.username, reconnect_on_failure=False, transport="unix"
        )
        client.username_pw_set(url.username, url.password)
        client.on_disconnect = lambda *_, gone=gone: gone.set()
        try:
            client.connect(unquote(url.path))
        except OSError:
            continue
        client.loop_start()
        while not gone.is_set():
            number += 1
            client.publish(f"{prefix}/ns", payload % number)
            if number % 100 == 0:
                gone.wait(0.001)
        client.loop_stop()


def log():
    while True:
        os.write(1, LINES)


def memory():
    """All that it gets, and the touch of each page of it again and again."""
    held = []
    while True:
        with contextlib.suppress(MemoryError):
            held.append(bytearray(STEP))
        for block in held:
            block[::4096] = bytes(len(block) // 4096)


class Greedy(pgc_interface.Controller):
    drivers = [
        {"driver": "ST", "value": 1, "uom": 2},
        {"driver": "GV1", "value": 0, "uom": 56},
    ]

    def greed(self, command):
        kinds = (forks, broker, log, memory, burn)
        work = kinds[int(float(command["query"]["KIND.uom56"]))]
        for _ in range(4 if work is burn else 1):
            child(work)

    commands = {"GREED": greed}


poly = pgc_interface.Interface()
poly.start()
Greedy(poly).runForever()
