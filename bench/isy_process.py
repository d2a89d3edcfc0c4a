"""The process of :class:`bench.isys.Isys`: ``python -m bench.isy_process COUNT``, a JSON line for each question."""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from functools import partial
from typing import Any

import msgspec
import uvloop

from bench.clock import stamp
from pgc.simulator import SimulatedIsy
from pgc.simulator.changes import Change, DriverReported
from pgc.simulator.commands import Param
from pgc.simulator.nodes import Node

_NUMBER = 56
_PATIENCE = 120.0


class _Observed:
    """The ISYs and all that was reported to them."""

    def __init__(self, isys: list[SimulatedIsy]) -> None:
        self.isys = isys
        self._arrivals: list[tuple[int, int, str, str, str]] = []
        self._last = time.monotonic()
        self._changed = asyncio.Event()
        for number, isy in enumerate(isys):
            isy.observe(partial(self._note, number))

    def _note(self, number: int, change: Change) -> None:
        self._last = time.monotonic()
        self._changed.set()
        if isinstance(change, DriverReported):
            self._arrivals.append((stamp(), number, change.address, change.driver, change.value))

    async def slow(self, seconds: float) -> None:
        for isy in self.isys:
            isy.faults.latency = seconds

    async def clear(self) -> None:
        self._arrivals.clear()

    async def arrivals(self) -> list[tuple[int, int, str, str, str]]:
        return self._arrivals

    async def quiet(self, nodes: int, seconds: float) -> None:
        async with asyncio.timeout(_PATIENCE):
            while (left := self._unrest(nodes, seconds)) > 0:
                self._changed.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), left)

    def _unrest(self, nodes: int, seconds: float) -> float:
        """Seconds until they may be quiet, if nothing comes meanwhile."""
        if sum(len(isy.state.nodes) for isy in self.isys) < nodes:
            return seconds
        return self._last + seconds - time.monotonic()

    async def connect(self, isy: int, slot: int, port: int) -> None:
        state = self.isys[isy].state
        state.set_connection(slot, {"ip": "127.0.0.1", "port": str(port), "name": "by hand"})
        address = _controller(slot)
        state.add_node(Node(slot=slot, address=address, name="By hand", nodedefid="bench", primary=address))

    async def command(self, isy: int, slot: int, name: str, params: dict[str, float]) -> int:
        given = {key: Param(f"{value:g}", _NUMBER) for key, value in params.items()}
        return await self.isys[isy].send_command(_controller(slot), name, params=given)

    async def round_trips(self, isy: int, slot: int, count: int, pause: float) -> list[float]:
        async with asyncio.timeout(_PATIENCE):
            return [await self._round_trip(self.isys[isy], slot, number, pause) for number in range(1, count + 1)]

    async def _round_trip(self, isy: SimulatedIsy, slot: int, number: int, pause: float) -> float:
        await asyncio.sleep(pause)
        back = asyncio.Event()

        def note(change: Change) -> None:
            if isinstance(change, DriverReported) and change.driver == "GV1" and change.value == str(number):
                back.set()

        forget = isy.observe(note)
        began = time.perf_counter()
        await isy.send_command(_controller(slot), "ECHO", number, _NUMBER)
        await back.wait()
        forget()
        return (time.perf_counter() - began) * 1000


def _controller(slot: int) -> str:
    return f"n{slot:03}_controller"


async def _serve(count: int) -> None:
    async with AsyncExitStack() as stack:
        observed = _Observed([await stack.enter_async_context(SimulatedIsy()) for _ in range(count)])
        _answer([isy.url for isy in observed.isys])
        async for question in _questions():
            does: Callable[..., Awaitable[Any]] = getattr(observed, question.pop("do"))
            _answer(await does(**question))


async def _questions() -> Any:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield msgspec.json.decode(line)


def _answer(result: Any) -> None:
    """Blocks until it is read: nothing is measured meanwhile."""
    data = msgspec.json.encode(result) + b"\n"
    while data:
        data = data[os.write(1, data) :]


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(int(sys.argv[1])))
