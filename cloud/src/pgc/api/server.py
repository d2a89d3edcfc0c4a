"""Serves the application in the platform's own event loop."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from pgc.errors import PgcError


class ApiPortTaken(PgcError):
    """The API cannot listen where it should."""


_GRACE = 2
"""Seconds that requests under way are given at a stop."""
_MOST_CONNECTIONS = 200
_EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 (recognised here, not listened on)


class ApiServer:
    """Port 0 is a free one; `url` is known after `start`."""

    def __init__(self, app: FastAPI, host: str, port: int) -> None:
        self._app = app
        self._host = host
        self._port = port
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        return self._port

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self._port}"

    @property
    def local_url(self) -> str:
        """For this machine, where a listener on every address has no address of its own."""
        return f"http://{'127.0.0.1' if self._host == _EVERY_ADDRESS else self._host}:{self._port}"

    async def start(self) -> None:
        """
        Raises:
            ApiPortTaken: it cannot listen there.
        """
        listener = self._listen()
        self._port = listener.getsockname()[1]
        config = uvicorn.Config(
            self._app,
            log_config=None,
            access_log=False,
            lifespan="off",
            limit_concurrency=_MOST_CONNECTIONS,
            timeout_graceful_shutdown=_GRACE,
        )
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve([listener]), name="api server")

    async def stop(self) -> None:
        if self._server is None or self._task is None:
            return
        self._server.should_exit = True
        try:
            async with asyncio.timeout(2 * _GRACE):
                await asyncio.shield(self._task)
        except TimeoutError:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _listen(self) -> socket.socket:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self._host, self._port))
        except OSError as error:
            listener.close()
            raise ApiPortTaken(
                f"the API cannot listen on {self._host}:{self._port}: {error.strerror}",
                hint="choose another port with PGC_API_PORT",
            ) from error
        return listener


class _Server(uvicorn.Server):
    """Signals belong to the command that runs the platform."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
