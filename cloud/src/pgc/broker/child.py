"""A program that the platform keeps running: its output goes to our log, and when it dies it is started again."""

import asyncio
import logging
import time
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from pgc.broker.errors import BrokerError
from pgc.sandbox.limited import SHIM
from pgc.sandbox.python import interpreter

STOPPING: Final = 10.0
"""Seconds from SIGTERM to SIGKILL."""
_BACK_OFF: Final = (0.1, 10.0)
_STABLE: Final = 30.0
"""A program that ran this long is started again at once."""
_LAST_WORDS: Final = 5
_LONGEST_LINE: Final = 64 * 1024

Heard = Callable[[str], None]


class Child:
    """`argv` is run without the platform's environment, and dies with the platform. `heard` gets each line it says."""

    def __init__(self, name: str, argv: Sequence[str], cwd: Path, log: logging.Logger, heard: Heard) -> None:
        self._name = name
        self._argv = [str(interpreter()), "-I", "-S", str(SHIM), f"cwd={cwd}", "die=with-parent", "--", *argv]
        self._log = log
        self._heard = heard
        self._words: deque[str] = deque(maxlen=_LAST_WORDS)
        self._process: Process | None = None
        self._ended = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """None while it is not running."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        """Returns when it is started, not when it is ready.

        Raises:
            BrokerError: it cannot be started.
        """
        self._stopping = False
        await self._spawn()
        self._task = asyncio.create_task(self._keep_running(), name=f"keep {self._name} running")

    async def stop(self) -> None:
        """SIGTERM, later SIGKILL. Harmless when it is not running."""
        self._stopping = True
        if self._task is None:
            return
        task, self._task = self._task, None
        if self.pid is None:
            task.cancel()  # it waits to start the next one
        elif self._process:
            self._process.terminate()
        done, _ = await asyncio.wait({task}, timeout=STOPPING)
        if not done and self._process:
            self._log.error("%s does not stop and is killed", self._name)
            self._process.kill()
            await asyncio.wait({task}, timeout=STOPPING)

    async def died(self) -> str:
        """Waits for the end of the one that runs now; why, for people."""
        await self._ended.wait()
        code = self._process.returncode if self._process else None
        return f"{self._name} ended with {code}: {' · '.join(self._words) or 'it said nothing'}"

    async def _spawn(self) -> None:
        self._words.clear()
        self._ended.clear()
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._argv, env={}, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, limit=_LONGEST_LINE
            )
        except OSError as error:
            raise BrokerError(f"{self._name} cannot be started: {error}") from error

    async def _keep_running(self) -> None:
        failures = 0
        while True:
            began = time.monotonic()
            await self._listen()
            self._ended.set()
            if self._stopping:
                return
            self._log.error("%s; it is started again", await self.died())
            failures = 0 if time.monotonic() - began > _STABLE else failures + 1
            await self._again(failures)

    async def _again(self, failures: int) -> None:
        """After a pause, once or as often as it takes."""
        least, most = _BACK_OFF
        while True:
            await asyncio.sleep(min(most, least * 2 ** max(0, failures - 1)))
            try:
                return await self._spawn()
            except BrokerError as error:
                self._log.error("%s", error)
                failures += 1

    async def _listen(self) -> None:
        """To the end of what it says, and of itself."""
        if self._process is None or self._process.stdout is None:
            return
        while True:
            with suppress(ValueError):  # a line that is too long; the next one comes
                line = await self._process.stdout.readline()
                if not line:
                    break
                text = line.decode(errors="replace").rstrip()
                self._words.append(text[:300])
                self._heard(text)
        await self._process.wait()
