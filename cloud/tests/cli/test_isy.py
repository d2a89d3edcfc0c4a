"""`pgc isy watch` and `pgc isy send` as an author types them, against a simulated ISY with a lamp's NodeServer."""

import asyncio
import itertools
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from aiohttp import web

from pgc.cli.errors import CommandError
from pgc.cli.login import login_nearby, login_of
from pgc.cli.nearby import Nearby, announced, find_nearby
from pgc.cli.press import find_node
from pgc.simulator import SimulatedIsy
from pgc.simulator.nodes import Node

from .conftest import PGC, Shell

PATIENCE = 25.0
LAMP = "n001_lamp"


@pytest.fixture
async def isy() -> AsyncIterator[SimulatedIsy]:
    """Its lamp does what it is told; its radio has nobody who would do it."""
    async with SimulatedIsy() as isy:
        isy.state.add_node(Node(LAMP, 1, "Kitchen Lamp", "lamp", LAMP))
        isy.state.add_node(Node("n002_radio", 2, "Radio", "radio", "n002_radio"))
        isy.state.report_status(1, LAMP, "ST", "0", "51")

        async def obey(request: web.BaseRequest) -> web.Response:
            command = request.path.split("/")[4:]
            if command[0] == "SET":
                isy.state.report_status(1, LAMP, "ST", *command[1:])
            return web.Response(status=500 if command[0] == "FAIL" else 200)

        runner = web.ServerRunner(web.Server(obey))
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = str(runner.addresses[0][1])
        isy.state.set_connection(1, {"name": "Lamps", "ip": "127.0.0.1", "port": port})
        yield isy
        await runner.cleanup()


@pytest.fixture
def known(shell: Shell, isy: SimulatedIsy, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SimulatedIsy]:
    """The same, found without being named."""
    monkeypatch.setenv("XDG_STATE_HOME", str(shell.state))
    with announced(Nearby(isy.url, isy.username, isy.password, "pgc demo")):
        yield isy


async def pgc(shell: Shell, *arguments: str, **environment: str) -> CompletedProcess[str]:
    return await asyncio.to_thread(shell.run, *arguments, **environment)


async def test_a_button_is_pressed_and_what_comes_of_it_told(shell: Shell, known: SimulatedIsy) -> None:
    done = await pgc(shell, "isy", "send", "kitchen lamp", "SET", "42", "51")
    assert done.returncode == 0, done.stderr
    taken, value = done.stdout.splitlines()
    assert taken == f"The ISY has taken SET 42 (uom 51) for Kitchen Lamp ({LAMP})"
    assert value.endswith(f"VALUE   {LAMP} ST (Status) = 42% (42, uom 51)")


async def test_the_same_as_json(shell: Shell, known: SimulatedIsy) -> None:
    done = await pgc(shell, "isy", "send", "lamp", "SET", "7.5", "51", "--json")
    sent, driver = map(json.loads, done.stdout.splitlines())
    assert (sent["type"], sent["node"], sent["command"], sent["value"], sent["uom"]) == (
        "sent",
        LAMP,
        "SET",
        "7.5",
        "51",
    )
    assert (driver["type"], driver["node"], driver["value"], driver["before"]) == ("driver", LAMP, "7.5", False)


@pytest.mark.parametrize(
    ("arguments", "reason", "hint"),
    [
        (["lamp", "FAIL"], f"the ISY refused FAIL for {LAMP}: it answered 503", "did not take it"),
        (["radio", "PLAY"], "the ISY refused PLAY for n002_radio: it knows no such thing (404)", "Is its NodeServer"),
        (["lamp", "SET", "much"], f"the ISY refused SET much for {LAMP}: it answered 400", "its value is a number"),
        (["lamb", "SET"], "the ISY has no node 'lamb'", "it has n001_lamp"),
    ],
)
async def test_what_goes_wrong_is_told_in_words(
    shell: Shell, known: SimulatedIsy, arguments: list[str], reason: str, hint: str
) -> None:
    done = await pgc(shell, "isy", "send", *arguments, "--for", "0")
    assert done.returncode == 1
    assert f"Error: {reason}" in done.stderr
    assert hint in done.stderr
    assert done.stdout == ""


async def test_a_node_that_never_rests_is_not_watched_for_ever(shell: Shell, known: SimulatedIsy) -> None:
    async def flicker() -> None:
        for value in itertools.count(1):
            known.state.report_status(1, LAMP, "ST", str(value % 100), "51")
            await asyncio.sleep(0.05)

    flickering = asyncio.create_task(flicker())
    done = await pgc(shell, "isy", "send", "lamp", "ON", "--for", "1")
    flickering.cancel()
    assert done.returncode == 0, done.stderr


async def test_what_a_nodeserver_names_its_nodes_does_not_steer_the_terminal(shell: Shell, known: SimulatedIsy) -> None:
    lamp = known.state.nodes.get(LAMP)
    assert lamp is not None
    lamp.name = "Lamp\x9b2J\nError: all is lost \u202e"
    done = await pgc(shell, "isy", "send", "lamp", "ON", "--for", "0")
    assert done.stdout == f"The ISY has taken ON for Lamp\\x9b2J Error: all is lost \\u202e ({LAMP})\n"


