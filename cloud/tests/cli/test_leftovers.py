"""What commands that were killed have left behind is removed; what belongs to others stays."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pgc.cli.leftovers import PREFIX, remove_leftovers
from pgc.platform import LOCK
from pgc.sandbox.unconfined import Unconfined

from .conftest import EXAMPLES, Shell

WEATHER = str(EXAMPLES / "weather")
LONG_AGO = (0, 0)


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="t", dir="/tmp") as folder:  # short, for unix sockets
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def left(temporary: Path, name: str = "dead") -> Path:
    folder = temporary / f"{PREFIX}{name}"
    folder.mkdir()
    (folder / "pgc.db").write_text("data")
    (folder / LOCK).touch()
    os.utime(folder / LOCK, LONG_AGO)
    return folder


async def clear_up() -> None:
    await remove_leftovers(Unconfined("nothing is run here"))


async def test_the_folder_of_a_dead_command_is_removed(temporary: Path) -> None:
    left(temporary)
    await clear_up()
    assert list(temporary.iterdir()) == []


async def test_the_folder_of_a_living_command_stays(temporary: Path) -> None:
    folder = left(temporary)
    with (folder / LOCK).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        await clear_up()
    assert (folder / "pgc.db").read_text() == "data"


async def test_a_folder_that_may_not_be_locked_yet_stays(temporary: Path) -> None:
    new, bare = left(temporary, "new"), temporary / f"{PREFIX}bare"
    (new / LOCK).touch()
    bare.mkdir()
    await clear_up()
    assert new.is_dir()
    assert bare.is_dir()


async def test_a_link_leads_nowhere(temporary: Path) -> None:
    kept = temporary / "kept"
    left(temporary).rename(kept)
    (temporary / f"{PREFIX}link").symlink_to(kept)
    await clear_up()
    assert (kept / "pgc.db").exists()


@pytest.mark.timeout(120)
def test_the_next_command_removes_what_a_killed_one_left(shell: Shell) -> None:
    running = shell.start("run", WEATHER)
    assert running.stdout is not None
    for line in running.stdout:
        if "NODE    rain" in line:
            break
    running.kill()
    running.communicate(timeout=30)
    (folder,) = shell.temporary.glob(f"{PREFIX}*")
    assert any((folder / "runs").iterdir())
    os.utime(folder / LOCK, LONG_AGO)
    done = shell.run("run", WEATHER, "--for", "1")
    assert done.returncode == 0, done.stderr
    assert not folder.exists()
