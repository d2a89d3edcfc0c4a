"""A real broker, the platform's end of the wire, and NodeServers in this process or in one of their own."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Callable, Dict

import msgspec
import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from pgc_interface import Controller, Interface, wire

PATIENCE = 15.0
Frame = Dict[str, Any]


BROKER = """
import asyncio, logging, sys
from amqtt.broker import Broker

async def serve():
    logging.disable(logging.CRITICAL)
    await Broker({
        "listeners": {"default": {"type": "tcp", "bind": "127.0.0.1:" + sys.argv[1]}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }).start()
    print("ready", flush=True)
    await asyncio.Event().wait()

asyncio.run(serve())
"""


@pytest.fixture(scope="session")
def broker_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    python = os.environ.get("PGC_TEST_BROKER_PYTHON", sys.executable)
    command = [python, "-W", "ignore", "-c", BROKER, str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield port
        process.kill()


class Cable:
    """A connection to the broker that can be cut, and stays cut until it is mended; `path` is a unix socket's."""

    def __init__(self, to_port: int, path: str | None = None) -> None:
        self._to_port = to_port
        self._server = socket.create_server(("127.0.0.1", 0)) if path is None else _unix_server(path)
        self.port: int = 0 if path else self._server.getsockname()[1]
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._whole = True
        self._lock = threading.Lock()
        """Held while a connection is taken through or all are cut, so that none is forgotten."""
        self.refused = threading.Semaphore(0)
        self._start(self._accept)

    def cut(self) -> None:
        with self._lock:
            self._whole = False
            for end in self._sockets:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()
            self._sockets.clear()

    def mend(self) -> None:
        self._whole = True

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self.cut()
        for thread in self._threads:
            thread.join(PATIENCE)

    def _start(self, target: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=target, args=arguments, name="cable", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            with self._lock:
                self._take_through(near)

    def _take_through(self, near: socket.socket) -> None:
        if not self._whole:
            near.close()
            self.refused.release()
            return
        far = socket.create_connection(("127.0.0.1", self._to_port))
        self._sockets += [near, far]
        self._start(self._pump, near, far)
        self._start(self._pump, far, near)

    @staticmethod
    def _pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


def _unix_server(path: str) -> socket.socket:
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen()
    return server


@pytest.fixture
def relay() -> Iterator[Callable[[int], str]]:
    """Makes a unix socket that leads to a port."""
    made: list[Cable] = []
    with tempfile.TemporaryDirectory(prefix="pgc") as folder:  # tmp_path is too long for a unix socket

        def lead(to_port: int) -> str:
            made.append(Cable(to_port, f"{folder}/s"))
            return f"{folder}/s"

        yield lead
        for one in made:
            one.close()


@pytest.fixture
def cable(broker_port: int) -> Iterator[Cable]:
    made = Cable(broker_port)
    yield made
    made.close()


class Platform:
    """The platform's end: it notes what comes and answers like the real one, unless told not to."""

    def __init__(self, port: int) -> None:
        self.worker = uuid.uuid4().hex
        self.topics = wire.Topics(f"prod/isy1/{self.worker}", self.worker, "user1")
        self.frames: list[tuple[str, Frame]] = []
        self.settles = True
        self.refused_nodes: dict[str, str] = {}
        self._changed = threading.Condition()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=f"platform-{self.worker}")
        self._client.on_message = self._came
        ready = threading.Event()
        self._client.on_subscribe = lambda *_: ready.set()
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._client.subscribe([(self.topics.up, 1), (self.topics.isy, 1)])
        assert ready.wait(PATIENCE)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        self._client.on_message = self._client.on_subscribe = None  # a circle; with it paho's sockets would stay open

    def send(self, **body: Any) -> None:
        self._client.publish(self.topics.down, wire.encode(body), qos=1)

    def expect(self, wanted: Callable[[Frame], Any], after: int = 0) -> Frame:
        """The first frame, of those from `after` on, for which `wanted` is true; waits for it."""
        deadline = time.monotonic() + PATIENCE
        with self._changed:
            while True:
                for _, frame in self.frames[after:]:
                    if wanted(frame):
                        return frame
                if not self._changed.wait(deadline - time.monotonic()):
                    kinds = [sorted(set(frame) - wire.ENVELOPE_KEYS) for _, frame in self.frames]
                    raise AssertionError(f"did not come; what came: {kinds}")

    def expect_key(self, key: str, after: int = 0) -> Any:
        return self.expect(lambda frame: key in frame, after)[key]

    def expect_value(self, address: str, driver: str, value: str) -> Frame:
        wanted = (address, driver, value)
        self.expect(lambda frame: any(_triple(status) == wanted for status in statuses(frame)))
        return next(status for status in self.statuses() if _triple(status) == wanted)

    def statuses(self) -> list[Frame]:
        return [status for _, frame in list(self.frames) for status in statuses(frame)]

    def came(self, key: str) -> list[Any]:
        return [frame[key] for _, frame in list(self.frames) if key in frame]

    def _came(self, client: Client, _: Any, message: MQTTMessage) -> None:
        kind = wire.Upstream if message.topic == self.topics.up else wire.IsyUpstream
        wire.decode(message.payload, kind)  # everything the SDK sends is within the protocol
        frame = msgspec.json.decode(message.payload)
        with self._changed:
            self.frames.append((message.topic, frame))
            self._changed.notify_all()
        if self.settles:
            self._answer(frame)

    def _answer(self, frame: Frame) -> None:
        added = [self._result(node) for node in frame.get("batch", {}).get("addnode", [])]
        if added:
            self.send(result={"addnode": added})
        if "seq" in frame:
            self.send(result={"seq": {"upTo": frame["seq"]}})

    def _result(self, node: Frame) -> Frame:
        reason = self.refused_nodes.get(node["address"])
        return {"success": reason is None, "address": node["address"], "statusCode": 200, "reason": reason}


def statuses(frame: Frame) -> list[Frame]:
    found: list[Frame] = frame.get("batch", {}).get("status", [])
    return found


def _triple(status: Frame) -> tuple[str, str, str]:
    return status["address"], status["driver"], status["value"]


@pytest.fixture
def platform(broker_port: int) -> Iterator[Platform]:
    made = Platform(broker_port)
    yield made
    made.close()


def make_init(worker: str, **changed: Any) -> Frame:
    init = wire.Init(id="uuid1", profileNum="3", userId="user1", worker=worker, name="Test", isyVersion="5.3.4")
    return {**msgspec.to_builtins(init), **changed}


@pytest.fixture
def controller_record() -> Callable[..., Frame]:
    """Makes the platform's record of a controller node that was added in an earlier run."""

    def make(address: str = "controller", **drivers: str) -> Frame:
        values = {"ST": "0", **drivers}
        shaped = {name: wire.DriverValue(value=value, uom="2") for name, value in values.items()}
        record = wire.NodeRecord(
            address=address, name="C", nodedefid="controller", primary=address, drivers=shaped, isController=True
        )
        return wire.to_dict(record)

    return make


Start = Callable[..., Interface]


@pytest.fixture
def environment(
    platform: Platform, broker_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    """Sets the environment of a worker, with an init of which some keys are changed."""

    def set_up(port: int | None = None, url: str | None = None, **init: Any) -> None:
        monkeypatch.setenv("NODESERVER", msgspec.json.encode(make_init(platform.worker, **init)).decode())
        monkeypatch.setenv("PGC_TOPIC_PREFIX", platform.topics.prefix)
        monkeypatch.setenv("STAGE", "prod")
        usual = f"mqtt://run-{platform.worker}:secret@127.0.0.1:{port or broker_port}"
        monkeypatch.setenv("PGC_MQTT_URL", url or usual)
        monkeypatch.chdir(tmp_path)
        if not (tmp_path / "server.json").exists():
            (tmp_path / "server.json").write_text("{}")

    return set_up


@pytest.fixture
def make_interface(environment: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Makes Interfaces in this process, and stops those that were started."""
    made: list[Interface] = []
    monkeypatch.setattr(Interface, "ends_process", False)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)

    def make(port: int | None = None, **init: Any) -> Interface:
        environment(port, **init)
        made.append(Interface())
        return made[-1]

    yield make
    for poly in made:
        poly.request_stop("the test is over")
        poly.wait_until_stopped(PATIENCE)
    logging.captureWarnings(False)


@pytest.fixture
def start(make_interface: Start, platform: Platform) -> Callable[..., Any]:
    """Starts an Interface and a Controller of the class, and waits until it hears the platform and `start()` was
    entered."""

    def begin(kind: type[Controller] = Controller, **init: Any) -> Any:
        entered = threading.Event()

        class Told(kind):
            def start(self) -> None:
                entered.set()
                super().start()

        poly = make_interface(**init)
        poly.start()
        controller = Told(poly)
        assert entered.wait(PATIENCE)
        platform.expect(lambda frame: frame.get("connected") is True)
        return controller

    return begin


class Running:
    """A NodeServer in a process of its own."""

    def __init__(self, source: str, folder: Path, environ: dict[str, str]) -> None:
        script = folder / "nodeserver.py"
        script.write_text(source)
        self.process = subprocess.Popen(
            [sys.executable, "-u", str(script)],
            cwd=folder,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self, within: float = 8.0) -> tuple[int, str, str]:
        """Its exit code, stdout and stderr, once it has ended by itself within so many seconds."""
        out, err = self.process.communicate(timeout=within)
        return self.process.returncode, out, err

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate(timeout=PATIENCE)


@pytest.fixture
def run_nodeserver(environment: Any, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    made: list[Running] = []

    def run(source: str, without: tuple[str, ...] = (), **init: Any) -> Running:
        environment(**init)
        environ = {name: value for name, value in os.environ.items() if name not in without}
        made.append(Running(source, tmp_path, environ))
        return made[-1]

    yield run
    for running in made:
        running.close()


class _Ear(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """The lines of the log from warnings up, with their tracebacks."""
    ear = _Ear()
    ear.setLevel(logging.WARNING)
    logger = logging.getLogger("pgc_interface")
    logger.addHandler(ear)
    yield ear.lines
    logger.removeHandler(ear)
