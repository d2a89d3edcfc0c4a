"""Driver values on their way from a frame to the ISY: newest wins, whatever was never added is bounded."""

from typing import Any

from pgc.nodeservers.nodeserver import NodeServer
from pgc.storage.storage import Storage

from .conftest import AddNode, Home, line, node
from .fake_run import FakeRun

NO_VALUES = ["warm", "1e20", "", "\u0663", "nan", "1/2"]


def status(value: object, n: int | None = None, driver: str = "ST", address: str = "a", **more: object) -> Any:
    body = {"address": address, "driver": driver, "value": value, "uom": 56, **more}
    return body if n is None else {**body, "n": n}


async def barrier(run: FakeRun) -> None:
    """All that was sent before has been dealt with: frames of a run are taken in order."""
    await run.save({"customparamsdoc": str(run.seq)})


async def test_a_value_reaches_the_isy_and_the_database(
    home: Home, nodeserver: NodeServer, run: FakeRun, add_node: AddNode
) -> None:
    await add_node("a")
    await run.send({"status": status(True)})
    await home.holds("a", "ST", "1")
    await home.writer.stop()
    assert [(held.driver, held.value, held.confirmed) for held in await home.storage.values.of(nodeserver.worker)] == [
        ("ST", "1", True)
    ]


async def test_an_older_value_never_replaces_a_newer_one(
    home: Home, nodeserver: NodeServer, run: FakeRun, add_node: AddNode
) -> None:
    await add_node("a")
    await run.send({"status": status(7, n=3)})
    await run.send({"status": status(6, n=2)})
    await barrier(run)
    await home.holds("a", "ST", "7")
    assert nodeserver.nodes["a"].drivers["ST"].value == "7"


async def test_values_without_a_counter_count_by_their_coming(
    home: Home, nodeserver: NodeServer, run: FakeRun, add_node: AddNode
) -> None:
    await add_node("a")
    for value in (1, 2, 3):
        await run.send({"status": status(value)})
    await home.holds("a", "ST", "3")
    assert nodeserver.nodes["a"].drivers["ST"].n == 3


async def test_the_counters_begin_again_with_each_run(
    home: Home, nodeserver: NodeServer, run: FakeRun, add_node: AddNode
) -> None:
    await add_node("a")
    await run.send({"status": status(7, n=90)})
    await home.holds("a", "ST", "7")
    await home.manager.stop(nodeserver.worker)
    second = await home.start(nodeserver)
    await second.send({"status": status(8, n=1)})
    await home.holds("a", "ST", "8")


async def test_values_before_their_node_are_held_until_it_is_there(home: Home, run: FakeRun) -> None:
    await run.send({"status": status(5, n=2)})
    await run.send({"status": status(4, n=1)})
    await run.save({"addnode": node("a")})
    await home.holds("a", "ST", "5")


async def test_values_of_nodes_that_are_never_added_are_bounded(
    home: Home, nodeserver: NodeServer, run: FakeRun
) -> None:
    for first in (0, 1000):
        await run.send(
            {"batch": {"status": [status(1, address=f"x{number}") for number in range(first, first + 1000)]}}
        )
    await barrier(run)
    assert line(nodeserver, "a value for x0, which was never added, was dropped")
    await run.save({"batch": {"addnode": [node("x5"), node("x1999")]}})
    await home.holds("x1999", "ST", "1")
    await home.holds("x5", "ST", "0")


async def test_a_node_has_a_bounded_number_of_drivers(nodeserver: NodeServer, run: FakeRun, add_node: AddNode) -> None:
    await add_node("a")
    await run.send({"batch": {"status": [status(1, driver=f"D{number}") for number in range(500)]}})
    await run.send({"status": status(9, driver="D5")})
    await barrier(run)
    drivers = nodeserver.nodes["a"].drivers
    assert len(drivers) == 100
    assert drivers["D5"].value == "9"
    assert line(nodeserver, "D99 was dropped")


async def test_values_that_no_isy_takes_are_named_and_harm_nothing(
    home: Home, nodeserver: NodeServer, run: FakeRun, add_node: AddNode
) -> None:
    await add_node("a")
    bad = [status(value, driver=f"GV{number}") for number, value in enumerate(NO_VALUES)]
    await run.send({"batch": {"status": [*bad, status(3, driver="OK"), status(3, driver="U", uom="no unit")]}})
    await home.holds("a", "OK", "3")
    assert all(line(nodeserver, f"a GV{number}: ") for number in range(len(NO_VALUES)))
    assert line(nodeserver, "a U: ")
    assert set(nodeserver.nodes["a"].drivers) == {"ST", "OK"}


async def test_what_the_isy_holds_is_sent_again_only_by_force(home: Home, run: FakeRun, add_node: AddNode) -> None:
    await add_node("a")
    await run.send({"status": status(5)})
    await home.holds("a", "ST", "5")
    await run.send({"status": status(5)})
    await run.send({"status": status(6, driver="GV1")})
    await home.holds("a", "GV1", "6")
    assert home.asked("/report/status/ST/5/") == 1
    await run.send({"status": status(5, force=True)})
    await home.simulator.until(lambda _: home.asked("/report/status/ST/5/") == 2)


async def test_a_full_disk_loses_no_value(home: Home, nodeserver: NodeServer, run: FakeRun, add_node: AddNode) -> None:
    """The writer keeps what it could not write."""
    await add_node("a")
    async with home.storage.database.values():  # holds the only connection; the writer waits behind it
        await run.send({"status": status(5)})
        await home.holds("a", "ST", "5")
    await home.writer.stop()
    assert [held.value for held in await _values(home.storage, nodeserver)] == ["5"]


async def _values(storage: Storage, nodeserver: NodeServer) -> list[Any]:
    return await storage.values.of(nodeserver.worker)
