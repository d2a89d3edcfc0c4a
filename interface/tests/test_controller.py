"""Nodes: added, kept values, removed; and the controller's own."""

# ruff: noqa: RUF012 - NodeServers write their drivers and commands so
from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from typing import Any

from pgc_interface import Controller, Node

PATIENCE = 15.0


class Sensor(Node):
    id = "sensor"
    hint = [1, 2, 3, 4]
    drivers = [{"driver": "ST", "value": 1, "uom": 2}, {"driver": "GV1", "value": 0, "uom": 56}]


def record(address: str, **values: str) -> dict[str, Any]:
    drivers = {name: {"value": value, "uom": "56"} for name, value in values.items()}
    return {"address": address, "name": "S", "nodedefid": "sensor", "primary": "controller", "drivers": drivers}


def test_the_first_start_adds_the_controllers_node(platform: Any, start: Any) -> None:
    controller = start()
    frame = platform.expect(lambda frame: "addnode" in frame.get("batch", {}))
    assert frame["batch"]["addnode"] == [
        {
            "address": "controller",
            "name": "Controller",
            "nodedefid": "controller",
            "primary": "controller",
            "drivers": {"ST": {"value": "1", "uom": "2"}},
            "isController": True,
        }
    ]
    envelope = {key: frame[key] for key in ("userId", "topic", "profileNum", "id")}
    assert envelope == {"userId": "user1", "topic": platform.topics.down, "profileNum": "3", "id": "uuid1"}
    assert controller.started is True


def test_a_known_controller_starts_without_being_added(platform: Any, start: Any, controller_record: Any) -> None:
    controller = start(nodes={"controller": controller_record()})
    controller.reportCmd("DON")
    platform.expect_key("command")
    assert not any("addnode" in frame.get("batch", {}) for _, frame in platform.frames)
    assert controller.config["nodedefid"] == "controller"


def test_a_controller_may_be_made_before_the_interface_starts(platform: Any, make_interface: Any) -> None:
    entered = threading.Event()

    class Early(Controller):
        def start(self) -> None:
            entered.set()

    poly = make_interface()
    Early(poly)
    poly.start()
    poly.start()
    assert entered.wait(PATIENCE)


def test_a_refused_controller_is_named_and_tried_again_later(
    platform: Any, make_interface: Any, heard: list[str], monkeypatch: Any
) -> None:
    monkeypatch.setattr("pgc_interface.controller.RETRY", 0.0)
    entered = threading.Event()

    class Refused(Controller):
        def start(self) -> None:
            entered.set()

    platform.refused_nodes["controller"] = "the ISY does not answer"
    poly = make_interface()
    poly.start()
    controller = Refused(poly)
    platform.expect(lambda frame: "addnode" in frame.get("batch", {}))
    platform.send(command={"address": "controller", "cmd": "X", "query": {"requestId": "1"}})
    platform.expect_key("report")
    assert heard[0] == "The node controller was not added: the ISY does not answer"
    assert controller.nodes == {"controller": controller}
    platform.refused_nodes.clear()
    platform.send(config={"name": "again"})
    assert entered.wait(PATIENCE)


def test_a_node_is_there_at_once_and_starts_when_the_isy_has_it(platform: Any, start: Any) -> None:
    started = threading.Event()

    class Starting(Sensor):
        def start(self) -> None:
            started.set()

    controller = start()
    platform.settles = False
    node = controller.addNode(Starting(controller, "controller", "s1", "S1"))
    assert controller.nodes["s1"] is node
    assert controller.nodesAdding == ["s1"]
    frame = platform.expect(lambda frame: frame.get("batch", {}).get("addnode", [{}])[0].get("address") == "s1")
    assert frame["batch"]["addnode"][0]["hint"] == [1, 2, 3, 4]
    assert not started.is_set()
    platform.send(result={"addnode": {"success": True, "address": "s1", "statusCode": 200}})
    assert started.wait(PATIENCE)
    assert controller.nodesAdding == []


def test_kept_values_come_back_and_only_a_change_is_sent(platform: Any, start: Any) -> None:
    controller = start(nodes={"s1": record("s1", GV1="7")})
    sensor = controller.addNode(Sensor(controller, "controller", "s1", "S1"))
    assert sensor.getDriver("GV1") == "7"
    sensor.setDriver("GV1", 7)
    sensor.setDriver("ST", 1)  # new in this version: not kept, so sent
    platform.expect_value("s1", "ST", "1")
    assert [status["driver"] for status in platform.statuses() if status["address"] == "s1"] == ["ST"]


