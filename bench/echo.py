"""The limit of a command's round trip: an HTTP server that answers the ISY and sends the driver back at once."""

import asyncio
import threading
from base64 import b64encode
from concurrent.futures import Future
from types import TracebackType
from typing import Self

import aiohttp
import uvloop
from aiohttp import web


class Echo:
    """Runs in a thread of this process while the block lasts; `port` is where the ISY is to call."""

    def __init__(self, isy_url: str, slot: int) -> None:
        self._status = f"{isy_url}/rest/ns/{slot}/nodes/n{slot:03}_controller/report/status/GV1"
        self._port: Future[int] = Future()
        self._over = asyncio.Event()
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="echo")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    @property
    def port(self) -> int:
        return self._port.result(10)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        headers = {"Authorization": f"Basic {b64encode(b'admin:admin').decode()}"}
        async with aiohttp.ClientSession(headers=headers) as session, asyncio.TaskGroup() as group:

            async def back(value: str) -> None:
                async with session.get(f"{self._status}/{value}/56") as response:
                    await response.read()

            async def take(request: web.Request) -> web.Response:
                group.create_task(back(request.match_info["value"]))
                return web.Response()

            app = web.Application()
            app.router.add_get("/nodes/{address}/cmd/{command}/{value}/{uom}", take)
            await self._until_over(app)

    async def _until_over(self, app: web.Application) -> None:
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self._port.set_result(runner.addresses[0][1])
        await self._over.wait()
        await runner.cleanup()
