"""Runs an original SDK with stand-ins for the network below it, and tells its names and what it would have sent.

``python -I -S speak.py pgc_interface|polyinterface FOLDER``: FOLDER has the packages. One JSON object goes to stdout.
"""

import base64
import collections
import importlib
import json
import logging.handlers
import os
import sys
import threading
import time
import types

HERE = os.path.dirname(os.path.abspath(__file__))
PROFILE = {"nodedef/nodedefs.xml": b"<nodeDefs/>", "nls/en_us.txt": bytes(range(32, 127)) * 5}
INIT = {
    "id": "uuid1", "profileNum": "3", "userId": "user1", "worker": "w1", "logBucket": "", "isyVersion": "5.3.4",
    "shortPoll": 1000, "longPoll": 1000, "customParams": {}, "customData": {}, "notices": {}, "nodes": {},
}  # fmt: skip


class Network:
    """In the place of both MQTT clients: it keeps what is published."""

    def __init__(self):
        self.sent = []

    def publish(self, topic, payload, *args, **kwargs):
        self.sent.append([topic, json.loads(payload)])

    def connect(self, *args):
        return True

    def subscribe(self, *args):
        return 0, 1

    def loop_forever(self):
        self.on_connect(self, None, {}, 0)

    def __getattr__(self, name):
        return lambda *args, **kwargs: None


class On:
    """What a step can reach."""

    def __init__(self, module, poly, home, light, hear):
        self.module, self.poly, self.home, self.light, self.hear = module, poly, home, light, hear


def stand_in(network):
    """What the originals import and neither has nor may reach here."""
    stubs = {
        "AWSIoTPythonSDK": {},
        "AWSIoTPythonSDK.MQTTLib": {"AWSIoTMQTTClient": lambda *args: network},
        "paho": {},
        "paho.mqtt": {},
        "paho.mqtt.client": {"Client": lambda *args: network},
        "dotenv": {"load_dotenv": lambda path: True},
        "markdown2": {"markdown_path": lambda path: ""},
        "netifaces": {"gateways": dict, "AF_INET": 2},
    }
    for name, content in stubs.items():
        module = sys.modules[name] = types.ModuleType(name)
        vars(module).update(content)
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, module)
    logging.handlers.TimedRotatingFileHandler = lambda *args, **kwargs: logging.NullHandler()
    base64.encodestring = base64.encodebytes  # it went with Python 3.9
    os.environ.update(NODESERVER=json.dumps(INIT), STAGE="prod", MQTTENDPOINT="h", USE_HTTPS="false")


def lay_out():
    for name, content in PROFILE.items():
        path = os.path.join("profile", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
    with open("server.json", "w") as file:
        json.dump({"profile_version": "2", "credits": [{"version": "1.0"}]}, file)


def hurry(inner):
    """It collects values and nodes for five seconds; here for as good as none. Counts its turns, by thread."""
    turns = collections.Counter()

    def sleep(seconds):
        turns[threading.current_thread().name] += 1
        time.sleep(0.001)

    inner.time = types.SimpleNamespace(sleep=sleep, time=time.time)
    return turns


def listener(inner, poly):
    """Gives a frame to the original as its MQTT client would."""

    def hear(frame):
        if inner.__name__.startswith("polyinterface"):
            frame = {"node": "polyglot", **frame}
        poly._message(*[None] * (poly._message.__code__.co_argcount - 2), types.SimpleNamespace(
            topic="", payload=json.dumps(frame).encode()
        ))  # fmt: skip

    return hear


def config(inner, changed):
    """As its platform would tell it, the controller's node included."""
    node = {"address": "controller", "name": "Controller", "timeAdded": 0, "enabled": True, "added": True}
    if inner.__name__.startswith("polyinterface"):
        return {**INIT, "nodes": [{**node, "isprimary": True, "drivers": []}], **changed}
    return {**INIT, "nodes": {"controller": {**node, "isPrimary": True, "drivers": {}}}, **changed}


def keep(kept, frames):
    """What the platform would have stored, to be told back."""
    for _, frame in frames:
        for key, name in (("customdata", "customData"), ("customparams", "customParams"), ("notices", "notices")):
            if key in frame:
                kept[name] = frame[key]
        if "addnotice" in frame:
            kept["notices"] = {**kept["notices"], frame["addnotice"]["key"]: frame["addnotice"]["value"]}
        if "removenotice" in frame:
            kept["notices"] = {k: v for k, v in kept["notices"].items() if k != frame["removenotice"]["key"]}


def quiet(home, turns):
    """Wait until it has dealt with all it heard, and its threads have then collected and sent twice."""
    while home.poly.inQueue.unfinished_tasks:
        time.sleep(0.001)
    collecting = {thread.name for thread in home._threads.values()} & {"Drivers", "Nodes"}
    for name in collecting:
        wanted = turns[name] + 2
        while turns[name] < wanted:
            time.sleep(0.001)


def main(name, folder):
    answers = os.fdopen(os.dup(1), "w")
    sys.path[:0] = [HERE, folder]
    network = Network()
    stand_in(network)
    lay_out()
    import steps
    from surface import surface

    module = importlib.import_module(name)
    inner = sys.modules[f"{name}.{name}"]
    turns = hurry(inner)
    names = surface(module)
    poly = module.Interface("Test")
    poly.start()
    kind, light_kind = steps.nodeserver(module)
    home = kind(poly)
    hear = listener(inner, poly)
    kept = {"customData": {}, "customParams": {}, "notices": {}}
    hear({"config": config(inner, kept)})
    on = On(module, poly, home, light_kind(home, "controller", "light", "Light"), hear)
    quiet(home, turns)
    attributes = {"Interface": sorted(vars(poly)), "Controller": sorted(vars(home)), "Node": sorted(vars(on.light))}
    frames = {}
    for step, do in (steps.pgc if name == "pgc_interface" else steps.polyglot_2)().items():
        before = len(network.sent)
        do(on)
        quiet(home, turns)
        frames[step] = network.sent[before:]
        keep(kept, frames[step])
        hear({"config": config(inner, kept)})
        quiet(home, turns)
    json.dump({"names": names, "attributes": attributes, "frames": frames}, answers)
    answers.flush()
    os._exit(0)


if __name__ == "__main__":
    threading.Timer(20, os._exit, [70]).start()
    main(*sys.argv[1:])
