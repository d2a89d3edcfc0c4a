"""Drivers of one node, and what they cost."""

# ruff: noqa: RUF012 - NodeServers write their drivers and commands so
from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from pgc_interface import Node


class Outbox:
    def __init__(self) -> None:
        self.put_in: list[tuple[Any, ...]] = []

    def put(self, *status: Any) -> None:
        self.put_in.append(status)


class Holder:
    """What a node needs of its controller."""

    def __init__(self) -> None:
        self.outbox = Outbox()
        self.poly = self


class Thermostat(Node):
    id = "thermostat"
    drivers = [{"driver": "ST", "value": 20.5, "uom": 4}, {"driver": "CLIMD", "value": 0, "uom": "67"}]


@pytest.fixture
def node() -> Thermostat:
    return Thermostat(Holder(), "controller", "t1", "T")


def sent(node: Node) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = node.controller.outbox.put_in
    return found


def test_drivers_are_text_by_name(node: Thermostat) -> None:
    assert node.drivers == {"ST": {"value": "20.5", "uom": "4"}, "CLIMD": {"value": "0", "uom": "67"}}
    assert node._convertDrivers(node.drivers) == node.drivers
    assert Thermostat.drivers[0]["value"] == 20.5


@pytest.mark.parametrize(
    ("arguments", "keywords", "expected"),
    [
        (("ST", 21), {}, [("t1", "ST", "21", "4", False)]),
        (("ST", 20.5), {}, []),
        (("ST", 20.5, True, True), {}, [("t1", "ST", "20.5", "4", True)]),
        (("ST", 21, True, False, 17), {}, [("t1", "ST", "21", "17", False)]),
        (("ST", 20.5), {"uom": 17}, [("t1", "ST", "20.5", "17", False)]),
        (("ST", 21), {"report": False}, []),
        (("GV9", 1), {}, []),
    ],
)
def test_set_driver_in_all_its_shapes(arguments: Any, keywords: Any, expected: Any, node: Thermostat) -> None:
    node.setDriver(*arguments, **keywords)
    assert sent(node) == expected


def test_what_was_set_without_report_goes_with_the_next_report(node: Thermostat) -> None:
    node.setDriver("ST", 21, report=False)
    assert node.getDriver("ST") == "21"
    node.setDriver("ST", 21)
    assert sent(node) == [("t1", "ST", "21", "4", False)]


def test_report_drivers_forces_all_as_they_are_now(node: Thermostat) -> None:
    node.drivers["ST"]["value"] = "25"
    node.reportDrivers()
    assert sent(node) == [("t1", "ST", "25", "4", True), ("t1", "CLIMD", "0", "67", True)]


def test_a_subclass_may_narrow_set_driver(node: Thermostat) -> None:
    class Narrow(Thermostat):
        def setDriver(self, driver: str, value: Any) -> None:
            super().setDriver(driver, value)

    narrow = Narrow(Holder(), "controller", "t1", "T")
    narrow.setDriver("ST", 1)
    narrow.query()
    narrow.status()
    assert len(sent(narrow)) == 5


@pytest.fixture
def restless_threads() -> Iterator[None]:
    """The interpreter changes threads as often as it can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("restless_threads")
def test_what_is_set_last_is_sent_last_whatever_the_threads_do(node: Thermostat) -> None:
    def set_many(base: int) -> None:
        for number in range(2000):
            node.setDriver("ST", base + number)

    threads = [threading.Thread(target=set_many, args=(base,)) for base in (0, 10_000, 20_000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sent(node)[-1][2] == node.getDriver("ST")
    assert len(sent(node)) == 6000
