"""The process of :mod:`bench.crowd`: a line for each run that connects or leaves; each sets its driver when told to.

A command ``LOAD`` from the ISY, with RATE and SECONDS, is what tells it.
"""

import asyncio
import random
import sys
import time
from urllib.parse import urlsplit

import aiomqtt
import msgspec
import uvloop

from bench.clock import stamp

_ADDRESS = "controller"
_NUMBER = 56
_TOGETHER = asyncio.Semaphore(20)
"""So many connect at a time; mosquitto checks a password for each."""


class Connection:
    """One NodeServer, as far as the wire shows it."""

    def __init__(self, environment: dict[str, str]) -> None:
        url = urlsplit(environment["PGC_MQTT_URL"])
        init = msgspec.json.decode(environment["NODESERVER"])
        self._up = f"{environment['PGC_TOPIC_PREFIX']}/ns"
        self._down = f"{self._up}/{init['worker']}"
        self._client = aiomqtt.Client(
            url.path,
            port=1,
            transport="unix",
            identifier=url.username,
            username=url.username,
            password=url.password,
            keepalive=60,
            max_inflight_messages=100,
        )
        self._number = 0

    async def live(self) -> None:
        async with _TOGETHER:
            await self._client.__aenter__()
            await self._client.subscribe(self._down, qos=1)
            await self._say(connected=True)
            await self._say(addnode=self._node())
        async for message in self._client.messages:
            said = msgspec.json.decode(bytes(message.payload))
            if command := said.get("command"):
                await self._load(command["query"])

    async def leave(self) -> None:
        await self._client.__aexit__(None, None, None)

    async def _load(self, query: dict[str, str]) -> None:
        rate, seconds = (float(query[f"{name}.uom{_NUMBER}"]) for name in ("RATE", "SECONDS"))
        due = time.monotonic() + random.random() / rate  # noqa: S311 - spreads the load, guards nothing
        for _ in range(round(rate * seconds)):
            await asyncio.sleep(due - time.monotonic())
            self._number += 1
            status = {"address": _ADDRESS, "driver": "GV1", "value": str(stamp()), "uom": str(_NUMBER)}
            await self._say(qos=0, batch={"status": [{**status, "n": self._number}]})
            due += 1 / rate

    def _node(self) -> dict[str, object]:
        drivers = {"ST": {"value": "1", "uom": "2"}, "GV1": {"value": "0", "uom": str(_NUMBER)}}
        named = {"address": _ADDRESS, "name": "Crowd", "nodedefid": "crowd", "primary": _ADDRESS}
        return {**named, "drivers": drivers, "isController": True}

    async def _say(self, qos: int = 1, **message: object) -> None:
        await self._client.publish(self._up, msgspec.json.encode(message), qos)


async def _serve() -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    lives: dict[str, asyncio.Task[None]] = {}
    while line := await reader.readline():
        word, run, environment = msgspec.json.decode(line)
        if word == "connect":
            lives[run] = asyncio.create_task(Connection(environment).live(), name=run)
        else:
            lives.pop(run).cancel()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve())
