"""Child processes of a benchmark: started, spoken to by lines, ended by their id, and measured."""

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NoReturn, Self

import msgspec
from psutil import Process, process_iter  # type: ignore[import-untyped]

from bench.errors import BenchError

_ENDING = 15.0


class Child:
    """A process that lives as long as the block; its errors go to a file, shown when it fails."""

    def __init__(
        self, argv: Sequence[str], *, cwd: Path, environment: Mapping[str, str], name: str, grace: float = _ENDING
    ) -> None:
        self.name = name
        self._grace = grace
        self._errors = (cwd / f"{name}.log").open("a+b")
        self.process = subprocess.Popen(
            argv, cwd=cwd, env=dict(environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        try:
            self.process.wait(self._grace)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self._errors):
            with contextlib.suppress(BrokenPipeError):
                if pipe is not None:
                    pipe.close()

    @property
    def out(self) -> IO[bytes]:
        assert self.process.stdout is not None  # noqa: S101 - a pipe, as asked for above
        return self.process.stdout

    def read(self) -> Any:
        """The next line of its output, which is JSON."""
        line = self.out.readline()
        if not line:
            self.fail()
        return msgspec.json.decode(line)

    def write(self, data: bytes) -> None:
        assert self.process.stdin is not None  # noqa: S101 - a pipe, as asked for above
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def fail(self) -> NoReturn:
        self._errors.seek(0)
        words = self._errors.read().decode(errors="replace")[-1000:]
        raise BenchError(f"{self.name} ended or said nothing: {words}")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def until_listening(port: int, child: Child, within: float = 20.0) -> None:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline and child.process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    child.fail()


def pss_mb(processes: Iterable[Process]) -> float:
    """Proportional set size: what is shared counts in parts, so that sums are right."""
    return float(sum(process.memory_full_info().pss for process in processes) / 2**20)


def with_descendants(process: Process) -> list[Process]:
    return [process, *process.children(recursive=True)]


def cpu_seconds(processes: Iterable[Process]) -> float:
    """Processor time that they have used so far, their own and the kernel's for them."""
    return float(sum(sum(process.cpu_times()[:2]) for process in processes))


def naming(word: str, folder: str) -> list[Process]:
    """Processes whose command line has both."""
    lines = {process: " ".join(process.info["cmdline"] or ()) for process in process_iter(["cmdline"])}
    return [process for process, line in lines.items() if word in line and folder in line]
