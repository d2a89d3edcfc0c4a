"""`pgc serve` in a process of its own."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Any

import aiohttp

from pgc.secrets.keyring import Keyring
from pgc.settings import Settings
from pgc.storage.records import NodeServerRecord
from pgc.storage.storage import Storage

from .home import LONG

SERVE = "from pgc.cli.entry import main; main()"


class Served:
    """`pgc serve` in a process of its own, driven over its API."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.data_folder = settings.data_folder
        self._folder = folder
        self._process: Process | None = None
        self._url = ""

    async def start(self, code: str = SERVE) -> None:
        """With other code it may be made to fail."""
        environment = {**os.environ, "PGC_DATA_FOLDER": str(self.data_folder), "PGC_WARM_RUNS": "0"}
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", code, "serve"), cwd=self._folder, env=environment, stdout=PIPE
        )
        assert self._process.stdout is not None
        async with asyncio.timeout(LONG):
            async for line in self._process.stdout:
                told = re.match(r"API at (http://\S+)/docs", line.decode())
                if told:
                    self._url = told[1]
                    return
        raise AssertionError("pgc serve has ended")

    async def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"Authorization": f"Bearer {(self.data_folder / 'api-token').read_text().strip()}"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.request(method, f"{self._url}/api{path}", json=body) as answer,
        ):
            assert answer.status < 300, await answer.text()
            return await answer.json()

    async def end(self, number: signal.Signals) -> int:
        """Sends the signal, and gives the exit code."""
        process, self._process = self._process, None
        if process is None:
            return 0
        if process.returncode is None:
            process.send_signal(number)
        await process.communicate()
        return process.returncode or 0

    async def died(self) -> int:
        """Waits until it has ended by itself; its exit code."""
        process, self._process = self._process, None
        assert process is not None
        async with asyncio.timeout(LONG):
            await process.communicate()
        return process.returncode or 0


async def on_disk(settings: Settings) -> NodeServerRecord:
    """The one NodeServer as it lies on the disk."""
    storage = Storage(settings.data_folder / "pgc.db", Keyring.load(settings.data_folder / "keyring.json"))
    await storage.open()
    try:
        (record,) = await storage.nodeservers.all()
        return record
    finally:
        await storage.close()
