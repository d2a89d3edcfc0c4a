"""An ISY that is slow, failing, rebooting, emptied or cleared by its owner ends as it should be, and nothing of what it
had confirmed was sent again. First each fault alone, then all of them in any order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from pgc.isy import sender
from pgc.isy.reporter import NewNode
from pgc.isy.transport import AT_ONCE
from pgc.simulator import SimulatedIsy
from pgc.simulator.changes import DriverReported

from .world import DRIVERS, KIDS, SLOTS, World

STEPS = 150
KID = NewNode("k0", "Kid", "def", "ctl")


@pytest.fixture(autouse=True)
def short_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a driver over which the ISY has stumbled three times."""
    monkeypatch.setattr(sender, "REST", 0.05)


@pytest.fixture
async def world(simulator: SimulatedIsy) -> AsyncIterator[World]:
    async with World(simulator) as world:
        yield world


async def busy(world: World) -> None:
    """Nodes come, and values change faster than any ISY takes them."""
    for slot in SLOTS:
        for kid in KIDS:
            world.add(f"n{slot:03}_{kid}")
    for value in range(60):
        for address in sorted(world.present):
            world.report(address, DRIVERS[value % 2], str(value))
        await asyncio.sleep(0)
    for address in sorted(world.present):
        world.command(address, f"LAST_{address}")


async def ends_well(world: World) -> None:
    await world.settled()
    assert world.wrong == []
    assert all(world.commands[name] == 1 for name, task in world.done.items() if task.result())


async def test_a_slow_isy(world: World, slow_isy: SimulatedIsy) -> None:
    await busy(world)
    await ends_well(world)
    assert len(slow_isy.requests) < 300, "while one is on its way, the others coalesce"


async def test_a_failing_isy(world: World, failing_isy: SimulatedIsy) -> None:
    await busy(world)
    await ends_well(world)
    assert any(record.status == 503 for record in failing_isy.requests)


async def test_a_rebooting_isy(world: World, rebooting_isy: SimulatedIsy) -> None:
    await busy(world)
    await ends_well(world)
    await rebooting_isy.faults.online()


async def test_an_isy_that_was_off_all_the_time(world: World, absent_isy: SimulatedIsy) -> None:
    await busy(world)
    await absent_isy.faults.online()
    await ends_well(world)


async def test_an_isy_that_is_emptied(world: World, simulator: SimulatedIsy) -> None:
    """As by a factory reset, or another one at the same address."""
    await busy(world)
    await world.settled()
    for node in sorted(simulator.state.nodes.values(), key=lambda node: node.is_primary):
        simulator.state.remove_node(node.slot, node.address)
    assert not simulator.state.nodes
    world.reporter.review()
    await ends_well(world)


async def test_nodes_that_an_owner_deletes_are_noticed_by_their_next_value(
    world: World, simulator: SimulatedIsy
) -> None:
    await busy(world)
    await world.settled()
    simulator.state.remove_node(3, "n003_k1")
    world.report("n003_k1", "GV1", "1000")
    await ends_well(world)


async def test_a_full_isy_says_so_once_per_node(world: World, full_isy: SimulatedIsy) -> None:
    """The two controllers fill it."""
    await world.settled()
    for _ in range(2):
        outcome = await world.reporter.add_node(3, KID)
        assert (outcome.success, "no room for more nodes" in (outcome.reason or "")) == (False, True)
    full_isy.state.nodes.limit = 3
    assert (await world.reporter.add_node(3, KID)).success
    world.present.add("n003_k0")
    await ends_well(world)


