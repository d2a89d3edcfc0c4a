"""Runs from their warm start to their end."""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from pgc.sandbox.contract import MIB, Limits, Sandbox
from pgc.sandbox.unconfined import Unconfined
from pgc.workers.errors import RunFailed, RunFolderError, WorkerError
from pgc.workers.process import ProcessRuntime
from pgc.workers.process_run import ProcessRun
from pgc.workers.runtime import Assignment, Contents, Exit, Original, Run, Stream
from pgc_interface.dialects import Dialect

Bundle = Callable[..., Contents]
Survivors = Callable[..., list[psutil.Process]]
DAEMON = "86397.25"
SLEEP = "import time\nprint('up')\ntime.sleep(600)"


async def start(
    runtime: ProcessRuntime, contents: Contents, executable: str = "ns.py", **environment: str
) -> ProcessRun:
    run = await runtime.spawn()
    await run.assign(contents, Assignment(executable, environment))
    return run


async def told(run: Run) -> list[str]:
    """All lines to the end of the run."""
    return [line.text async for line in run.lines()]


async def wait_for(run: Run, text: str) -> None:
    async for line in run.lines():
        if text in line.text:
            return
    raise AssertionError(f"{text!r} was never said")


def family(run: ProcessRun) -> list[psutil.Process]:
    """The run's keeper and everything below it."""
    assert run.pid is not None
    keeper = psutil.Process(run.pid)
    while "keeper" not in " ".join(keeper.cmdline()[:4]):
        keeper = keeper.parent() or pytest.fail("a run without a keeper")
    return [keeper, *keeper.children(recursive=True)]


async def test_output_is_there_from_the_first_line(runtime: ProcessRuntime, bundle: Bundle) -> None:
    code = "import sys\nprint('first')\nprint('second', file=sys.stderr)\nprint('third')\nprint('no break', end='')"
    run = await start(runtime, bundle(code))
    lines = [line async for line in run.lines()]
    assert [line.text for line in lines if line.stream is Stream.STDOUT] == ["first", "third", "no break"]
    assert [line.text for line in lines if line.stream is Stream.STDERR] == ["second"]
    assert [line.number for line in lines] == [1, 2, 3, 4]
    assert await run.exited() == Exit(code=0)
    assert [line async for line in run.lines()] == lines


async def test_it_runs_as_main_in_its_own_writable_copy(runtime: ProcessRuntime, bundle: Bundle) -> None:
    code = (
        "import os, sys, json, __main__\n"
        "open('made', 'w').write('x')\n"
        "print(json.dumps([__name__, sys.argv, os.getcwd(), sys.path[0], __main__.__file__, os.listdir('.')]))"
    )
    contents = bundle(code)
    run = await start(runtime, contents)
    name, argv, cwd, path, file, listing = json.loads((await told(run))[0])
    assert (name, argv, path) == ("__main__", ["ns.py"], cwd)
    assert file == f"{cwd}/ns.py"
    assert sorted(listing) == ["made", "ns.py"]
    assert not (contents.source / "made").exists()


