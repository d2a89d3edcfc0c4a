"""`pgc ns` from end to end: a platform, a simulated ISY, and the commands as a user types them."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from pgc.cli.client import PlatformClient
from pgc.cli.errors import CommandError
from pgc.nodeservers.states import State
from pgc.platform import Platform
from pgc.sandbox.probe import probe
from pgc.settings import Settings
from pgc.simulator.server import SimulatedIsy

from .conftest import EXAMPLES, Shell, interrupt

PATIENCE = 60
"""Seconds that each command is given."""


@pytest.fixture
async def platform(tmp_path: Path, simulator: SimulatedIsy) -> AsyncIterator[Platform]:
    """In this process; the commands are processes of their own."""
    sandbox = await probe()
    if not sandbox.isolated:
        pytest.skip(f"nothing is added over the API here: {sandbox.reason}")
    async with Platform(Settings(data_folder=tmp_path / "data", warm_runs=0), sandbox) as platform:
        await platform.isys.add(name="Home", url=simulator.url, username="admin", password="admin")
        yield platform


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(EXAMPLES / "weather", tmp_path / "weather", ignore=shutil.ignore_patterns("tests"))


async def ns(shell: Shell, platform: Platform, *words: str) -> tuple[int, str]:
    """The exit code, and all that the command said."""
    data = str(platform.settings.data_folder)
    shell.patience = PATIENCE
    done = await asyncio.to_thread(shell.run, "ns", *words, PGC_DATA_FOLDER=data)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.timeout(5 * PATIENCE)
async def test_a_life_from_added_to_removed(shell: Shell, platform: Platform, folder: Path) -> None:
    code, said = await ns(shell, platform, "add", str(folder), "--slot", "3")
    assert (code, "WeatherStation is installed in slot 3" in said) == (0, True), said
    assert "  installing\n" in said
    code, said = await ns(shell, platform, "list", "--json")
    (listed,) = map(json.loads, said.splitlines())
    assert (code, listed["name"], listed["state"]) == (0, "WeatherStation", "stopped")
    (folder / "more.py").write_text("")
    code, said = await ns(shell, platform, "update", "weatherstation")
    assert (code, "updated to" in said) == (0, True), said
    assert platform.manager.get(listed["worker"]).record.earlier["bundle"]
    code, said = await ns(shell, platform, "rollback", "3")
    assert (code, "is stopped" in said) == (0, True), said
    code, said = await ns(shell, platform, "remove", listed["worker"][:8])
    assert (code, platform.manager.all()) == (0, []), said


@pytest.mark.timeout(2 * PATIENCE)
async def test_an_install_that_fails_ends_with_the_reason_and_what_to_do(
    shell: Shell, platform: Platform, folder: Path
) -> None:
    (folder / "server.json").write_text((folder / "server.json").read_text().replace("install_cloud", "x"))
    (folder / "requirements.txt").write_text("./gone\n")
    (folder / "requirements_cloud.txt").write_text("./gone\n")
    code, said = await ns(shell, platform, "add", str(folder))
    assert code == 1
    assert "Error: requirements_cloud.txt does not install" in said
    assert "Hint: `pgc ns install 1` tries it again" in said


@pytest.mark.timeout(3 * PATIENCE)
async def test_ctrl_c_during_an_install_says_that_it_goes_on(shell: Shell, platform: Platform, folder: Path) -> None:
    (folder / "install_cloud.sh").write_text("echo here we are\nexec sleep 600\n")
    adding = shell.start("ns", "add", str(folder), PGC_DATA_FOLDER=str(platform.settings.data_folder))
    assert adding.stderr is not None
    async with asyncio.timeout(PATIENCE):
        while "here we are" not in await asyncio.to_thread(adding.stderr.readline):
            pass
    _, said = await asyncio.to_thread(interrupt, adding)
    assert adding.returncode == 130
    assert "The install goes on without us: `pgc ns logs 1 -f` shows it." in said
    (nodeserver,) = platform.manager.all()
    assert nodeserver.state == State.INSTALLING


def test_without_a_platform_there_is_a_plain_word(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "api-url").write_text("http://127.0.0.1:1")
    (tmp_path / "api-token").write_text("token")
    done = shell.run("ns", "list", PGC_DATA_FOLDER=str(tmp_path))
    assert done.returncode == 1
    assert f"Error: no platform runs on {tmp_path}" in done.stderr
    assert "pgc serve" in done.stderr


async def test_what_the_platform_refuses_is_said_in_its_own_words(platform: Platform) -> None:
    token = (platform.settings.data_folder / "api-token").read_text().strip()
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(platform.api_url, headers=headers) as session:
        with pytest.raises(CommandError, match="there is no NodeServer nobody") as caught:
            await PlatformClient(session).ask("GET", "/nodeservers/nobody")
    assert caught.value.hint == "list them to see their addresses"
