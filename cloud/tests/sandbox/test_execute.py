import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from pgc.sandbox.bubblewrap import Bubblewrap
from pgc.sandbox.contract import Access, Confined, Limits, Network, Sandbox
from pgc.sandbox.errors import SandboxError
from pgc.sandbox.execute import execute
from pgc.sandbox.lines import CUT, LONGEST
from pgc.sandbox.unconfined import Unconfined

Run = Callable[..., Awaitable[tuple[int, list[str]]]]
LEAVES_A_DAEMON = """
import os, sys, time
print('begun', flush=True)
if os.fork() == 0:
    os.setsid()
    time.sleep(60)
"""


async def test_output_of_both_streams_comes_in_order(run: Run) -> None:
    code = "import sys\nfor n in range(3): print(n, flush=True); print(-n, file=sys.stderr, flush=True)\nsys.exit(3)"
    assert await run(code) == (3, ["0", "0", "1", "-1", "2", "-2"])


async def test_a_last_line_needs_no_line_break(run: Run) -> None:
    assert await run("print('no break', end='')") == (0, ["no break"])


async def test_lines_are_bounded_and_bad_bytes_are_shown(run: Run) -> None:
    code = "import sys; sys.stdout.buffer.write(b'x' * 100000 + b'\\nbad \\xff\\n')"
    _, lines = await run(code)
    assert lines == ["x" * LONGEST + CUT, "bad \\xff"]


async def test_it_has_no_input_and_starts_in_its_folder(run: Run, tmp_path: Path) -> None:
    assert await run("import os; print(repr(input()) if 0 else os.getcwd()); print(os.read(0, 1))") == (
        0,
        [str(tmp_path), "b''"],
    )


async def test_at_the_time_out_everything_it_started_is_killed(sandbox: Sandbox, tmp_path: Path, run: Run) -> None:
    code = "import subprocess, sys; subprocess.run(['sleep', '86399.25'])"
    with pytest.raises(SandboxError, match="did not end within 1 s and was killed"):
        await run(code, timeout=1.0)
    psutil.wait_procs(_sleepers("86399.25"), timeout=10)
    assert _sleepers("86399.25") == []


async def test_when_cancelled_everything_it_started_is_killed(sandbox: Sandbox) -> None:
    up = asyncio.Event()
    confined = Confined(("/bin/sh", "-c", "echo up; sleep 86398.25; true"), Path("/"), {"PATH": "/usr/bin:/bin"})
    task = asyncio.create_task(execute(sandbox, confined, timeout=20, on_line=lambda _: up.set()))
    await up.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    psutil.wait_procs(_sleepers("86398.25"), timeout=10)
    assert _sleepers("86398.25") == []


async def test_a_daemon_that_holds_the_output_is_not_waited_for(run: Run) -> None:
    async with asyncio.timeout(15):
        assert await run(LEAVES_A_DAEMON + "    os._exit(0)") == (0, ["begun"])
    for process in psutil.process_iter(["cmdline"]):
        if "print('begun', flush=True)" in " ".join(process.info["cmdline"] or ()):
            process.kill()  # without a sandbox a session of its own escapes; that is what `isolated` is for


async def test_limits_hold(run: Run) -> None:
    limits = Limits(open_files=40, file_size=1000, address_space=512 << 20)
    code = "import resource as r; print([r.getrlimit(k) for k in (r.RLIMIT_NOFILE, r.RLIMIT_FSIZE, r.RLIMIT_CORE)])"
    assert await run(code, limits=limits) == (0, ["[(40, 40), (1000, 1000), (0, 0)]"])
    code, lines = await run("x = bytearray(1 << 30)", limits=limits)
    assert (code, lines[-1]) == (1, "MemoryError")


async def test_the_limit_on_processes_holds_inside_a_sandbox(run_isolated: Run) -> None:
    code = "import resource; print(resource.getrlimit(resource.RLIMIT_NPROC)[0])"
    assert await run_isolated(code, limits=Limits(processes=77)) == (0, ["77"])


async def test_a_signal_that_killed_it_is_told(sandbox: Sandbox, run: Run) -> None:
    code, _ = await run("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert code == (128 + signal.SIGKILL if sandbox.isolated else -signal.SIGKILL)


async def test_a_program_that_is_not_there_has_a_plain_reason(sandbox: Sandbox, tmp_path: Path) -> None:
    lines: list[str] = []
    confined = Confined(("no-such-program",), Path("/"), {"PATH": "/usr/bin"})
    assert await execute(sandbox, confined, timeout=10, on_line=lines.append) == 1
    assert lines[0].endswith(": No such file or directory")
    assert "no-such-program" in lines[0]


async def test_a_sandbox_that_is_not_there_has_a_plain_reason(tmp_path: Path) -> None:
    lines: list[str] = []
    confined = Confined(("true",), tmp_path, {}, network=Network(Access.SHARED))
    assert await execute(Bubblewrap(tmp_path / "bwrap"), confined, timeout=30, on_line=lines.append) == 1
    assert lines == [f"{tmp_path}/bwrap cannot be started: No such file or directory"]


async def test_without_a_sandbox_it_dies_with_its_parent(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux can bind a process to its parent's life")
    code = (
        "import subprocess, sys, os\n"
        "child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)\n"
        "child.stdout.readline(); print(child.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    say = (sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)")
    argv = Unconfined("").wrap(Confined(say, tmp_path, {}))
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, *argv, stdout=asyncio.subprocess.PIPE, env=dict(os.environ)
    )
    said, _ = await parent.communicate()
    with suppress(psutil.NoSuchProcess):
        psutil.Process(int(said)).wait(timeout=10)
    assert not psutil.pid_exists(int(said))


def _sleepers(seconds: str) -> list[psutil.Process]:
    return [process for process in psutil.process_iter(["cmdline"]) if process.info["cmdline"] == ["sleep", seconds]]
