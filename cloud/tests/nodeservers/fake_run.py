"""The far end of the wire, written by hand: paho with a run's real login, and a process that is none.

What a NodeServer's own process does is tested with real processes elsewhere; here a test says each frame itself.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import paho.mqtt.client as paho

from pgc.sandbox.errors import InterpreterError
from pgc.sandbox.pythons import AUTO
from pgc.sandbox.unconfined import Unconfined
from pgc.workers.errors import WorkerError
from pgc.workers.runtime import Assignment, Contents, Exit, LogLine, Original, Outside, Stream

SOON = 20.0
Json = dict[str, Any]


class FakeProcess:
    """A run (`pgc.workers.runtime.Run`) that only waits to be told how it ended."""

    def __init__(self, assigned: Callable[[], None]) -> None:
        self._tell_assigned = assigned
        self.id = secrets.token_hex(16)
        self.pid = None
        self.door = None
        self.environment: dict[str, str] = {}
        self.dialect = ""
        self._exit: asyncio.Future[Exit] = asyncio.get_running_loop().create_future()
        self._lines: list[LogLine] = []
        self._said = asyncio.Event()

    @property
    def ended(self) -> bool:
        return self._exit.done()

    async def assign(self, contents: Contents, assignment: Assignment, outside: Outside | None = None) -> None:
        self.environment = dict(assignment.environment)
        self.dialect = str(assignment.dialect)
        self._tell_assigned()

    async def lines(self) -> AsyncIterator[LogLine]:
        told = 0
        while True:
            self._said.clear()
            for line in self._lines[told:]:
                yield line
            told = len(self._lines)
            if self.ended:
                return
            await self._said.wait()

    async def exited(self) -> Exit:
        return await asyncio.shield(self._exit)

    async def end(self, grace: float) -> Exit:
        self.exit(Exit(signal=15))
        return await self.exited()

    async def detach(self) -> None:
        pass

    def say(self, text: str, stream: Stream = Stream.STDERR) -> None:
        self._lines.append(LogLine(number=len(self._lines) + 1, time=0.0, stream=stream, text=text))
        self._said.set()

    def exit(self, exit_: Exit) -> None:
        if not self.ended:
            self._exit.set_result(exit_)
            self._said.set()


MISSING_PYTHON = "3.99"


class FakeRuntime:
    """Hands out processes, and finds them again; `broken` makes it fail."""

    sandbox = Unconfined("tests run no strangers' code")

    def __init__(self) -> None:
        self.processes: dict[str, FakeProcess] = {}
        self.broken = False
        self.pythons: list[str] = []
        self._assigned = asyncio.Event()

    async def assigned(self, count: int) -> None:
        """Waits until so many processes were handed a NodeServer."""
        async with asyncio.timeout(SOON):
            while sum(bool(process.environment) for process in self.processes.values()) < count:
                self._assigned.clear()
                await self._assigned.wait()

    async def prepare(self, python: str) -> None:
        if python == MISSING_PYTHON:
            raise InterpreterError(f"there is no Python {python}")

    async def spawn(self, original: Original | None = None, *, python: str = AUTO) -> FakeProcess:
        self.pythons.append(python)
        process = FakeProcess(self._assigned.set)
        self.processes[process.id] = process
        return process

    async def attach(self, run_id: str) -> FakeProcess | None:
        if self.broken:
            raise WorkerError("its keeper says what no keeper says")
        process = self.processes.get(run_id)
        return None if process is None or process.ended else process

    def known(self) -> list[str]:
        return list(self.processes)

    async def remove_leftovers(self, keep: set[str]) -> None:
        pass


class FakeRun:
    """Speaks frames. `frames` holds all that came down, in order; one that `obeys` ends when it is told to stop."""

    obeys = True

    def __init__(self, process: FakeProcess) -> None:
        self.process = process
        self.frames: list[Json] = []
        self.seq = 0
        environment = process.environment
        self.init: Json = json.loads(environment["NODESERVER"])
        self.prefix = environment["PGC_TOPIC_PREFIX"]
        self._address = urlsplit(environment["PGC_MQTT_URL"])
        self._loop = asyncio.get_running_loop()
        self._came = asyncio.Event()
        self._ready = asyncio.Event()
        self._client: paho.Client | None = None

    @property
    def login(self) -> str:
        return self._address.username or ""

    async def connect(self) -> None:
        """Connects with a last will, subscribes, and says so."""
        name = self._address.username
        client = self._client = paho.Client(
            paho.CallbackAPIVersion.VERSION2, client_id=name, reconnect_on_failure=False
        )
        client.username_pw_set(name, self._address.password)
        client.will_set(f"{self.prefix}/ns", b'{"connected": false}', qos=1)
        client.on_message = lambda _c, _u, message: self._on_loop(self._take, message.payload)
        client.on_subscribe = lambda *_: self._on_loop(self._ready.set)
        await asyncio.to_thread(client.connect, self._address.hostname, self._address.port, 30)
        client.loop_start()
        client.subscribe(f"{self.prefix}/ns/{self.init['worker']}", qos=1)
        async with asyncio.timeout(SOON):
            await self._ready.wait()
        await self.send({"connected": True})

    async def disconnect(self) -> None:
        """Leaves without a word, as a broken connection does: the broker publishes the last will."""
        client, self._client = self._client, None
        self._ready.clear()
        if client is not None:
            await asyncio.to_thread(_cut, client)

    async def send(self, message: Json | bytes, service: str = "ns") -> None:
        """One frame as it is; returns when the broker has it."""
        assert self._client is not None
        payload = message if isinstance(message, bytes) else json.dumps(message).encode()
        info = self._client.publish(f"{self.prefix}/{service}", payload, 1)
        await asyncio.to_thread(info.wait_for_publish, SOON)

    async def save(self, message: Json, service: str = "ns") -> Json:
        """One frame on the durable lane; returns the platform's answer to it."""
        self.seq += 1
        await self.send({**message, "seq": self.seq}, service)
        return await self.answer(self.seq)

    async def answer(self, seq: int) -> Json:
        def answers(frame: Json) -> bool:
            found = frame.get("result", {}).get("seq", {})
            return bool(found.get("upTo", 0) >= seq or found.get("seq") == seq)

        found: Json = (await self.until(answers))["result"]["seq"]
        return found

    async def result(self, kind: str) -> Any:
        """The first ``result`` of this kind."""
        return (await self.until(lambda frame: kind in frame.get("result", {})))["result"][kind]

    async def until(self, wanted: Callable[[Json], Any]) -> Json:
        """The first frame, of all that came or will come soon, that is `wanted`."""
        try:
            async with asyncio.timeout(SOON):
                while (found := next(filter(wanted, self.frames), None)) is None:
                    self._came.clear()
                    await self._came.wait()
        except TimeoutError:
            raise AssertionError(f"what was waited for did not come, but {self.frames}") from None
        return found

    def all(self, key: str) -> list[Any]:
        return [frame[key] for frame in self.frames if key in frame]

    def results(self, kind: str) -> list[Any]:
        return [result[kind] for result in self.all("result") if kind in result]

    def _take(self, payload: bytes) -> None:
        frame = json.loads(payload)
        self.frames.append(frame)
        self._came.set()
        if self.obeys and not {"stop", "delete"}.isdisjoint(frame):
            self.process.exit(Exit(code=0))

    def _on_loop(self, call: Callable[..., None], *args: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: the test is over
            self._loop.call_soon_threadsafe(call, *args)


def _cut(client: paho.Client) -> None:
    sock = client.socket()
    if sock is not None:
        sock.shutdown(2)
    client.loop_stop()
