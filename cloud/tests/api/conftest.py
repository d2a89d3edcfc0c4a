"""A platform with its API, a simulated ISY, and a client that speaks to both over HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from pgc.platform import Platform
from pgc.sandbox.probe import probe
from pgc.settings import Settings
from pgc.simulator.server import SimulatedIsy

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.fixture
def simulated(simulator: SimulatedIsy) -> SimulatedIsy:
    return simulator


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Platform]:
    async with Platform(Settings(data_folder=tmp_path / "data", warm_runs=0), await probe()) as platform:
        yield platform


@pytest.fixture
async def stranger(platform: Platform) -> AsyncIterator[aiohttp.ClientSession]:
    """A client without the token."""
    async with aiohttp.ClientSession(platform.api_url) as session:
        yield session


@pytest.fixture
async def owner(platform: Platform) -> AsyncIterator[aiohttp.ClientSession]:
    """A client with the token."""
    token = (platform.settings.data_folder / "api-token").read_text().strip()
    async with aiohttp.ClientSession(platform.api_url, headers={"Authorization": f"Bearer {token}"}) as session:
        yield session


@pytest.fixture
async def isy(owner: aiohttp.ClientSession, simulated: SimulatedIsy) -> str:
    """The id of the simulated ISY on the platform."""
    new = {"name": "Home", "url": simulated.url, "username": "admin", "password": "admin"}
    async with owner.post("/api/isys", json=new) as answer:
        assert answer.status == 201
        added: dict[str, str] = await answer.json()
        return added["id"]
