"""A whole home for a benchmark: simulated ISYs in one process, the platform in another, NodeServers as it runs them."""

import http.client
import json
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psutil import Process  # type: ignore[import-untyped]

from bench.errors import BenchError
from bench.isys import TREE, Isys
from bench.processes import Child, free_port, naming, until_listening, with_descendants
from pgc.settings import Settings

PROGRAMS = Path(__file__).parent / "node-servers"
LOAD, STAMP = PROGRAMS / "load", PROGRAMS / "stamp"
SLOTS = 24
"""Of each ISY for NodeServers; the last one is for what stands beside them."""
BY_HAND = 25
_READY = 30.0
_RUNNING = 60.0


@dataclass(frozen=True, slots=True)
class Installed:
    worker: str
    isy: int
    slot: int


class Home:
    """`isys` is the process of the ISYs, `platform` that of the platform."""

    def __init__(self, isys: Isys, platform: Child, port: int, data: Path) -> None:
        self.isys = isys
        self.platform = platform
        self._port = port
        self._data = data
        self._isy_ids: list[str] = []
        self._installed = 0

    def settle(self) -> None:
        """Waits until the platform is ready, then introduces the ISYs."""
        deadline = time.monotonic() + _READY
        while self._call("GET", "/ready")[0] != http.HTTPStatus.OK:
            if time.monotonic() > deadline:
                self.platform.fail()
            time.sleep(0.05)
        for number, url in enumerate(self.isys.urls):
            new = {"name": f"ISY {number}", "url": url, "username": "admin", "password": "admin"}
            self._isy_ids.append(self.ask("POST", "/api/isys", new)["id"])

    def add(self, program: Path, count: int = 1) -> list[Installed]:
        """Installs it so many times more, in the next slots of the ISYs."""
        added = []
        for number in range(self._installed, self._installed + count):
            isy, slot = number // SLOTS, number % SLOTS + 1
            new = {"isy": self._isy_ids[isy], "folder": str(program), "slot": slot, "api": "pgc"}
            worker = self.ask("POST", "/api/nodeservers", new)["worker"]
            self.ask("GET", f"/api/nodeservers/{worker}/installed")
            added.append(Installed(worker, isy, slot))
        self._installed += count
        return added

    def start(self, installed: list[Installed]) -> None:
        """Starts them, four at a time, and waits until they are connected."""
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(self.start_one, installed))
        deadline = time.monotonic() + _RUNNING
        while any(not shape["connected"] for shape in self.ask("GET", "/api/nodeservers")):
            if time.monotonic() > deadline:
                raise BenchError("NodeServers did not connect in time")
            time.sleep(0.1)

    def start_one(self, installed: Installed) -> None:
        self.ask("POST", f"/api/nodeservers/{installed.worker}/start")

    def stop_one(self, installed: Installed) -> None:
        self.ask("POST", f"/api/nodeservers/{installed.worker}/stop")

    def platform_processes(self) -> list[Process]:
        return [Process(self.platform.process.pid)]

    def run_processes(self) -> list[Process]:
        """All processes of all runs: their keepers, which name the run folder, and what is below them."""
        folder = str(Settings(data_folder=self._data).run_folder)
        found = {process.pid: process for keeper in naming("keeper", folder) for process in with_descendants(keeper)}
        return list(found.values())

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        status, answer = self._call(method, path, body)
        if status >= http.HTTPStatus.BAD_REQUEST:
            raise BenchError(f"{method} {path}: {answer}")
        return answer

    def _call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_RUNNING)
        token = self._data / "api-token"
        headers = {"Content-Type": "application/json"}
        if token.exists():
            headers["Authorization"] = f"Bearer {token.read_text().strip()}"
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read() or b"null")
        finally:
            connection.close()


@contextmanager
def home(
    folder: Path, *, isys: int = 1, warm_runs: int = 1, broker: str = "embedded", program: Sequence[str] = ()
) -> Iterator[Home]:
    """A platform on a data folder below `folder`, which is made new; `program` is what runs it, if not ``pgc serve``.

    It names its broker, whatever is installed: reports of two machines must be of the same thing.
    """
    data = folder / f"data-{time.monotonic_ns()}"
    port = free_port()
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(folder),
        "PGC_DATA_FOLDER": str(data),
        "PGC_API_PORT": str(port),
        "PGC_WARM_RUNS": str(warm_runs),
        "PGC_BROKER": broker,
        "PYTHONPATH": str(TREE),
    }
    argv = program or [str(Path(sys.executable).parent / "pgc"), "serve"]
    with Isys(isys, folder) as simulated, Child(argv, cwd=folder, environment=environment, name="platform") as platform:
        until_listening(port, platform, _READY)
        found = Home(simulated, platform, port, data)
        found.settle()
        yield found
