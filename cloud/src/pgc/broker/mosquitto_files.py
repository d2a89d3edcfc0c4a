"""What mosquitto needs on this machine: where it is installed, and the files that the platform writes for it."""

import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from pgc.broker import unix_socket
from pgc.broker.errors import BrokerError
from pgc.broker.limits import Limits
from pgc.secrets.authority import Credentials
from pgc.secrets.files import replace

_SEARCHED: Final = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")
"""Beside PATH, where ordinary users often have no folders of system programs."""
_LIBRARIES: Final = ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/opt/homebrew/lib")
_PLUGINS: Final = ("mosquitto_dynamic_security.*", "*/mosquitto_dynamic_security.*")
_AUTOSAVE: Final = 10
_QUEUED_MESSAGES, _QUEUED_BYTES, _IN_FLIGHT = 20_000, 16 * 1024 * 1024, 1000


@dataclass(frozen=True, slots=True)
class Installed:
    """mosquitto's program, and its dynamic-security plugin (mosquitto 2 and newer)."""

    program: Path
    plugin: Path

    @classmethod
    def find(cls) -> Self | None:
        found = shutil.which("mosquitto", path=os.pathsep.join((os.environ.get("PATH", os.defpath), *_SEARCHED)))
        plugins = (path for folder in _LIBRARIES for pattern in _PLUGINS for path in Path(folder).glob(pattern))
        plugin = next((path for path in plugins if path.suffix in {".so", ".dylib"}), None)
        return cls(Path(found), plugin) if found and plugin else None


@dataclass(frozen=True, slots=True)
class TlsListener:
    """Where clients of other machines connect; they prove themselves as all others do, by name and secret."""

    host: str
    port: int
    ca: bytes
    credentials: Credentials


@dataclass(frozen=True, slots=True)
class Files:
    """`folder` is the broker's own; `socket` lies elsewhere, in a folder that holds nothing else.

    mosquitto is run in that one, since it does not take a blank in the path of a socket.
    """

    folder: Path
    socket: Path

    @property
    def configuration(self) -> Path:
        return self.folder / "mosquitto.conf"

    @property
    def logins(self) -> Path:
        return self.folder / "dynamic-security.json"

    def write(self, installed: Installed, limits: Limits, tls: TlsListener | None) -> None:
        """
        Raises:
            BrokerError: they cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            unix_socket.prepare(self.socket)
            lines = [
                *_general(),
                *self._kept(),
                *self._logins(installed),
                *_bounds(limits),
                f"listener 0 {self.socket.name}",
            ]
            if tls:
                lines += self._tls(tls)
            if any("\n" in line for line in lines):
                raise BrokerError(
                    f"mosquitto cannot be told of a folder with a line break in its name: {self.folder!s}"
                )
            replace(self.configuration, "\n".join([*lines, ""]).encode())
        except OSError as error:
            raise BrokerError(f"the files of mosquitto cannot be written: {error}") from error

    def _kept(self) -> list[str]:
        """What waits for the platform outlives a stop; sessions that nobody takes up again do not."""
        saved = ("persistence true", f"persistence_location {self.folder}", f"autosave_interval {_AUTOSAVE}")
        return [*saved, "persistent_client_expiration 1d"]

    def _logins(self, installed: Installed) -> list[str]:
        plugin = (f"plugin {installed.plugin}", f"plugin_opt_config_file {self.logins}")
        return ["per_listener_settings false", "allow_anonymous false", *plugin]

    def _tls(self, tls: TlsListener) -> list[str]:
        ca, certificate, key = (self.folder / name for name in ("ca.pem", "server.pem", "server.key"))
        replace(ca, tls.ca)
        replace(certificate, tls.credentials.certificate)
        replace(key, tls.credentials.key)
        files = (f"cafile {ca}", f"certfile {certificate}", f"keyfile {key}")
        return ["set_tcp_nodelay true", f"listener {tls.port} {tls.host}", *files]


def _general() -> list[str]:
    """As the platform's own user; its log is ours."""
    log = ("log_dest stderr", "log_timestamp false", "connection_messages true")
    kinds = [f"log_type {kind}" for kind in ("error", "warning", "notice", "information")]
    return [f"user {pwd.getpwuid(os.geteuid()).pw_name}", *log, *kinds, "sys_interval 0"]


def _bounds(limits: Limits) -> list[str]:
    """The queues are those of each client; a message too many for a slow one is dropped, and sent again by its lane."""
    return [
        "retain_available false",
        f"max_packet_size {limits.publish_bytes}",
        f"max_queued_messages {_QUEUED_MESSAGES}",
        f"max_queued_bytes {_QUEUED_BYTES}",
        f"max_inflight_messages {_IN_FLIGHT}",
    ]
