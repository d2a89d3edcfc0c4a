"""A mosquitto that is not the platform's: what an operator runs and sets up as docs/brokers.md says."""

import asyncio
import getpass
import socket
from asyncio.subprocess import DEVNULL
from pathlib import Path

import pytest

from pgc.broker import dynsec_file
from pgc.broker.access import new_secret
from pgc.broker.mosquitto_files import Installed

CONFIGURATION = """\
user {user}
listener {port} 127.0.0.1
allow_anonymous false
plugin {plugin}
plugin_opt_config_file {logins}
retain_available false
max_packet_size 2000000
log_type none
"""


def a_free_port() -> int:
    """Of loopback; nobody else here listens on ports that were just given out."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


class OtherMosquitto:
    """`url` holds the login of its administrator."""

    def __init__(self, folder: Path, port: int) -> None:
        self.installed = Installed.find()
        if self.installed is None:
            pytest.skip("mosquitto 2 with its dynamic-security plugin is not installed")
        secret = new_secret()
        self.url = f"mqtt://{dynsec_file.ADMIN}:{secret}@127.0.0.1:{port}"
        self.configuration = folder / "other.conf"
        logins = folder / "other.json"
        dynsec_file.lay(logins, secret)
        lines = CONFIGURATION.format(port=port, plugin=self.installed.plugin, logins=logins, user=getpass.getuser())
        self.configuration.write_text(lines)

    async def __aenter__(self) -> "OtherMosquitto":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()

    async def start(self) -> None:
        argv = (self.installed.program, "-c", self.configuration)
        self.process = await asyncio.create_subprocess_exec(*argv, stdout=DEVNULL, stderr=DEVNULL, env={})

    async def kill(self) -> None:
        self.process.kill()
        await self.process.wait()
