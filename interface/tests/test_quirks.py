"""What public NodeServers do and rely on; the numbers are those of the list of quirks in docs.

Some are shown where whole processes run: 6 (``sys.exit`` in start) in test_stop, 11 (folder, path) in test_launcher,
16 and 17 (server.json, requirements) in the platform's tests of bundles, 19 in dialects/test_polyinterface.
"""

# ruff: noqa: RUF012 - NodeServers write their drivers and commands so
from __future__ import annotations

import os
import threading
from importlib.metadata import metadata
from pathlib import Path
from typing import Any

import pytest

from pgc_interface import LOGGER, Controller, Interface, Node

PATIENCE = 15.0


class Sensor(Node):
    id = "sensor"
    drivers = [{"driver": "ST", "value": 1, "uom": 2}, {"driver": "GV1", "value": 0, "uom": 56}]


def test_01_a_config_that_came_before_the_controller_reaches_its_observers(
    make_interface: Any, controller_record: Any
) -> None:
    heard: list[Any] = []
    done = threading.Event()

    class Late(Controller):
        def __init__(self, poly: Interface) -> None:
            super().__init__(poly)
            self.poly.onConfig(self.process)
            self.poly.wait_for_observers(0.1)
            self.address = "late"
            self.primary = self.address
            self.prefix = "set after onConfig"

        def process(self, config: Any) -> None:
            prefix = self.prefix
            done.wait(0.1)  # longer than start() would need if it did not wait
            heard.append((prefix, config["customParams"]))

        def start(self) -> None:
            done.set()

    poly = make_interface(customParams={"a": "1"}, nodes={"late": controller_record("late")})
    poly.start()
    controller = Late(poly)
    assert done.wait(PATIENCE)
    assert heard == [("set after onConfig", {"a": "1"})]  # once, and before start()
    assert list(controller.nodes) == ["late"]


def test_02_notices_as_a_dict_and_as_text_and_key(platform: Any, start: Any) -> None:
    controller = start()
    controller.addNotice({"a": "one"})
    controller.addNotice("two", "b")
    controller.addNotice("three")
    controller.addNotice({4: "four"})
    assert controller.polyConfig["notices"] == {"a": "one", "b": "two", "three": "three", "4": "four"}
    platform.expect(lambda frame: frame.get("patchnotices", {}).get("set") == {"b": "two"})
    controller.removeNoticesAll()
    platform.expect(lambda frame: frame.get("patchnotices", {}).get("unset") == ["a", "b", "three", "4"])


def test_03_no_exception_of_a_handler_ends_a_thread(platform: Any, start: Any, heard: list[str]) -> None:
    class Bad(Controller):
        def fail(self, *_: Any) -> None:
            raise ValueError("bad day")

        query = status = shortPoll = longPoll = oauth = discover = fail

    controller = start(Bad)
    controller.poly.onConfig(controller.fail)
    for message in ({"shortPoll": {}}, {"longPoll": {}}, {"oauth": {"code": "1"}}, {"discover": {}}):
        platform.send(**message)
    platform.send(query={"address": "all"})
    platform.send(status={"address": "all"})
    platform.send(config={"name": "x"})
    platform.send(command={"address": "controller", "cmd": "X", "query": {"requestId": "7"}})
    assert platform.expect_key("report") == {"requestId": "7", "success": True}
    controller.poly.wait_for_observers(PATIENCE)
    failures = [line for line in heard if "ValueError: bad day" in line and "Traceback" in line]
    assert len(failures) == 8  # six messages and two configs


def test_04_a_save_shows_in_poly_config_at_once(platform: Any, start: Any) -> None:
    controller = start()
    controller.saveCustomData({1: "one"})
    assert controller.polyConfig["customData"] == {"1": "one"}
    assert platform.expect_key("customdata") == {"1": "one"}
    controller.saveCustomData("not a map")
    controller.saveCustomData({"x": object()})
    assert controller.polyConfig["customData"] == {"1": "one"}


def test_05_poly_config_may_be_changed_in_place(platform: Any, start: Any) -> None:
    controller = start(customParams={"a": "1"})
    controller.polyConfig["customParams"]["a"] = "2"
    assert controller.getCustomParam("a") == "2"
    controller.poly.saveCustomParams(controller.polyConfig["customParams"])
    assert platform.expect_key("patchparams") == {"set": {"a": "2"}, "unset": []}


def test_06_start_has_its_own_thread_and_may_block(platform: Any, make_interface: Any) -> None:
    leave = threading.Event()

    class Server(Controller):
        def start(self) -> None:
            leave.wait(PATIENCE)

    poly = make_interface()
    poly.start()
    Server(poly)
    platform.expect(lambda frame: frame.get("connected") is True)
    platform.send(command={"address": "controller", "cmd": "X", "query": {"requestId": "7"}})
    platform.expect_key("report")
    leave.set()


