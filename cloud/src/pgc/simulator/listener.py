"""The ISY's place on the network: open, or offline with its port kept for it until it comes back."""

import asyncio
import socket

from aiohttp import web

from pgc.simulator.errors import CannotListen

_ACCEPTING = 4
"""Turns of the loop that this takes at most."""


class Listener:
    """One address, found when first opened; `port` is the real one from then on."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self._runner: web.BaseRunner | None = None
        self._site: web.SockSite | None = None
        self._bound: socket.socket | None = None
        self._held: socket.socket | None = None

    @property
    def url(self) -> str:
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    @property
    def is_open(self) -> bool:
        return self._site is not None

    async def open(self, runner: web.BaseRunner) -> None:
        """Take connections and hand them to this runner."""
        self._runner = runner
        family, address = await self._resolved()
        self._release()
        bound = self._bound = self._bind(family, address)
        self.port = bound.getsockname()[1]
        self._site = web.SockSite(runner, bound)
        await self._site.start()

    async def close(self) -> None:
        """Take no more and give the port back."""
        self._release()
        if self._site is not None:
            site, self._site = self._site, None
            await self._accept_no_more()
            await site.stop()

    async def suspend(self) -> None:
        """Refuse connections and break the open ones; the port stays ours, so that nobody takes it meanwhile."""
        if self._site is None:
            return
        await self.close()
        self._break_connections()
        family, address = await self._resolved()
        self._held = self._bind(family, address)

    async def resume(self) -> None:
        """Take connections again, at the same port."""
        if self._site is None and self._runner is not None:
            await self.open(self._runner)

    async def _accept_no_more(self) -> None:
        """asyncio loses a connection that it is just accepting when the server closes; so that ends first."""
        if self._bound is not None:
            asyncio.get_running_loop().remove_reader(self._bound)
            self._bound = None
        for _ in range(_ACCEPTING):
            await asyncio.sleep(0)

    def _break_connections(self) -> None:
        server = self._runner.server if self._runner else None
        for connection in server.connections if server else ():
            if connection.transport is not None:
                connection.transport.abort()

    async def _resolved(self) -> tuple[int, tuple[str, int]]:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        except OSError as error:
            raise CannotListen(self.host, self.port, error) from error
        family, _, _, _, address = found[0]
        return family, (str(address[0]), self.port)

    def _bind(self, family: int, address: tuple[str, int]) -> socket.socket:
        bound = socket.socket(family, socket.SOCK_STREAM)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(address)
        except OSError as error:
            bound.close()
            raise CannotListen(self.host, self.port, error) from error
        return bound

    def _release(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None