async def test_an_isy_is_named_by_its_url_and_the_password_comes_from_the_environment(
    shell: Shell, isy: SimulatedIsy
) -> None:
    url = isy.url.replace("//", "//admin@")
    done = await pgc(shell, "isy", "send", "lamp", "QUERY", "--for", "0.05", "--isy", url, PGC_ISY_PASSWORD="admin")
    assert done.stdout.splitlines()[1:] == [f"No value of {LAMP} has changed within 0.05 s"]
    done = await pgc(shell, "isy", "send", "lamp", "QUERY", PGC_ISY_URL=url, PGC_ISY_PASSWORD="wr0ng")
    assert "the user or password is wrong (401)" in done.stderr
    assert "wr0ng" not in done.stdout + done.stderr


async def test_watching_tells_what_is_there_and_what_happens_until_ctrl_c(shell: Shell, known: SimulatedIsy) -> None:
    watching = await asyncio.create_subprocess_exec(
        *(PGC, "isy", "watch", "--json"), stdout=asyncio.subprocess.PIPE, env=shell.environment_for({})
    )

    async def told(kind: str) -> dict[str, object]:
        assert watching.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while (line := json.loads(await watching.stdout.readline()))["type"] != kind:
                pass
        return line

    value = await told("driver")
    assert (value["node"], value["driver"], value["shown"], value["before"]) == (LAMP, "ST", "0%", True)
    known.state.report_command(1, LAMP, "DON", None, None, {})
    assert (await told("command"))["command"] == "DON"
    known.state.rename_node(LAMP, "Lamp")
    node = await told("node")
    assert (node["node"], node["change"], node["name"]) == (LAMP, "renamed", "Lamp")
    await known.faults.offline()
    assert (await told("link"))["up"] is False
    known.state.report_status(1, LAMP, "ST", "30", "51")
    await known.faults.online()
    again = await told("driver")
    assert (again["value"], again["before"]) == ("30", True)
    watching.send_signal(signal.SIGINT)
    assert await watching.wait() == 0


@pytest.mark.parametrize("url", ["http://[::1", "http://isy:99999", "http://isy:0", "ftp://isy", "isy"])
def test_what_is_no_url_of_an_isy_is_told(state: Path, url: str) -> None:
    with pytest.raises(CommandError, match="--isy wants a URL"):
        login_of(url)


async def test_without_an_isy_that_is_told(shell: Shell) -> None:
    done = await pgc(shell, "isy", "watch")
    assert done.returncode == 1
    assert "no simulated ISY runs on this machine" in done.stderr
    assert "start `pgc demo`" in done.stderr


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path


def test_simulated_isys_are_found_while_they_live(state: Path) -> None:
    one, two = (Nearby(f"http://127.0.0.1:{port}", "admin", "s3cret", "pgc demo") for port in (1, 2))
    with announced(one):
        assert login_nearby().url == one.url
        assert login_of(f"{one.url}/").password == "s3cret"
        (file,) = state.rglob("*.isy")
        assert file.stat().st_mode & 0o077 == 0
        with announced(two), pytest.raises(CommandError, match="2 simulated ISYs run on this machine"):
            login_nearby()
    assert find_nearby() == []
    assert not list(state.rglob("*.isy"))


def test_what_a_killed_command_left_is_not_found_and_swept_up(state: Path) -> None:
    folder = state / "pgc" / "simulated"
    folder.mkdir(parents=True)
    (folder / "old.isy").write_text('{"url":"http://127.0.0.1:1","username":"a","password":"b","command":"c"}')
    assert find_nearby() == []
    assert not list(folder.iterdir())


def test_what_cannot_be_read_hides_no_other(state: Path) -> None:
    with announced(Nearby("http://127.0.0.1:1", "admin", "s3cret", "pgc demo")):
        (state / "pgc" / "simulated" / "0.isy").mkdir()
        assert [found.url for found in find_nearby()] == ["http://127.0.0.1:1"]


def test_where_it_cannot_be_written_nothing_is_announced(state: Path) -> None:
    (state / "pgc").write_text("no folder")
    with announced(Nearby("http://127.0.0.1:1", "a", "b", "c")):
        assert find_nearby() == []


def test_a_node_is_named_by_address_or_name() -> None:
    names = {"n001_ctl": "Lamps", "n002_ctl": "Radios", "n002_r1": "Radio", "n003_r1x": "radio"}
    assert [find_node(text, names) for text in ("n002_ctl", "r1", "lamps")] == ["n002_ctl", "n002_r1", "n001_ctl"]
    for text in ("ctl", "RADIO"):
        with pytest.raises(CommandError, match="2 nodes") as caught:
            find_node(text, names)
        assert caught.value.hint == "name one by its address"
    with pytest.raises(CommandError) as caught:
        find_node("x", {})
    assert caught.value.hint == "it has none"
