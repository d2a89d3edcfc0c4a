"""What a NodeServer's owner lets it reach, and be reached by: the home's network, and a port of this machine."""

import secrets
import socket
from collections.abc import Set as AbstractSet

from pgc.nodeservers.errors import NotPossibleNow
from pgc.nodeservers.nodeserver import NodeServer
from pgc.sandbox.contract import Sandbox
from pgc.workers.forward import INGRESS
from pgc.workers.runtime import Outside

PORTS = range(30_000, 32_768)
"""Below those that systems give to connections of their own."""
_ATTEMPTS = 200


def outside(nodeserver: NodeServer, host: str) -> Outside:
    """What a run of it is let have; `host` is the address of this machine at which ports are published."""
    return Outside(lan=nodeserver.record.lan, port=nodeserver.published_port, host=host)


def shared_network(nodeserver: NodeServer, sandbox: Sandbox) -> str:
    """A word for its log, where it cannot be kept from what its owner did not open; else nothing."""
    if sandbox.networked:
        return ""
    port = f", and its port {INGRESS} is that of this machine" if nodeserver.server_file.wants_ingress else ""
    return f"its network is this machine's: it reaches the home's network{port}"


def check_published(nodeserver: NodeServer, sandbox: Sandbox) -> None:
    """
    Raises:
        NotPossibleNow: no port can be led to it.
    """
    if not nodeserver.server_file.wants_ingress:
        raise NotPossibleNow(
            f"{nodeserver.record.name} does not ask to be reached",
            hint='its server.json would have "httpsIngress", "ingressRequired" or "tcpIngress": true',
        )
    if not sandbox.networked:
        raise NotPossibleNow(
            f"no port can be led to {nodeserver.record.name}: its network is shared with this machine",
            hint="see `pgc isolation`",
        )


def choose_port(host: str, taken: AbstractSet[int]) -> int:
    """One that nobody has.

    Raises:
        NotPossibleNow: none was found.
    """
    for _ in range(_ATTEMPTS):
        port = PORTS[secrets.randbelow(len(PORTS))]
        if port not in taken and _is_free(host, port):
            return port
    raise NotPossibleNow(f"no port from {PORTS[0]} to {PORTS[-1]} is free at {host}", hint="see PGC_PUBLISH_HOST")


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as trial:
        try:
            trial.bind((host, port))
        except OSError:
            return False
    return True
