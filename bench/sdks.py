"""The SDKs that are compared: where each lives, and how it is told of its broker."""

import base64
import json
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.broker import BareBroker
from bench.environments import environment, own_environment
from bench.errors import BenchError
from bench.processes import Child

PROGRAMS = Path(__file__).parent / "client-programs"
WORKER = "benchworker"
_CONTROLLER = {
    "address": "controller",
    "name": "Controller",
    "nodedefid": "controller",
    "primary": "controller",
    "drivers": {"ST": {"value": "1", "uom": "2"}},
    "isController": True,
    "isPrimary": True,
    "timeAdded": 0,
}
_INIT = {
    "id": "isy",
    "profileNum": "1",
    "userId": "owner",
    "worker": WORKER,
    "name": "bench",
    "isyVersion": "5.3.4",
    "logBucket": "none",
    "nodes": {"controller": _CONTROLLER},
    "shortPoll": 3600,
    "longPoll": 36000,
    "customParams": {},
    "customData": {},
    "notices": {},
}
_GRACE = 0.3
"""Seconds to end: what they still hold is of no interest."""
Environ = Callable[[int], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Sdk:
    """`topic` is where its driver values arrive; `batch` has it that one frame may hold several of them.

    `boxed`: it wants files in /app, so it is run in a box of bubblewrap that has them there.
    """

    name: str
    program: str
    topic: str
    python: Callable[[], Path]
    environ: Environ
    first_line: Callable[[int], bytes] = lambda _port: b""
    boxed: bool = False

    def start(self, job: Mapping[str, Any], broker: BareBroker | None, folder: Path) -> Child:
        """A process that does the job; `folder` is its own, with `app` in it for one that is boxed."""
        port = broker.port if broker else 0
        argv = [str(self.python()), str(PROGRAMS / f"{self.program}.py"), json.dumps(dict(job))]
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8", **self.environ(port)}
        (folder / "logs").mkdir(parents=True, exist_ok=True)
        argv = _boxed(argv, folder) if self.boxed else argv
        child = Child(argv, cwd=folder, environment=environment, name=self.name, grace=_GRACE)
        child.write(self.first_line(port))
        return child


def ours(*, here: bool = False) -> Sdk:
    """Our SDK; `here` takes it from the environment that this runs in, which needs no registry."""
    return Sdk("pgc_interface (ours)", "ours", "bench/ns", _here if here else own_environment, _ours)


def bare_paho(*, here: bool = False) -> Sdk:
    return Sdk("paho-mqtt alone", "bare", "", _here if here else own_environment, lambda _port: {})


def peers() -> list[Sdk]:
    return [
        Sdk("pgc-interface 1.1.9", "original", "bench/ns", _original_python, _original, boxed=True),
        Sdk("polyinterface 2.1.0", "pg2", "udi/polyglot/ns/1", _pg2_python, _pg2, first_line=_pg2_line),
        Sdk("udi_interface 3.4.7", "pg3", "udi/pg3/ns/status/bench_1", _pg3_python, _pg3),
    ]


def _here() -> Path:
    return Path(sys.executable)


def _ours(port: int) -> Mapping[str, str]:
    url = f"mqtt://{WORKER}:secret@127.0.0.1:{port}"
    return {"NODESERVER": json.dumps(_INIT), "STAGE": "bench", "PGC_TOPIC_PREFIX": "bench", "PGC_MQTT_URL": url}


def _original_python() -> Path:
    return environment("pgc-interface", ("pgc-interface==1.1.9",))


def _original(_port: int) -> Mapping[str, str]:
    return {"NODESERVER": json.dumps(_INIT), "STAGE": "bench", "MQTTENDPOINT": "localhost"}


def _pg2_python() -> Path:
    """It was written for the first paho."""
    return environment("polyinterface", ("polyinterface==2.1.0", "paho-mqtt<2"))


def _pg2(_port: int) -> Mapping[str, str]:
    return {"USE_HTTPS": "false"}


def _pg2_line(port: int) -> bytes:
    line = {"token": "bench", "mqttHost": "127.0.0.1", "mqttPort": str(port), "profileNum": "1"}
    return json.dumps(line).encode() + b"\n"


def _pg3_python() -> Path:
    """Its ISY library imports pkg_resources, which newer setuptools do not have."""
    return environment("udi-interface", ("udi_interface==3.4.7", "setuptools<81"))


def _pg3(port: int) -> Mapping[str, str]:
    init = {
        "uuid": "bench",
        "profileNum": 1,
        "mqttHost": "127.0.0.1",
        "mqttPort": port,
        "token": "bench",
        "secure": 0,
        "pg3Version": "3.4",
        "isyVersion": "5.8",
    }
    return {"PG3INIT": base64.b64encode(json.dumps(init).encode()).decode()}


def _boxed(argv: list[str], folder: Path) -> list[str]:
    """The machine as it is, with /app added; nothing outside `folder` is changed."""
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        raise BenchError("the original SDK wants files in /app", hint="install bubblewrap, in which it can have them")
    binds = [word for entry in sorted(Path("/").iterdir()) for word in ("--dev-bind-try", str(entry), str(entry))]
    (folder / "app" / "logs").mkdir(parents=True, exist_ok=True)
    return [bwrap, "--die-with-parent", *binds, "--bind", str(folder / "app"), "/app", "--", *argv]
