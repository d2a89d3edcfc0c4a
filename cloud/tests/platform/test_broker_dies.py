"""The broker killed with -9 under load, and started again: nothing durable is lost, and the newest values arrive.

That of the embedded broker is the platform's own death, see test_killed.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pgc.broker.mosquitto_files import Installed
from pgc.sandbox.contract import Sandbox
from pgc.settings import Settings
from pgc.simulator import SimulatedIsy

from ..broker.other_mosquitto import OtherMosquitto, a_free_port
from .home import PATIENCE, Home, left_running, run_processes
from .programs import program

RESENT = 60.0
"""Seconds. What a broker had confirmed and not yet handed on dies with it: a frame, or the platform's answer to it. The
run sends it again after some fifteen of them without an answer, and again, should that be lost as well."""

LOADED = program("""
    class Mine(Controller):
        drivers = [
            {"driver": "ST", "value": 1, "uom": 2},
            {"driver": "GV1", "value": 0, "uom": 56},
            {"driver": "GV2", "value": 0, "uom": 56},
            {"driver": "GV3", "value": 0, "uom": 56},
        ]

        def __init__(self, poly):
            super().__init__(poly)
            self.confirmed = 0
            poly.onConfig(self.hear)

        def hear(self, config):
            saves = config.get("rev", {}).get("data", 0)
            if saves > self.confirmed:
                self.confirmed = saves
                self.setDriver("GV2", saves)

        def start(self):
            for n in range(1, 100_000):
                self.saveCustomData({"n": n})
                self.setDriver("GV1", n)
                if os.path.exists("enough"):
                    break
                time.sleep(0.01)
            self.setDriver("GV3", n)
""")
"""Saves, and counts in GV1, until there is a file `enough`; then GV3 is the last number. GV2 is what is confirmed."""


class Managed:
    """The platform's child; it starts it again itself."""

    setting = "mosquitto"

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.data_folder / "broker"

    async def kill(self) -> None:
        (process,) = [process for process in run_processes(self._folder) if process.name() == "mosquitto"]
        process.kill()


class External:
    """Somebody else's, who starts it again."""

    def __init__(self, other: OtherMosquitto) -> None:
        self.setting = other.url
        self._other = other

    async def kill(self) -> None:
        await self._other.kill()
        await self._other.start()


@pytest.fixture(params=["managed", "external"])
async def dying_broker(
    request: pytest.FixtureRequest, settings: Settings, tmp_path: Path
) -> AsyncIterator[Managed | External]:
    if Installed.find() is None:
        pytest.skip("mosquitto 2 with its dynamic-security plugin is not installed")
    if request.param == "managed":
        yield Managed(settings)
        return
    async with OtherMosquitto(tmp_path, a_free_port()) as other:
        yield External(other)


@pytest.fixture
async def loaded_home(
    dying_broker: Managed | External, settings: Settings, probed: Sandbox, sim: SimulatedIsy, tmp_path: Path
) -> AsyncIterator[Home]:
    """As `home`, on that broker."""
    home = Home(settings.model_copy(update={"broker": dying_broker.setting}), probed, sim, tmp_path)
    await home.switch_on()
    try:
        await home.platform.isys.add(name="home", url=sim.url, username=sim.username, password=sim.password)
        yield home
    finally:
        await home.switch_off()
    assert await left_running(settings.data_folder) == []


@pytest.mark.timeout(400)
async def test_killed_under_load(dying_broker: Managed | External, loaded_home: Home) -> None:
    home = loaded_home
    loaded = await home.run("loaded", LOADED, slot=3)
    app = next(home.settings.run_folder.glob("*/app/server.json")).parent
    for _ in range(2):
        await goes_on(home)
        await dying_broker.kill()
    await goes_on(home)
    (app / "enough").touch()
    await home.sim.until(lambda _state: held(home, "GV3") > 0, RESENT)
    last = home.held("n003_controller", "GV3") or ""
    await home.shows("n003_controller", "GV1", last, RESENT)
    await home.shows("n003_controller", "GV2", last, RESENT)
    assert loaded.saved.data == {"n": int(last)}
    await home.platform.manager.stop(loaded.worker)
    assert loaded.reason == ""


async def goes_on(home: Home) -> None:
    """Saves are confirmed."""
    before = held(home, "GV2")
    await home.sim.until(lambda _state: held(home, "GV2") > before + 20, RESENT)


def held(home: Home, driver: str) -> int:
    return int(home.held("n003_controller", driver) or 0)


async def test_a_run_reaches_the_broker_by_a_socket_only(home: Home) -> None:
    """With the embedded broker too."""
    asked = program("""
        class Mine(Controller):
            drivers = [{"driver": "ST", "value": 1, "uom": 2}]

            def start(self):
                url = os.environ["PGC_MQTT_URL"]
                print("by", url.partition(":")[0], sorted(os.listdir(os.path.dirname(url.rpartition("@")[2]))))
    """)
    run = await home.run("asked", asked)
    await home.said(run, "by unix ['mqtt']")
    await asyncio.wait_for(home.platform.manager.stop(run.worker), PATIENCE)