async def test_the_environment_is_the_assignments_and_nothing_else(
    runtime: ProcessRuntime, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGC_PLATFORM_SECRET", "of the platform")
    run = await start(runtime, bundle("import os, json\nprint(json.dumps(dict(os.environ)))"), NODESERVER="{}")
    environment = json.loads((await told(run))[0])
    assert environment.keys() - {"PWD"} == {"NODESERVER", "PATH", "HOME", "TMPDIR", "LANG", "TZ"}
    assert environment["LANG"] == "C.UTF-8"


async def test_the_assignment_is_nowhere_to_be_seen(runtime: ProcessRuntime, bundle: Bundle) -> None:
    secret = "hidden-value-1234"
    run = await start(runtime, bundle(SLEEP), TOKEN=secret)
    await wait_for(run, "up")
    seen = [Path(f"/proc/{process.pid}/{name}") for process in family(run) for name in ("cmdline", "environ")]
    assert len(seen) >= 4
    assert [file for file in seen if secret.encode() in file.read_bytes()] == []
    assert secret not in repr(Assignment("ns.py", {"TOKEN": secret}))
    await run.end(1)


async def test_time_zone_and_input_are_settled(runtime: ProcessRuntime, bundle: Bundle) -> None:
    code = "import time, sys\nprint(time.strftime('%Z'), repr(sys.stdin.read()))"
    run = await start(runtime, bundle(code), TZ="XYZ-3")
    assert await told(run) == ["XYZ ''"]


async def test_its_own_packages_win_over_the_sdks(runtime: ProcessRuntime, bundle: Bundle) -> None:
    """The SDK goes on with what it holds; a NodeServer may bring any paho, or none."""
    code = (
        "import paho, msgspec, pgc_interface, extra, sys\n"
        "print(paho.MARK, msgspec.MARK, extra.MARK)\n"
        "from pgc_interface import wire\n"
        "print(wire.decode(b'{\"address\": \"a\"}', wire.NodeRef).address, wire.encode({'a': 1}))\n"
        "try: import polyinterface\nexcept ImportError: print('cloud')"
    )
    site = {
        "paho/__init__.py": "MARK = 'own paho'",
        "msgspec.py": "MARK = 'own msgspec'",
        "more.pth": "elsewhere\n",
        "elsewhere/extra.py": "MARK = 'by .pth'",
    }
    run = await start(runtime, bundle(code, site))
    assert await told(run) == ["own paho own msgspec by .pth", "a b'{\"a\":1}'", "cloud"]


async def test_without_its_own_there_is_no_paho(runtime: ProcessRuntime, bundle: Bundle) -> None:
    run = await start(runtime, bundle("import pgc_interface\nimport paho"))
    assert (await told(run))[-1] == "ModuleNotFoundError: No module named 'paho'"


async def test_a_crash_at_import_shows_the_traceback_of_its_own_code(runtime: ProcessRuntime, bundle: Bundle) -> None:
    run = await start(runtime, bundle("def go():\n    raise RuntimeError('broken')\n\ngo()"))
    lines = await told(run)
    assert lines[0] == "Traceback (most recent call last):"
    assert [line.rpartition("/")[2] for line in lines if line.startswith("  File")] == [
        'ns.py", line 4, in <module>',
        'ns.py", line 2, in go',
    ]
    assert "    raise RuntimeError('broken')" in lines
    assert lines[-1] == "RuntimeError: broken"
    assert (await run.exited()).text == "exit code 1"


@pytest.mark.parametrize(
    ("executable", "code", "reason"),
    [
        ("gone.py", "", "The executable 'gone.py' is not a file in the NodeServer's folder."),
        ("../../ns.py", "", "The executable '../../ns.py' is outside the NodeServer's folder."),
        ("ns.py", "def (:", "The executable 'ns.py' is not a program for Python"),
    ],
)
async def test_odd_executables_have_a_plain_reason(
    runtime: ProcessRuntime, bundle: Bundle, executable: str, code: str, reason: str
) -> None:
    run = await start(runtime, bundle(code), executable)
    assert (await told(run))[-1].startswith(reason)
    assert (await run.exited()).code == 1


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("import sys; sys.exit(3)", "exit code 3"),
        ("import os; os.kill(os.getpid(), 9)", "killed by signal 9 (SIGKILL)"),
        ("import os; os.abort()", "killed by signal 6 (SIGABRT)"),
        ("import os; os._exit(0)", "exit code 0"),
    ],
)
async def test_exits_are_told_for_people(runtime: ProcessRuntime, bundle: Bundle, code: str, text: str) -> None:
    run = await start(runtime, bundle(code))
    assert (await run.exited()).text == text