def test_06_sys_exit_in_a_thread_of_its_own_ends_that_only(start: Any, heard: list[str]) -> None:
    def leave() -> None:
        raise SystemExit(3)

    thread = threading.Thread(target=leave)
    start().poly  # noqa: B018 - from now on the SDK logs what threads raise
    thread.start()
    thread.join(PATIENCE)
    assert heard == []


def test_07_run_forever_returns_at_once_where_the_launcher_waits(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Interface, "host_waits", True)
    controller = start()
    controller.runForever()
    assert controller.poly.running is True


def test_08_names_that_a_subclass_shadows_are_left_alone(platform: Any, start: Any, heard: list[str]) -> None:
    class Shadowing(Controller):
        status = None
        shortPoll = "often"
        discover: Any = None
        commands = {"GO": None}
        started = False
        config = {"mine": 1}

    start(Shadowing)
    platform.send(status={"address": "all"})
    platform.send(shortPoll={})
    platform.send(discover={})
    platform.send(command={"address": "controller", "cmd": "GO", "query": {"requestId": "7"}})
    assert platform.expect_key("report")["success"] is True
    assert [line for line in heard if "Traceback" in line] == []


def test_09_send_takes_any_dict(platform: Any, start: Any, heard: list[str]) -> None:
    poly = start().poly
    assert poly.send({"stop": {}}) is True
    assert platform.expect_key("stop") == {}
    assert poly.send({"status": {"address": "controller", "driver": "ST", "value": 5, "uom": 2}}) is True
    assert platform.expect_value("controller", "ST", "5")["force"] is True
    assert poly.send({"customdata": {"x": object()}}) is False
    assert poly.send({"status": {"address": "controller"}}) is False
    assert poly.send({"batch": None}) is False
    assert len(heard) == 3
    assert poly.send({5: "what no platform knows"}) is True


def test_10_the_logger_is_a_plain_one() -> None:
    assert LOGGER.handlers
    level = LOGGER.level
    LOGGER.setLevel(30)
    assert LOGGER.level == 30
    LOGGER.setLevel(level)


def test_11_the_folder_of_the_nodeserver_is_where_its_files_are(start: Any, tmp_path: Path) -> None:
    assert start().poly.get_server_data()["version"] == "0.0.0"
    (tmp_path / "server.json").write_text('{"credits": [{"version": "2.4"}], "profile_version": "7"}')
    data = start().poly.get_server_data(check_profile=True)
    assert (data["version"], data["profile_version"]) == ("2.4", "7")


def test_12_a_command_with_a_value_and_no_uom_takes_the_drivers(platform: Any, start: Any) -> None:
    controller = start()
    controller.reportCmd("DON", 2)
    assert platform.expect_key("command") == {"address": "controller", "command": "DON", "value": "2", "uom": "2"}
    after = len(platform.frames)
    controller.reportCmd("DOF", 2, 51)
    assert platform.expect_key("command", after)["uom"] == "51"
    after = len(platform.frames)
    controller.reportCmd("DOF")
    assert platform.expect_key("command", after) == {"address": "controller", "command": "DOF"}


def test_13_values_are_text_and_flags_are_numbers(platform: Any, start: Any, heard: list[str]) -> None:
    controller = start()
    sensor = controller.addNode(Sensor(controller, "controller", "s", "S"))
    sensor.setDriver("GV1", 12.50)
    platform.expect_value("s", "GV1", "12.5")
    sensor.setDriver("GV1", True)
    platform.expect_value("s", "GV1", "1")
    sensor.setDriver("GV1", None)
    assert sensor.drivers["GV1"] == {"value": "1", "uom": "56"}
    assert "no value for the driver GV1" in heard[0]


def test_14_oauth_gets_all_that_the_vendor_sent(platform: Any, start: Any) -> None:
    got = threading.Event()
    bodies: list[Any] = []

    class Linked(Controller):
        def oauth(self, oauth: Any) -> None:
            bodies.append(oauth)
            got.set()

    start(Linked)
    platform.send(oauth={"code": "c", "state": "w", "scope": "all"}, mid="m1")
    assert got.wait(PATIENCE)
    assert bodies == [{"code": "c", "state": "w", "scope": "all"}]
    assert platform.expect_key("ack") == {"mid": "m1"}