@pytest.mark.parametrize("flood", ["before", "after"])
async def test_a_flooding_nodeserver_takes_no_turn_of_its_neighbours(
    world: World, slow_isy: SimulatedIsy, flood: str
) -> None:
    """Values, commands and new nodes without end in slot 3: the values of slot 4 still go every other time."""
    await world.settled()
    order: list[int] = []
    slow_isy.state.observe(
        lambda change: order.append(_slot_of(change)) if isinstance(change, DriverReported) else None
    )
    if flood == "before":
        _flood(world)
        await slow_isy.until(lambda _: len(order) >= 8)
    behind = len(order)
    for number in range(12):
        world.reporter.report(4, "ctl", f"X{number}", "1", "56")
    if flood == "after":
        _flood(world)
    await slow_isy.until(lambda _: order.count(4) == 12)
    last = len(order) - order[::-1].index(4)
    assert last - behind <= AT_ONCE + 2 * 12
    assert order.count(3) < 90, "slot 3 was still at it"
    slow_isy.faults.latency = 0


def _flood(world: World) -> None:
    for number in range(90):
        world.reporter.report(3, "ctl", f"X{number}", "1", "56")
        world.command("n003_ctl", f"C{number}")
    for kid in KIDS:
        world.add(f"n003_{kid}")


def _slot_of(change: DriverReported) -> int:
    return int(change.address[1:4])


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_happens_in_whatever_order(simulator: SimulatedIsy, seed: int) -> None:
    async with World(simulator, seed) as world:
        for step in range(STEPS):
            await _something(world, step)
            for _ in range(world.dice.randrange(25)):
                await asyncio.sleep(0)
        await _mend(world)
        await ends_well(world)


async def _something(world: World, step: int) -> None:
    happenings: list[tuple[int, Callable[[World, int], Awaitable[None]]]] = [
        (60, _value),
        (6, _command),
        (6, _new_kid),
        (3, _kid_leaves),
        (3, _owner_deletes),
        (8, _stumbles),
        (3, _reboots),
        (2, _is_emptied),
        (3, _slows),
    ]
    (happening,) = world.dice.choices([each for _, each in happenings], [weight for weight, _ in happenings])
    await happening(world, step)


async def _value(world: World, _step: int) -> None:
    address = world.dice.choice(sorted(world.present))
    world.report(address, world.dice.choice(DRIVERS), world.dice.choice(["0", "1", "2", "12.5", "-3"]))


async def _command(world: World, step: int) -> None:
    world.command(world.dice.choice(sorted(world.present)), f"C{step}")


async def _new_kid(world: World, _step: int) -> None:
    world.add(f"n{world.dice.choice(SLOTS):03}_{world.dice.choice(KIDS)}")


async def _kid_leaves(world: World, _step: int) -> None:
    kids = sorted(address for address in world.present if not address.endswith("ctl"))
    if kids:
        world.remove(world.dice.choice(kids))


async def _owner_deletes(world: World, _step: int) -> None:
    """A controller that still has children stays."""
    there = sorted(world.simulator.state.nodes)
    if there:
        address = world.dice.choice(there)
        world.simulator.state.remove_node(int(address[1:4]), address)


async def _stumbles(world: World, _step: int) -> None:
    faults = world.simulator.faults
    if world.dice.random() < 0.5:
        faults.drop_next(world.dice.randint(1, 3))
    else:
        faults.fail_next(world.dice.choice([500, 503]), world.dice.randint(1, 2))


async def _reboots(world: World, _step: int) -> None:
    await world.simulator.faults.reboot(world.dice.choice([0.0, 0.03]))


async def _is_emptied(world: World, _step: int) -> None:
    """It forgets its values, as nobody knows whether real ones do in a reboot."""
    await world.simulator.faults.offline()
    for node in world.simulator.state.nodes.values():
        node.drivers.clear()
    world.forget_confirmed()
    await world.simulator.faults.online()


async def _slows(world: World, _step: int) -> None:
    world.simulator.faults.latency = world.dice.choice([0.0, 0.0, 0.01])


async def _mend(world: World) -> None:
    """And the platform looks, as it does when the ISY comes back: some of this went too fast to be noticed."""
    world.simulator.faults.latency = 0.0
    await world.simulator.faults.online()
    world.reporter.review()
