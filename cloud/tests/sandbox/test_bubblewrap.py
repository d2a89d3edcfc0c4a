"""What a stranger's program can see and do inside bubblewrap."""

import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from pgc.sandbox.contract import Confined, Limits, Mount, Sandbox

Run = Callable[..., Awaitable[tuple[int, list[str]]]]
CAN_READ = """
try:
    open({path!r}).read()
    print('read')
except OSError as error:
    print(type(error).__name__)
"""
CAN_WRITE = """
try:
    open({path!r}, 'w').write('x')
    print('written')
except OSError as error:
    print(type(error).__name__)
"""


@pytest.mark.parametrize("path", ["/etc/shadow", "/etc/passwd", "/etc/ssl/private", "/var/log", "/run", "/sys/class"])
async def test_the_hosts_own_is_not_there(run_isolated: Run, path: str) -> None:
    _, lines = await run_isolated(f"import os; print(os.path.isdir({path!r}) and os.listdir({path!r}) != ['shim.py'])")
    assert lines == ["False"]
    _, lines = await run_isolated(CAN_READ.format(path=path))
    assert lines[0] in {"FileNotFoundError", "IsADirectoryError"}


async def test_no_home_is_there(run_isolated: Run, tmp_path: Path) -> None:
    marker = Path.home() / f".pgc-sandbox-test-{os.getpid()}"
    marker.write_text("secret")
    try:
        _, lines = await run_isolated(CAN_READ.format(path=str(marker)))
    finally:
        marker.unlink()
    assert lines == ["FileNotFoundError"]


async def test_a_neighbours_folder_is_not_there(run_isolated: Run, tmp_path_factory: pytest.TempPathFactory) -> None:
    neighbour = tmp_path_factory.mktemp("neighbour") / "secret"
    neighbour.write_text("secret")
    _, lines = await run_isolated(CAN_READ.format(path=str(neighbour)))
    assert lines == ["FileNotFoundError"]


@pytest.mark.parametrize("path", ["/made", "/usr/made", "/etc/made", "/run/shim.py", "/proc/made", "/dev/made"])
async def test_nothing_of_the_system_can_be_written(run_isolated: Run, path: str) -> None:
    _, lines = await run_isolated(CAN_WRITE.format(path=path))
    assert lines[0] in {"OSError", "PermissionError", "FileNotFoundError"}
    assert not Path("/usr/made").exists()


async def test_the_kernels_settings_cannot_be_written(run_isolated: Run) -> None:
    """A platform that runs as root would else hand out the host's /proc/sys. Only asks: it must never really write."""
    code = (
        "import os\n"
        "files = [os.path.join(top, name) for top, _, names in os.walk('/proc/sys') for name in names]\n"
        "print(len(files) > 100, [file for file in files if os.access(file, os.W_OK)])"
    )
    assert await run_isolated(code) == (0, ["True []"])


async def test_mounts_are_as_they_were_asked_for(run_isolated: Run, tmp_path: Path) -> None:
    fixed, free = tmp_path / "fixed", tmp_path / "free"
    for folder in (fixed, free):
        folder.mkdir()
    mounts = (Mount(fixed), Mount(free, writable=True))
    for folder in (fixed, free):
        await run_isolated(CAN_WRITE.format(path=str(folder / "file")), mounts=mounts, cwd=free)
    assert not (fixed / "file").exists()
    assert (free / "file").read_text() == "x"


async def test_processes_users_and_host_are_its_own(run_isolated: Run) -> None:
    code = "import os, socket; print(os.getuid(), len([p for p in os.listdir('/proc') if p.isdigit()]) < 5)"
    assert await run_isolated(code) == (0, ["65534 True"])
    _, lines = await run_isolated("import socket; print(socket.gethostname())")
    assert lines != [socket.gethostname()]


async def test_it_cannot_open_namespaces_of_its_own(run_isolated: Run, isolated: Sandbox) -> None:
    if "--disable-userns" not in getattr(isolated, "features", ()):
        pytest.skip("this bubblewrap cannot forbid it")
    code = "import subprocess; print(subprocess.run(['unshare', '-U', 'true'], stderr=subprocess.DEVNULL).returncode)"
    _, lines = await run_isolated(code)
    assert lines == ["1"]


async def test_it_holds_no_capability_and_gains_none(run_isolated: Run) -> None:
    code = (
        "status = dict(line.split(':') for line in open('/proc/self/status'))\n"
        "print(int(status['CapEff'], 16), int(status['CapPrm'], 16), int(status['NoNewPrivs']))"
    )
    assert await run_isolated(code) == (0, ["0 0 1"])


async def test_names_certificates_and_time_work(run_isolated: Run) -> None:
    code = (
        "import os, socket, ssl, time\n"
        "print(socket.gethostbyname('localhost'))\n"
        "known = ssl.create_default_context().cert_store_stats()['x509_ca']\n"
        "print(known > 0 or not os.path.exists('/etc/ssl/certs'))\n"
        "print(time.localtime().tm_year > 2000)"
    )
    assert await run_isolated(code) == (0, ["127.0.0.1", "True", "True"])


async def test_its_scratch_is_private_and_bounded(run_isolated: Run) -> None:
    code = (
        "import os, tempfile\n"
        "print(os.listdir('/dev/shm'), os.statvfs('/tmp').f_blocks * os.statvfs('/tmp').f_frsize <= 64 << 20)\n"
        "open('/dev/shm/x', 'w').close(); print(tempfile.TemporaryFile(dir='/tmp') is not None)"
    )
    assert await run_isolated(code, cwd="/", mounts=()) == (0, ["[] True", "True"])


async def test_the_environment_is_only_what_was_given(run_isolated: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGC_SECRET", "of the platform")
    _, lines = await run_isolated("import os; print(sorted(os.environ))", environment={"LANG": "C.UTF-8"})
    assert lines == ["['LANG', 'PWD']"]


def test_nothing_of_the_environment_stands_on_the_command_line(isolated: Sandbox, tmp_path: Path) -> None:
    confined = Confined(("true",), tmp_path, {"TOKEN": "hidden-value"}, limits=Limits())
    assert "hidden-value" not in " ".join(isolated.wrap(confined))
    assert "hidden-value" not in repr(confined)
