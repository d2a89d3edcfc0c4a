"""What the worker tells the SDK through the environment: the init message, the broker, the topics."""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple
from urllib.parse import unquote, urlsplit

import msgspec

from .wire import Topics

DEFAULT_PORTS = {"mqtt": 1883, "mqtts": 8883}


class EnvironmentIncomplete(Exception):
    """The NodeServer was not started by a worker, or its worker is broken; the text is for people."""


class Broker(NamedTuple):
    """Where the broker listens and who this run is there. `host` is the socket's path if `scheme` is ``unix``."""

    scheme: str
    host: str
    port: int
    login: str
    password: str
    ca: str | None

    def __str__(self) -> str:
        return f"unix:{self.host}" if self.scheme == "unix" else f"{self.scheme}://{self.host}:{self.port}"


class Environment(NamedTuple):
    init: dict[str, Any]
    stage: str
    topics: Topics
    broker: Broker

    @property
    def envelope(self) -> dict[str, Any]:
        """What every frame repeats for old readers."""
        return {
            "userId": self.init["userId"],
            "topic": self.topics.down,
            "profileNum": self.init["profileNum"],
            "id": self.init["id"],
        }


def read_environment(environ: Mapping[str, str]) -> Environment:
    """The environment, checked.

    Raises:
        EnvironmentIncomplete: something is missing or cannot be read.
    """
    missing = [name for name in ("NODESERVER", "PGC_MQTT_URL") if not environ.get(name)]
    if missing:
        raise EnvironmentIncomplete(
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set, so this is not a worker of "
            "Polyglot Cloud. Start the NodeServer with: pgc run FOLDER"
        )
    init = _read_init(environ["NODESERVER"])
    stage = environ.get("STAGE", "prod")
    topics = Topics(environ.get("PGC_TOPIC_PREFIX") or stage, init["worker"], str(init["userId"]))
    return Environment(init, stage, topics, read_broker(environ["PGC_MQTT_URL"], init["worker"], environ))


def read_broker(url: str, worker: str, environ: Mapping[str, str]) -> Broker:
    """``mqtt://login:password@host:port``, ``mqtts://…``, ``unix:/path`` or ``unix://login:password@/path``."""
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise EnvironmentIncomplete(f"PGC_MQTT_URL cannot be read: {error}") from error
    host = unquote(parts.path) if parts.scheme == "unix" else parts.hostname
    if parts.scheme not in (*DEFAULT_PORTS, "unix") or not host:
        raise EnvironmentIncomplete("PGC_MQTT_URL has to be mqtt://login:password@host:port, mqtts://… or unix:/path.")
    login, password = unquote(parts.username or worker), unquote(parts.password or "")
    return Broker(parts.scheme, host, port, login, password, environ.get("PGC_MQTT_CA") or None)


def _read_init(text: str) -> dict[str, Any]:
    try:
        init = msgspec.json.decode(text.encode())
    except (msgspec.DecodeError, UnicodeError) as error:
        raise EnvironmentIncomplete(f"NODESERVER does not hold JSON: {error}") from error
    if not isinstance(init, dict):
        raise EnvironmentIncomplete("NODESERVER does not hold a JSON object.")
    missing = [key for key in ("id", "profileNum", "userId", "worker") if not init.get(key)]
    if missing:
        raise EnvironmentIncomplete(f"NODESERVER lacks {', '.join(missing)}.")
    return init
