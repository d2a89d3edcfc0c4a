"""Subscribing to the simulated ISY, over breaks, and to what is none."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from pgc.isy.errors import IsyRefused, IsyUnauthorized, IsyUnreachable
from pgc.isy.frames import DriverTold, NodeTold, Told
from pgc.isy.subscription import Connected, Lost, subscribe
from pgc.isy.transport import IsyLogin
from pgc.simulator import SimulatedIsy
from pgc.simulator.nodes import Node

PATIENCE = 15.0


@pytest.fixture
async def isy() -> AsyncIterator[SimulatedIsy]:
    async with SimulatedIsy() as isy:
        isy.state.add_node(Node("n001_a", 1, "Lamp", "lamp", "n001_a"))
        isy.state.report_status(1, "n001_a", "ST", "20.5", "51")
        yield isy


def login(isy: SimulatedIsy, password: str = "") -> IsyLogin:
    return IsyLogin(isy.url, isy.username, password or isy.password)


async def until(tellings: AsyncIterator[Told | Connected | Lost], kind: type, *, live: bool = False) -> object:
    async with asyncio.timeout(PATIENCE):
        async for told in tellings:
            if isinstance(told, kind) and not (live and getattr(told, "before", False)):
                return told
    raise AssertionError("it ended")


async def test_what_was_before_is_told_as_such_and_then_what_happens(isy: SimulatedIsy) -> None:
    async with aclosing(subscribe(login(isy))) as tellings:
        node, driver = await until(tellings, NodeTold), await until(tellings, DriverTold)
        assert isinstance(node, NodeTold)
        assert isinstance(driver, DriverTold)
        assert (driver.value, driver.uom, driver.before, node.before) == ("20.5", "51", True, True)
        isy.state.report_status(1, "n001_a", "ST", "21", "51")
        driver = await until(tellings, DriverTold)
        assert isinstance(driver, DriverTold)
        assert (driver.address, driver.value, driver.before) == ("n001_a", "21", False)


async def test_it_is_taken_up_again_after_a_break(isy: SimulatedIsy) -> None:
    async with aclosing(subscribe(login(isy))) as tellings:
        await until(tellings, DriverTold)
        await isy.faults.offline()
        lost = await until(tellings, Lost)
        assert isinstance(lost, Lost)
        isy.state.report_status(1, "n001_a", "ST", "22", "51")
        await isy.faults.online()
        await until(tellings, Connected)
        driver = await until(tellings, DriverTold)
        assert isinstance(driver, DriverTold)
        assert driver.value == "22"


async def test_a_wrong_login_is_told_at_once(isy: SimulatedIsy) -> None:
    with pytest.raises(IsyUnauthorized):
        await anext(subscribe(login(isy, "wrong")))


async def test_where_nobody_listens_that_is_told_at_once(isy: SimulatedIsy) -> None:
    nowhere = login(isy)
    await isy.stop()
    with pytest.raises(IsyUnreachable, match="no subscription to the ISY at"):
        await anext(subscribe(nowhere))


async def test_what_is_no_isy_is_told(isy: SimulatedIsy) -> None:
    with pytest.raises(IsyRefused, match="404"):
        await anext(subscribe(IsyLogin(f"{isy.url}/elsewhere", isy.username, isy.password)))