def test_15_what_the_init_says_is_there_as_it_came(start: Any) -> None:
    net = {"publicIp": "", "httpsIngress": "https://h/ns/w/", "publicPort": 0}
    controller = start(netInfo=net, oauth={"clientId": "x"}, unknown={"kept": 1})
    poly = controller.poly
    assert poly.init["netInfo"] == net
    assert (poly.stage, poly.config["oauth"], poly.config["unknown"]) == ("prod", {"clientId": "x"}, {"kept": 1})
    assert "http://" + poly.init["netInfo"]["publicIp"] + ":3000" == "http://:3000"


def test_16_server_json_may_begin_with_a_bom(start: Any, tmp_path: Path) -> None:
    (tmp_path / "server.json").write_bytes(b'\xef\xbb\xbf{"name": "N", "shortPoll": "30"}')
    assert start().poly.serverFile == {"name": "N", "shortPoll": "30"}


def test_18_old_python_runs_the_sdk_as_well() -> None:
    """What is written here is checked for Python 3.8 by the linter; this is what the package itself promises."""
    assert "3.8" in (metadata("pgc-cloud-sdk").get("Requires-Python") or "")


def test_19_variables_of_polyglot_2_are_not_there(start: Any) -> None:
    start()
    assert {"PROFILE_NUM", "MQTT_HOST", "MQTT_PORT", "TOKEN"}.isdisjoint(os.environ)


def test_commands_arrive_as_text_and_reach_a_plain_function(platform: Any, start: Any) -> None:
    got: list[Any] = []

    class Lamp(Controller):
        def dim(self, command: dict[str, Any]) -> None:
            got.append((self, int(command["value"]), command["query"]["H.uom4"], command["cmd"], command["address"]))

        commands = {"DIM": dim}

    controller = start(Lamp)
    query = {"H.uom4": "20", "requestId": "7"}
    platform.send(command={"address": "controller", "cmd": "DIM", "value": "42", "uom": "51", "query": query})
    assert platform.expect_key("report") == {"requestId": "7", "success": True}
    assert got == [(controller, 42, "20", "DIM", "controller")]


def test_a_function_that_takes_only_self_fails_and_the_next_one_runs(
    platform: Any, start: Any, heard: list[str]
) -> None:
    class Lamp(Controller):
        def on(self) -> None: ...

        commands = {"DON": on}

    start(Lamp)
    for request, command in (("1", "DON"), ("2", "OTHER")):
        platform.send(command={"address": "controller", "cmd": command, "query": {"requestId": request}})
    wanted = [{"requestId": "1", "success": False}, {"requestId": "2", "success": True}]
    platform.expect(lambda frame: frame.get("report") == wanted[1])
    assert platform.came("report") == wanted
    assert "TypeError" in heard[0]


@pytest.mark.parametrize("drivers", [[{"driver": "ST", "value": "1", "uom": "2"}], {"ST": {"value": 1, "uom": 2}}])
def test_drivers_of_a_class_are_numbers_or_text_in_a_list_or_a_map(drivers: Any, start: Any) -> None:
    controller = start()
    kind = type("Kind", (Node,), {"id": "kind", "drivers": drivers})
    assert kind(controller, "controller", "k", "K").drivers == {"ST": {"value": "1", "uom": "2"}}


@pytest.mark.parametrize("hint", [[1, 2, 3, 4], "0x01020304"])
def test_a_hint_is_four_numbers_or_text(hint: Any, platform: Any, start: Any) -> None:
    controller = start()
    kind = type("Kind", (Node,), {"id": "kind", "hint": hint})
    controller.addNode(kind(controller, "controller", "k", "K"))
    added = platform.expect(lambda frame: "'k'" in str(frame.get("batch", {}).get("addnode")))
    assert added["batch"]["addnode"][0]["hint"] == hint


OF_INTERFACE = """start installprofile stop onConfig config get_server_data saveCustomData add_custom_config_docs init
    network_interface stage save_typed_params onStop send restart getNode"""
OF_CONTROLLER = """setDriver addNode reportDrivers removeNoticesAll addNotice addCustomParam runForever reportCmd
    getDriver
    getCustomParam removeNotice saveCustomData delNode _convertDrivers removeCustomParam query start stop shortPoll
    longPoll status delete oauth nodes polyConfig poly address name primary controller parent drivers id hint _nodes
    started isPrimary timeAdded"""


def test_the_names_that_nodeservers_use(start: Any) -> None:
    controller = start()
    assert [name for name in OF_INTERFACE.split() if not hasattr(controller.poly, name)] == []
    assert [name for name in OF_CONTROLLER.split() if not hasattr(controller, name)] == []
    assert set(controller._nodes["controller"]) >= {"nodedefid", "name", "primary"}


def test_log_handler_is_not_there_in_this_dialect() -> None:
    """NodeServers written for on-premises fail here as they did in the original, and are run in the other dialect."""
    with pytest.raises(ImportError):
        from pgc_interface import LOG_HANDLER  # noqa: F401
