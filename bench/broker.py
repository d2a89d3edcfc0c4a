"""A bare broker between an SDK and the bench: mosquitto where it is installed, else amqtt."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.certificates import Certificates
from bench.processes import Child, free_port, until_listening

AWS_PORT = 8883
"""The only port that the original SDK knows, and it wants TLS there."""
_SEARCHED = "/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin"
_MOSQUITTO = """\
user root
allow_anonymous true
set_tcp_nodelay true
max_queued_messages 0
listener {port} 127.0.0.1
"""
_MOSQUITTO_TLS = """\
listener {port} 127.0.0.1
cafile {files.authority}
certfile {files.certificate}
keyfile {files.key}
"""
_AMQTT = """\
listeners:
  default: {{type: tcp, bind: "127.0.0.1:{port}", max_connections: 100}}
{tls}plugins:
  amqtt.plugins.authentication.AnonymousAuthPlugin: {{allow_anonymous: true}}
"""
_AMQTT_TLS = '  tls: {{bind: "127.0.0.1:{port}", ssl: true, certfile: "{files.certificate}", keyfile: "{files.key}"}}\n'


def broker_name() -> str:
    return "mosquitto" if _mosquitto() else "amqtt"


@dataclass(frozen=True, slots=True)
class BareBroker:
    child: Child
    port: int


def start_broker(folder: Path, certificates: Certificates | None = None) -> BareBroker:
    """Listens on a free port and, with certificates, on :data:`AWS_PORT` as well; its child is to be ended."""
    port = free_port()
    argv = _configured(folder, port, certificates)
    child = Child(argv, cwd=folder, environment={"PATH": _SEARCHED}, name="broker")
    until_listening(port, child)
    return BareBroker(child, port)


def _configured(folder: Path, port: int, certificates: Certificates | None) -> list[str]:
    mosquitto = _mosquitto()
    file = folder / "broker.conf"
    if mosquitto:
        tls = _MOSQUITTO_TLS.format(port=AWS_PORT, files=certificates) if certificates else ""
        file.write_text(_MOSQUITTO.format(port=port) + tls)
        return [mosquitto, "-c", str(file)]
    tls = _AMQTT_TLS.format(port=AWS_PORT, files=certificates) if certificates else ""
    file.write_text(_AMQTT.format(port=port, tls=tls))
    return [str(Path(sys.executable).parent / "amqtt"), "-c", str(file)]


def _mosquitto() -> str | None:
    return shutil.which("mosquitto", path=_SEARCHED)
