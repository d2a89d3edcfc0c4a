"""One simulated ISY for each test that asks, and named after it what an operator sees ISYs do: each of these fixtures
is that same ISY in such a state, to be had beside whatever else the test builds on it."""

import os
from collections.abc import AsyncIterator

import pytest

from pgc.simulator import SimulatedIsy
from pgc.simulator.absence import Spells

os.environ["PGC_BROKER"] = "embedded"
"""Whatever is installed: tests of another broker name it."""


@pytest.fixture
async def simulator() -> AsyncIterator[SimulatedIsy]:
    """In good health; its random errors are the same each time."""
    async with SimulatedIsy(seed=994) as simulator:
        yield simulator


@pytest.fixture
def slow_isy(simulator: SimulatedIsy) -> SimulatedIsy:
    """Takes its time for everything."""
    simulator.faults.latency = 0.02
    return simulator


@pytest.fixture
def failing_isy(simulator: SimulatedIsy) -> SimulatedIsy:
    """Answers every third request or so that it does not work."""
    simulator.faults.error_rate = 0.3
    simulator.faults.error_status = 503
    return simulator


@pytest.fixture
async def absent_isy(simulator: SimulatedIsy) -> SimulatedIsy:
    """Off, until the test switches it on."""
    await simulator.faults.offline()
    return simulator


@pytest.fixture
async def rebooting_isy(simulator: SimulatedIsy) -> SimulatedIsy:
    """Reboots again and again."""
    await simulator.faults.come_and_go(Spells(every=0.15, lasting=0.05))
    return simulator


@pytest.fixture
def full_isy(simulator: SimulatedIsy) -> SimulatedIsy:
    """Has room for two nodes."""
    simulator.state.nodes.limit = 2
    return simulator
