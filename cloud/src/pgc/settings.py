"""Every setting of the platform, typed: from ``PGC_*`` variables, then the user's ``pgc.toml``, then the defaults here.

The file is the one named in ``PGC_CONFIG``, else ``pgc.toml`` in the user's configuration folder; never one of the
folder that a command happens to be run in, since that may be a stranger's.
"""

import hashlib
import os
import tempfile
from pathlib import Path

from platformdirs import user_config_path, user_data_path
from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

_LONGEST_RUN_FOLDER = 64


class Settings(BaseSettings):
    """Ports of 0 mean: a free one, kept for the next start, so that what runs finds the platform again."""

    model_config = SettingsConfigDict(env_prefix="PGC_", extra="ignore", frozen=True)

    data_folder: Path = Field(default_factory=lambda: user_data_path("pgc", appauthor=False))
    """The database, the keyring, bundles: what must not be lost."""
    stage: str = Field(default="prod", pattern="^(prod|test)$")
    """What NodeServers see as `poly.stage`."""
    broker: str = Field(default="auto", pattern=r"^(auto|embedded|mosquitto|(mqtts?|unix)://.+)$", repr=False)
    """`mosquitto` as a child of the platform, or the `embedded` one; `auto` takes mosquitto where it is installed.
    Or the URL of one that others run, with the login that may make others: see docs/brokers.md."""
    broker_ca: Path | None = None
    """A file (PEM) with the authority of that one's certificate, where this machine does not know it."""
    broker_tls_host: str = "127.0.0.1"
    broker_tls_port: int = Field(default=0, ge=0, le=65535)
    """Where mosquitto listens over TLS as well, for clients of other machines; 0: nowhere."""
    broker_tls_names: list[str] = []
    """The names and addresses under which they reach it; without any, that host."""
    api_host: str = "127.0.0.1"
    api_port: int = Field(default=0, ge=0, le=65535)
    isy_listen_host: str = "127.0.0.1"
    """The address on which ISYs call in; a real ISY needs one that it can reach, such as 0.0.0.0."""
    isy_listen_port: int = Field(default=0, ge=0, le=65535)
    isy_callback_url: str = ""
    """The URL under which ISYs reach that listener; empty: the listener's own address."""
    publish_host: str = "127.0.0.1"
    """The address of this machine where NodeServers are reached whose owners allow that, each at a port of its own;
    0.0.0.0 for every one."""
    log_megabytes: int = Field(default=4, ge=0, le=1024)
    """Of each NodeServer's log, kept in files of the data folder; 0: the log is in memory only."""
    warm_runs: int = Field(default=1, ge=0, le=32)
    """Interpreters kept ready for the next NodeServer that starts."""
    starts_at_once: int = Field(default_factory=lambda: 2 * (os.cpu_count() or 1), ge=1, le=1000)
    """NodeServers that start at the same time; the others wait in a queue. Twice as many as there are cores."""
    restart_crashed: bool = True
    """Start again what crashed or could not start, as docs/supervision.md tells."""
    run_memory_megabytes: int = Field(default=512, ge=32)
    """Of all processes of a run together, where there are control groups."""
    run_disk_megabytes: int = Field(default=1024, ge=16)
    """What a run may keep in its folders before it is ended."""
    run_processes: int = Field(default=256, ge=16)
    """Of a run, its threads among them."""
    run_patience: float = Field(default=600.0, gt=0)
    """Seconds that runs wait for a platform that was killed, before they end."""
    stop_grace: float = Field(default=8.0, gt=0)
    """Seconds a NodeServer has to end after its stop message."""

    @property
    def run_folder(self) -> Path:
        """Where runs live while they live."""
        return self._short("runs", "")

    @property
    def broker_socket(self) -> Path:
        """Where runs reach the broker; nothing else is in its folder."""
        return self._short("socket", "-mqtt") / "mqtt"

    def _short(self, name: str, suffix: str) -> Path:
        """In the data folder, or, where that path is too long for the unix sockets in it (some 100 bytes), in the
        folder for temporary files."""
        inside = self.data_folder.resolve() / name
        if len(os.fsencode(inside)) <= _LONGEST_RUN_FOLDER:
            return inside
        key = hashlib.sha256(str(self.data_folder.resolve()).encode()).hexdigest()[:8]
        return Path(tempfile.gettempdir()) / f"pgc-{os.getuid()}-{key}{suffix}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file = os.environ.get("PGC_CONFIG") or user_config_path("pgc", appauthor=False) / "pgc.toml"
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=file)
