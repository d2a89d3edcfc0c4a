"""What a run is handed at its start: its login and its environment."""

import secrets

from msgspec import json

from pgc.broker.access import Login, hash_secret, new_secret
from pgc.broker.logins import Logins
from pgc.nodeservers.nodeserver import NodeServer
from pgc.workers.runtime import Assignment
from pgc_interface import wire


def new_login(nodeserver: NodeServer) -> tuple[Login, str]:
    """A login for one run, valid below the NodeServer's own topics, and its secret."""
    secret = new_secret()
    name = f"run-{secrets.token_hex(16)}"
    return Login(name=name, secret_hash=hash_secret(secret), prefix=nodeserver.topics.prefix), secret


def assignment(nodeserver: NodeServer, broker: Logins, login: Login, secret: str) -> Assignment:
    """The environment of PROTOCOL: it travels in the claim, never on a command line."""
    scheme, host = broker.url.split("://", 1)
    environment = {
        "NODESERVER": json.encode(wire.to_dict(nodeserver.on_wire())).decode(),
        "STAGE": nodeserver.stage,
        "PGC_TOPIC_PREFIX": nodeserver.topics.prefix,
        "PGC_MQTT_URL": f"{scheme}://{login.name}:{secret}@{host}",
        "PGC_MQTT_CA": broker.ca,
        "PGC_LOG_FORMAT": "json",
    }
    return Assignment(nodeserver.server_file.executable, environment, nodeserver.record.dialect)