async def test_at_its_end_nothing_is_left(runtime: ProcessRuntime, bundle: Bundle, survivors: Survivors) -> None:
    run = await start(runtime, bundle(SLEEP))
    await wait_for(run, "up")
    processes = family(run)
    assert await run.end(5) == Exit(signal=signal.SIGTERM)
    assert runtime.known() == []
    assert survivors(*processes) == []
    assert await run.end(5) == Exit(signal=signal.SIGTERM)


async def test_one_that_does_not_listen_is_killed_after_the_grace(
    runtime: ProcessRuntime, bundle: Bundle, survivors: Survivors
) -> None:
    run = await start(runtime, bundle("import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SLEEP))
    await wait_for(run, "up")
    processes = family(run)
    assert await run.end(0.2) == Exit(signal=signal.SIGKILL)
    assert survivors(*processes) == []


async def test_a_clean_stop_keeps_its_exit_code(runtime: ProcessRuntime, bundle: Bundle) -> None:
    code = (
        "import os, signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: (os.write(1, b'bye'), sys.exit(7)))\n" + SLEEP
    )
    run = await start(runtime, bundle(code))
    await wait_for(run, "up")
    assert await run.end(10) == Exit(code=7)
    assert (await told(run))[-1] == "bye"


async def test_a_daemon_that_it_forked_does_not_outlive_it(
    runtime: ProcessRuntime, bundle: Bundle, survivors: Survivors
) -> None:
    code = (
        "import os, signal\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork(): os._exit(0)\n"
        "    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "    print('daemon', flush=True)\n"
        "    os.dup2(os.open('/dev/null', os.O_RDWR), 1); os.dup2(1, 2)\n"
        f"    os.execvp('sleep', ['sleep', '{DAEMON}'])\n" + SLEEP
    )
    run = await start(runtime, bundle(code))
    await wait_for(run, "daemon")
    await wait_for(run, "up")
    daemons = [process for process in psutil.process_iter(["cmdline"]) if DAEMON in (process.info["cmdline"] or ())]
    assert run.pid is not None
    os.kill(run.pid, signal.SIGKILL)
    assert (await run.exited()).signal == signal.SIGKILL
    await run.end(1)
    assert survivors(*daemons) == []
    assert not any(DAEMON in (process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"]))
    assert runtime.known() == []


async def test_a_flood_stays_bounded_and_its_gap_is_told(runtime: ProcessRuntime, bundle: Bundle) -> None:
    run = await start(runtime, bundle("for n in range(60_000): print(n, 'x' * 50)\nprint('the last')"))
    lines = [line async for line in run.lines()]
    assert lines[-1].text == "the last"
    assert lines[-1].number == 60_001
    assert len(lines) < 20_000
    gaps = [line for line in lines if line.stream is Stream.KEEPER]
    assert gaps
    assert all("lines are left out here" in gap.text for gap in gaps)


async def test_folders_without_permissions_and_deep_ones_are_removed(runtime: ProcessRuntime, bundle: Bundle) -> None:
    code = (
        "import os\n"
        "os.makedirs('closed/inner'); open('closed/inner/file', 'w').close(); os.chmod('closed', 0)\n"
        "for n in range(100): os.mkdir('d' * 60); os.chdir('d' * 60)\n"
        "print('made')"
    )
    run = await start(runtime, bundle(code))
    assert await told(run) == ["made"]
    await run.end(1)
    assert runtime.known() == []


async def test_a_run_takes_one_assignment(runtime: ProcessRuntime, bundle: Bundle) -> None:
    run = await start(runtime, bundle(SLEEP))
    with pytest.raises(WorkerError, match="has its NodeServer already"):
        await run.assign(bundle(SLEEP), Assignment("ns.py", {}))
    await run.end(1)


async def test_a_large_assignment_arrives_whole(runtime: ProcessRuntime, bundle: Bundle) -> None:
    run = await start(runtime, bundle("import os\nprint(len(os.environ['NODESERVER']))"), NODESERVER="é" * 1_000_000)
    assert await told(run) == ["1000000"]


async def test_links_in_a_bundle_are_not_followed(runtime: ProcessRuntime, bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("secret")
    contents = bundle("import os\nprint(os.path.islink('link'), os.path.islink('folder'))")
    (tmp_path / "elsewhere").mkdir()
    (contents.source / "link").symlink_to(tmp_path / "outside")
    (contents.source / "folder").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(contents.source / "pipe")
    assert await told(await start(runtime, contents)) == ["True True"]


async def test_a_bundle_that_is_gone_has_a_plain_reason(runtime: ProcessRuntime, tmp_path: Path) -> None:
    run = await runtime.spawn()
    with pytest.raises(WorkerError, match="the files of the NodeServer cannot be copied"):
        await run.assign(Contents(tmp_path / "gone"), Assignment("ns.py", {}))
    await run.end(1)


async def test_a_launcher_that_fails_says_why(sandbox: Sandbox, run_folder: Path, tmp_path: Path) -> None:
    runtime = ProcessRuntime(sandbox, run_folder, tmp_path)
    with pytest.raises(RunFailed, match="it ended: exit code") as failure:
        await runtime.spawn()
    assert "No such file or directory" in failure.value.hint


async def test_a_program_that_cannot_be_started_is_refused(run_folder: Path, sdk: Path) -> None:
    class Broken(Unconfined):
        def wrap(self, confined: object) -> list[str]:
            return ["/no/such/sandbox"]

    with pytest.raises(RunFailed, match="/no/such/sandbox cannot be started: No such file"):
        await ProcessRuntime(Broken("broken by the test"), run_folder, sdk).spawn()


async def test_limits_reach_the_nodeserver(sandbox: Sandbox, run_folder: Path, sdk: Path, bundle: Bundle) -> None:
    runtime = ProcessRuntime(sandbox, run_folder, sdk, limits=Limits(open_files=99))
    run = await start(runtime, bundle("import resource as r\nprint(r.getrlimit(r.RLIMIT_NOFILE)[0])"))
    assert await told(run) == ["99"]
    await run.end(1)


async def test_one_with_an_original_client_is_bounded_as_any(
    probed: Sandbox, run_folder: Path, sdk: Path, bundle: Bundle
) -> None:
    """All but the addresses that its engine reserves."""
    if not probed.isolated:
        pytest.skip(probed.reason)
    runtime = ProcessRuntime(probed, run_folder, sdk, limits=Limits(file_size=8 * MIB))
    run = await runtime.spawn(Original(address_space=4096 * MIB))
    code = "import resource as r\nprint(*(r.getrlimit(n)[0] >> 20 for n in (r.RLIMIT_FSIZE, r.RLIMIT_AS)))"
    await run.assign(bundle(code), Assignment("ns.py", {"MQTTENDPOINT": "127.1.2.3"}, Dialect.ORIGINAL))
    assert await told(run) == ["8 4096"]
    await run.end(1)


def test_a_run_folder_that_is_open_to_others_is_refused(run_folder: Path, sdk: Path) -> None:
    run_folder.chmod(0o755)
    with pytest.raises(RunFolderError, match=r"is open to others \(mode 755\)") as refusal:
        ProcessRuntime(Unconfined(""), run_folder, sdk)
    assert refusal.value.hint == f"chmod 700 {run_folder}"


def test_a_run_folder_that_is_a_link_is_refused(run_folder: Path, sdk: Path) -> None:
    link = run_folder / "link"
    link.symlink_to(run_folder)
    with pytest.raises(RunFolderError, match="is not a folder but something else"):
        ProcessRuntime(Unconfined(""), link, sdk)


def test_a_run_folder_that_is_too_deep_is_refused(run_folder: Path, sdk: Path) -> None:
    with pytest.raises(RunFolderError, match="bytes too long for unix sockets"):
        ProcessRuntime(Unconfined(""), run_folder / ("x" * 60), sdk)
