"""Speaks MQTT with its own login, and beyond it, by a client that knows nothing of our SDK's manners."""

import json
import os
import threading
import uuid
from urllib.parse import unquote, urlsplit

from trying import Refused, attempt, targets

from pgc_interface.link import CallbackAPIVersion, Client

URL = urlsplit(os.environ["PGC_MQTT_URL"])
PREFIX = os.environ["PGC_TOPIC_PREFIX"]
THEIRS = targets()["neighbours prefix"]
STAGE, ISY, _ = PREFIX.split("/")
SOON = 10.0
TRIES, PATIENT_TRIES = 3, 50


class Line:
    """One connection to the broker. `client_id`, `name`, `secret` and `will` may be anybody's."""

    def __init__(self, client_id=None, name=URL.username, secret=URL.password, will=None):
        self.up, self.gone, self.granted = threading.Event(), threading.Event(), threading.Event()
        self.confirmed, self.heard, self.codes, self.reason = threading.Event(), [], [], ""
        options = {"client_id": client_id or URL.username, "reconnect_on_failure": False, "transport": "unix"}
        self.client = Client(CallbackAPIVersion.VERSION2, **options)
        if name:
            self.client.username_pw_set(name, secret)
        if will:
            self.client.will_set(*will, qos=1)
        self.client.on_connect = self._connected
        self.client.on_subscribe = self._subscribed
        self.client.on_publish = lambda *_: self.confirmed.set()
        self.client.on_message = lambda _client, _data, message: self.heard.append((message.topic, message.payload))
        self.client.on_disconnect = lambda *_: self.gone.set()
        self.client.connect(unquote(URL.path))
        self.client.loop_start()

    def _connected(self, _client, _data, _flags, code, _properties):
        self.reason = str(code)
        (self.gone if code.is_failure else self.up).set()

    def _subscribed(self, _client, _data, _mid, codes, _properties):
        self.codes = list(codes)
        self.granted.set()

    def comes_in(self):
        for _ in range(int(SOON * 20)):
            if self.up.wait(0.05):
                return True
            if self.gone.is_set():
                return False
        return False

    def subscribes(self, topic):
        """Whether the broker grants it; None if it cut the line."""
        self.granted.clear()
        self.client.subscribe(topic, 1)
        while not self.granted.wait(0.05):
            if self.gone.is_set():
                return None
        return not any(code.is_failure for code in self.codes)

    def say(self, topic, body):
        """Waits until the broker has confirmed it or has cut the line; what it made of it is seen outside."""
        self.confirmed.clear()
        self.client.publish(topic, body if isinstance(body, bytes) else json.dumps(body).encode(), qos=1)
        for _ in range(int(SOON * 20)):
            if self.gone.is_set():
                return "it was cut off"
            if self.confirmed.wait(0.05):
                return "it was confirmed"
        return "it was ignored"

    def end(self):
        self.client.disconnect()
        self.client.loop_stop()


def open_line():
    """With its own login, which always works: only the NodeServer's own connection, which has the same name, may take
    the place of this one meanwhile."""
    for _ in range(PATIENT_TRIES):
        line = Line()
        if line.comes_in():
            return line
        line.end()
    raise RuntimeError(f"its own login does not work: {line.reason}")


@attempt
def subscribe_to_the_neighbour():
    return granted(f"{THEIRS}/#", f"{THEIRS}/ns", f"{THEIRS}/ns/+", f"{STAGE}/+/+/ns", f"$share/mine/{THEIRS}/#")


@attempt
def subscribe_to_all():
    return granted("#", "+/#", f"{STAGE}/#", f"{STAGE}/{ISY}/#", "+/+/+/+", f"$share/mine/{STAGE}/#")


@attempt
def subscribe_to_the_brokers_own_topics():
    return granted("$SYS/#", "$CONTROL/#", "$CONTROL/dynamic-security/v1/response", "$queue/#")


def granted(*topics):
    got = [topic for topic in topics if is_granted(topic)]
    if not got:
        raise Refused("the broker grants none")
    return got


