"""A NodeServer that sends garbage over its own login: refused with a reason in its log, and what is right arrives."""

from .home import Home, Neighbour

GARBAGE = r"""
import json, os, threading
from urllib.parse import urlsplit
from pgc_interface.link import CallbackAPIVersion, Client

url, prefix = urlsplit(os.environ["PGC_MQTT_URL"]), os.environ["PGC_TOPIC_PREFIX"]
stage, isy, worker = prefix.split("/")


class Line:
    # One connection; it ends when the broker has had enough of it.
    def __init__(self):
        self.up, self.gone, self.added = threading.Event(), threading.Event(), threading.Event()
        options = {"client_id": url.username, "reconnect_on_failure": False, "transport": "unix"}
        self.client = Client(CallbackAPIVersion.VERSION2, **options)
        self.client.username_pw_set(url.username, url.password)
        self.client.on_connect = lambda client, *_: client.subscribe(f"{prefix}/ns/{worker}", 1)
        self.client.on_subscribe = lambda *_: self.up.set()
        self.client.on_message = lambda _client, _data, message: b'"addnode"' in message.payload and self.added.set()
        self.client.on_disconnect = lambda *_: self.gone.set()
        self.client.connect(url.path)
        self.client.loop_start()
        self.up.wait(5)

    def say(self, channel, body):
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.publish(f"{prefix}/{channel}", payload, qos=1)

    def end(self, what):
        print(what, "was cut off" if self.gone.wait(5) else "was let through", flush=True)
        self.client.loop_stop()


def node(value, driver="GV1"):
    return {"address": "controller", "driver": driver, "value": value, "uom": 56}


line = Line()
line.say("ns", {"connected": True})
line.say("ns", b"\xff\xfe no json at all")
line.say("ns", b'{"half": ')
line.say("ns", b"[" * 100_000)
line.say("ns", [1, 2, 3])
line.say("ns", {"addnode": "everything"})
line.say("ns", {"addnode": {"address": {"a": 1}, "name": 7, "nodedefid": [], "primary": None, "drivers": 5}})
line.say("ns", {"customdata": "not a map", "notices": [1], "polls": {"shortPoll": "often"}})
line.say("ns", {"seq": -5, "customparams": {"a": 1}})
line.say("ns", {"batch": {"status": [{"address": 1}, 7, None]}})
line.say("isy", {"uploadProfile": {"type": "nodedef", "filename": "../../etc/passwd", "payload": "%%%"}})
line.say("isy", {"report": {"requestId": 5, "success": "perhaps"}})
line.say("no/such/channel", {"connected": True})
line.say("ns", {"addnode": {"address": "controller", "name": "Right", "nodedefid": "ctl", "primary": "controller",
                            "drivers": {}, "isController": True}})
line.say("ns", {"status": node(1)})
line.added.wait(10)

line.client.publish(f"{stage}/{isy}/{'0' * 32}/ns", b'{"customdata": {"stolen": true}}', qos=1)
line.end("a foreign topic")
line = Line()
line.say("ns", b'{"customdata": {"much": "' + b"x" * 1_200_000 + b'"}}')
line.end("an oversized message")
line = Line()
for odd in ("warm", "1e400", None, {"deep": [1]}, "9" * 1000, True):
    line.say("ns", {"status": node(odd, "GV2")})
line.say("ns", {"status": node(2)})
threading.Event().wait()
"""


async def test_garbage_is_refused_with_reasons_and_harms_nobody(home: Home, neighbour: Neighbour) -> None:
    garbage = await home.run("garbage", GARBAGE, slot=1)
    await home.shows("n001_controller", "GV1", "2")
    await home.said(garbage, "a foreign topic was cut off")
    await home.said(garbage, "an oversized message was cut off")
    for reason in (
        "its connection was cut, because it published to ",
        "its connection was cut, because it sent a packet of ",
        "a message was refused",
        "refused: addnode",
        "refused: customdata",
        "refused: shortPoll must be a number of seconds, not 'often'",
        "controller GV2: ",
        "profile file nodedef/../../etc/passwd",
    ):
        await home.said(garbage, reason)
    assert garbage.saved.data == {}
    assert [node.record.name for node in garbage.nodes.values()] == ["Right"]
    assert neighbour.nodeserver.saved.data == {}
    await neighbour.is_well()
