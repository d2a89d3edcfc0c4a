"""ISYs are added once, started side by side, and forgotten whole."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pgc.isy.errors import IsyError, NoSuchIsy
from pgc.isy.manager import IsyManager
from pgc.secrets.keyring import Keyring
from pgc.simulator.server import SimulatedIsy
from pgc.storage.storage import Storage


class Nobody:
    """Listens to what reporters tell."""

    def value_confirmed(self, slot: int, address: str, driver: str, value: str, uom: str) -> None: ...

    def value_refused(self, slot: int, address: str, driver: str, value: str, reason: str) -> None: ...

    def nodes_missing(self, slot: int, addresses: frozenset[str]) -> None: ...

    def nodes_found(self, slot: int, addresses: frozenset[str]) -> None: ...

    def isy_online(self, online: bool, reason: str) -> None: ...


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    storage = Storage(tmp_path / "pgc.db", Keyring.load(tmp_path / "keyring.json"))
    await storage.open()
    yield storage
    await storage.close()


@pytest.fixture
async def isys(storage: Storage) -> AsyncIterator[IsyManager]:
    manager = IsyManager(storage.isys, lambda isy: Nobody())
    await manager.start()
    yield manager
    await manager.stop()


@pytest.fixture
async def home() -> AsyncIterator[SimulatedIsy]:
    async with SimulatedIsy() as isy:
        yield isy


async def test_it_is_found_again_after_a_restart(isys: IsyManager, storage: Storage, home: SimulatedIsy) -> None:
    added = await isys.add(name="Home", url=f"{home.url}/", username="admin", password="admin", verify_tls=False)
    again = IsyManager(storage.isys, lambda isy: Nobody())
    await again.start()
    try:
        found = again.get(added.id)
        assert (found.name, found.login, found.version) == ("Home", added.login, added.version)
    finally:
        await again.stop()
    assert [record.verify_tls for record in await storage.isys.all()] == [False]


async def test_the_same_one_added_twice_at_once_is_there_once(
    isys: IsyManager, storage: Storage, home: SimulatedIsy
) -> None:
    adding = [isys.add(name="Home", url=home.url, username="admin", password="admin") for _ in range(2)]
    results = await asyncio.gather(*adding, return_exceptions=True)
    assert sorted(isinstance(result, IsyError) for result in results) == [False, True]
    assert (len(isys.all()), len(await storage.isys.all())) == (1, 1)


async def test_one_that_does_not_take_the_login_is_not_kept(isys: IsyManager, home: SimulatedIsy) -> None:
    with pytest.raises(IsyError, match="user or password"):
        await isys.add(name="Home", url=home.url, username="admin", password="other")
    assert isys.all() == []


async def test_one_that_is_removed_is_gone(isys: IsyManager, storage: Storage, home: SimulatedIsy) -> None:
    added = await isys.add(name="Home", url=home.url, username="admin", password="admin")
    await isys.remove(added.id)
    with pytest.raises(NoSuchIsy):
        isys.get(added.id)
    assert await storage.isys.all() == []
