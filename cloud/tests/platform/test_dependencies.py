"""The NodeServer's own dependencies win: three from the registry, and one's own modules, side by side with the SDK.

The SDK runs on a paho of its own all the while. (paho 1.5.1 and requests 2.25.1 are of 2020, and run on every Python
that the platform supports.)
"""

import asyncio
import re
from pathlib import Path

import pytest

from pgc.bundles.errors import InstallError
from pgc.nodeservers.nodeserver import NodeServer

from .home import Home
from .programs import program

UNREACHABLE = re.compile(
    r"error sending request|connect error|dns error|Name or service not known|Failed to fetch|connection (reset|closed)"
    r"|error decoding response body|operation timed out|status server error"
    r"|\b(ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPIPE|E5\d\d)\b|ERR_SOCKET",
    re.IGNORECASE,
)
"""Of uv and of npm: the registry is away, was never reached, or has gone half-way."""

PAHO = """
    import socket
    import paho.mqtt
    from paho.mqtt import client as mqtt

    def say_yes(server):
        connection, _ = server.accept()
        connection.recv(1000)
        connection.sendall(bytes([0x20, 2, 0, 0]))  # CONNACK: welcome
        time.sleep(600)

    class Mine(Controller):
        drivers = [{"driver": "ST", "value": 1, "uom": 2}, {"driver": "GV1", "value": 0, "uom": 56}]

        def start(self):
            welcome, server = threading.Event(), socket.create_server(("127.0.0.1", 0))
            threading.Thread(target=say_yes, args=(server,), daemon=True).start()
            client = mqtt.Client(ARGUMENTS)
            client.on_connect = lambda *_: welcome.set()
            client.connect("127.0.0.1", server.getsockname()[1])
            client.loop_start()
            print("its own paho is", paho.mqtt.__version__, welcome.wait(10), flush=True)
            self.setDriver("GV1", 7)
"""
OLD_PAHO = program(PAHO.replace("ARGUMENTS", '"mine"'))
NEW_PAHO = program(PAHO.replace("ARGUMENTS", 'mqtt.CallbackAPIVersion.VERSION2, "mine"'))
OLD_REQUESTS = program("""
    from http.server import HTTPServer, SimpleHTTPRequestHandler
    import requests

    class Mine(Controller):
        drivers = [{"driver": "ST", "value": 1, "uom": 2}, {"driver": "GV1", "value": 0, "uom": 56}]

        def start(self):
            server = HTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            answer = requests.get(f"http://127.0.0.1:{server.server_port}/server.json")
            print("its own requests is", requests.__version__, answer.json()["name"], flush=True)
            self.setDriver("GV1", 7)
""")
OWN_NAMES = ("msgspec.py", "typing_extensions.py", "paho/__init__.py", "token.py", "calendar.py")
OWN_MODULES = program("""
    import msgspec, typing_extensions, paho, token, calendar

    class Mine(Controller):
        drivers = [{"driver": "ST", "value": 1, "uom": 2}, {"driver": "GV1", "value": 0, "uom": 56}]

        def start(self):
            print("own modules:", msgspec.MINE + typing_extensions.MINE + paho.MINE + token.MINE + calendar.MINE)
            self.setDriver("GV1", 7)
            raise ValueError("with a traceback")
""")


async def started(home: Home, folder: Path, slot: int) -> NodeServer:
    try:
        nodeserver = await home.add(folder, slot)
    except InstallError as error:
        if UNREACHABLE.search(f"{error} {error.hint}"):
            pytest.skip(f"no package registry can be reached: {error}")
        raise
    await home.start(nodeserver)
    return nodeserver


@pytest.mark.timeout(150)
async def test_each_runs_on_what_it_asked_for(home: Home) -> None:
    """One pins paho 1.5.1, one another 2.x than the SDK's, one an old requests."""
    programs = {
        "its own paho is 1.5.1 True": home.write("old", OLD_PAHO, {"requirements.txt": "paho-mqtt==1.5.1\n"}),
        "its own paho is 2.0.0 True": home.write("new", NEW_PAHO, {"requirements.txt": "paho-mqtt==2.0.0\n"}),
        "its own requests is 2.25.1 web": home.write("web", OLD_REQUESTS, {"requirements.txt": "requests==2.25.1\n"}),
    }
    starts = [started(home, folder, slot) for slot, folder in enumerate(programs.values(), 1)]
    for (text, _), nodeserver in zip(programs.items(), await asyncio.gather(*starts), strict=True):
        await home.said(nodeserver, text)
        await home.shows(f"n{nodeserver.slot:03}_controller", "GV1", "7")
        assert nodeserver.journal.errors == 0


async def test_its_own_modules_win_over_those_of_the_sdk_and_the_standard_library(home: Home) -> None:
    folder = home.write("own", OWN_MODULES, dict.fromkeys(OWN_NAMES, "MINE = 1\n"))
    nodeserver = await started(home, folder, 1)
    await home.said(nodeserver, "own modules: 5")
    await home.shows("n001_controller", "GV1", "7")
    await home.said(nodeserver, "ValueError: with a traceback")
    await home.platform.manager.stop(nodeserver.worker)
    assert nodeserver.reason == ""