def test_a_value_set_before_add_node_is_not_replaced_by_the_kept_one(platform: Any, start: Any) -> None:
    controller = start(nodes={"s1": record("s1", GV1="7", ST="1")})
    sensor = Sensor(controller, "controller", "s1", "S1")
    sensor.setDriver("GV1", 9)
    controller.addNode(sensor)
    assert sensor.getDriver("GV1") == "9"
    platform.expect_value("s1", "GV1", "9")


def test_the_controllers_own_values_come_back_but_not_whether_it_is_up(
    platform: Any, start: Any, controller_record: Any
) -> None:
    class Counting(Controller):
        drivers = [{"driver": "ST", "value": 1, "uom": 2}, {"driver": "GV1", "value": 0, "uom": 2}]

    controller = start(Counting, nodes={"controller": controller_record(GV1="30")})
    assert (controller.getDriver("GV1"), controller.getDriver("ST")) == ("30", "1")


def test_removing_a_node(platform: Any, start: Any) -> None:
    controller = start()
    controller.addNode(Sensor(controller, "controller", "s1", "S1"))
    controller.delNode("s1")
    controller.delNode("never there")
    platform.expect(lambda frame: frame.get("removenode") == {"address": "s1"})
    platform.expect(lambda frame: frame.get("removenode") == {"address": "never there"})
    assert list(controller.nodes) == ["controller"]


def test_a_config_reaches_nodes_and_records(platform: Any, start: Any, controller_record: Any) -> None:
    controller = start()
    sensor = controller.addNode(Sensor(controller, "controller", "s1", "S1"))
    nodes = {"controller": controller_record(), "s1": {**record("s1", GV1="1"), "timeAdded": 5, "isPrimary": True}}
    came = threading.Event()
    controller.poly.onConfig(lambda config: came.set() if "s1" in config["nodes"] else None)
    platform.send(config={"nodes": nodes, "isyVersion": "5.9"})
    assert came.wait(PATIENCE)
    platform.send(command={"address": "controller", "cmd": "X", "query": {"requestId": "1"}})
    platform.expect_key("report")
    assert (sensor.timeAdded, sensor.isPrimary, sensor.config["name"]) == (5, True, "S")
    assert controller.poly.getNode("s1")["timeAdded"] == 5
    assert controller.poly.getNode("none") is False
    assert controller.poly.isyVersion == "5.9"
    assert sensor.getDriver("GV1") == "0"  # the platform's echo never overrules the node


def test_an_observer_that_blocks_holds_up_nothing_else(platform: Any, start: Any) -> None:
    controller = start()
    leave, blocked = threading.Event(), threading.Event()

    def block(config: Any) -> None:
        blocked.set()
        leave.wait(PATIENCE)

    controller.poly.onConfig(block)
    assert blocked.wait(PATIENCE)
    platform.send(config={"customParams": {"new": "1"}})
    platform.send(command={"address": "controller", "cmd": "X", "query": {"requestId": "1"}})
    platform.expect_key("report")
    assert controller.polyConfig["customParams"] == {"new": "1"}
    leave.set()


def test_query_reports_everything_again(platform: Any, start: Any) -> None:
    controller = start()
    controller.addNode(Sensor(controller, "controller", "s1", "S1"))
    platform.send(query={"address": "s1"})
    assert platform.expect_value("s1", "GV1", "0")["force"] is True
    platform.send(query={"address": "all"})
    assert platform.expect_value("controller", "ST", "1")["force"] is True


def test_abstract_classes_may_be_mixed_in(start: Any) -> None:
    class Abstract(ABC):
        @abstractmethod
        def needed(self) -> int: ...

    class Mixed(Controller, Abstract):
        def needed(self) -> int:
            return 1

    assert start(Mixed).needed() == 1


def test_start_finds_the_controller_in_its_config(platform: Any, start: Any) -> None:
    seen: list[list[str]] = []
    started = threading.Event()

    class Looking(Controller):
        def start(self) -> None:
            seen.append(list(self.polyConfig["nodes"]))
            started.set()

    start(Looking)
    assert started.wait(PATIENCE)
    assert seen == [["controller"]]