def is_granted(topic):
    """The line may also be cut by the NodeServer's own connection, which has the same name: that is no answer."""
    for _ in range(TRIES):
        line = open_line()
        answer = line.subscribes(topic)
        line.end()
        if answer is not None:
            return answer
    return False


@attempt
def speak_as_the_neighbour():
    """The test looks whether the platform believed any of it."""
    stolen = {"customdata": {"stolen": True}, "addnode": {"address": "stolen", "name": "stolen", "nodedefid": "x"}}
    raise Refused(f"{publish(f'{THEIRS}/ns', stolen)}, {publish(f'{THEIRS}/ns', {'stop': {}})}")


@attempt
def speak_as_the_platform_to_the_neighbour():
    raise Refused(f"{publish(targets()['neighbours inbox'], {'stop': ''})}")


@attempt
def speak_for_the_whole_home():
    topics = [f"{STAGE}/{ISY}", f"{STAGE}/{ISY}/ns", f"{STAGE}/+/+/ns", f"{PREFIX}x/ns", f"{PREFIX}/../{THEIRS}/ns"]
    raise Refused(", ".join(publish(topic, {"customdata": {"stolen": True}}) for topic in topics))


def publish(topic, body):
    """Again if the line was cut, as that may have been for another reason."""
    for _ in range(TRIES):
        line = open_line()
        try:
            said = line.say(topic, body)
        except ValueError as error:  # the client's own: what no broker would take
            return str(error)
        finally:
            line.end()
        if said != "it was cut off":
            break
    return said


@attempt
def die_as_the_neighbour():
    """A last will is spoken by the broker itself, when a connection is torn."""
    line = Line(will=(f"{THEIRS}/ns", json.dumps({"connected": False})))
    if not line.comes_in():
        raise Refused("a will on a foreign topic is not taken")
    line.client.socket().shutdown(2)
    line.gone.wait(SOON)
    raise Refused("the will was taken and not seen to be spoken")


@attempt
def come_in_under_other_names():
    """A connection under somebody's client id would throw him out; each broker knows whom a login belongs to."""
    theirs, other = targets()["neighbours login"], uuid.uuid4().hex
    tries = {
        "the neighbour's name": {"client_id": theirs, "name": theirs},
        "the neighbour's client id": {"client_id": theirs},
        "the platform's client id": {"client_id": targets()["platforms login"]},
        "the platform's name": {"client_id": targets()["platforms login"], "name": targets()["platforms login"]},
        "no name": {"name": None},
        "a new name": {"client_id": other, "name": other},
        "its name, without a secret": {"secret": ""},
    }
    got = [what for what, options in tries.items() if _is_let_in(options)]
    if not got:
        raise Refused("the broker lets in nobody but itself")
    return got


def _is_let_in(options):
    line = Line(**options)
    let_in = line.comes_in()
    line.end()
    return let_in


@attempt
def make_a_login():
    order = {"commands": [{"command": "createClient", "username": "eve", "password": "eve"}]}
    publish("$CONTROL/dynamic-security/v1", order)
    if _is_let_in({"client_id": "eve", "name": "eve", "secret": "eve"}):
        return "eve comes in"
    raise Refused("nobody new comes in")


@attempt
def leave_a_message_for_later():
    """A retained one would be there for the next run, and for whoever may subscribe to it."""
    line = open_line()
    line.client.publish(f"{PREFIX}/ns", b'{"left": true}', qos=1, retain=True)
    line.gone.wait(1)
    line.end()
    for _ in range(PATIENT_TRIES):
        later = open_line()
        later.subscribes(f"{PREFIX}/ns")
        later.say(f"{PREFIX}/ns", {"marker": True})
        while not later.heard and not later.gone.is_set():
            later.gone.wait(0.05)
        later.end()
        if later.heard:
            return [topic for topic, payload in later.heard if b"left" in payload]
    raise RuntimeError("what it says to itself is not heard")
