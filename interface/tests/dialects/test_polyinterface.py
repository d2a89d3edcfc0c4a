"""What NodeServers of Polyglot 2 rely on: shapes, names and habits of `polyinterface` 2.1."""

# ruff: noqa: RUF012 - NodeServers write their drivers and commands so
from __future__ import annotations

import logging
import os
import threading
import uuid
from pathlib import Path
from typing import Any

import pytest

from pgc_interface.dialects import polyinterface

PATIENCE = 15.0


class Light(polyinterface.Node):
    id = "light"
    drivers = [{"driver": "ST", "value": 0, "uom": 78}, {"driver": "GV1", "value": 2.5, "uom": 56}]


@pytest.fixture
def kept(controller_record: Any) -> dict[str, Any]:
    """The nodes as the platform kept them."""
    light = {**controller_record("light", ST="100"), "nodedefid": "light", "primary": "controller", "timeAdded": 7}
    return {"controller": controller_record(), "light": light}


def test_the_nodes_of_a_config_are_a_list(start: Any, kept: Any) -> None:
    controller = start(nodes=kept)
    nodes = {node["address"]: node for node in controller.polyConfig["nodes"]}
    assert set(nodes) == {"controller", "light"}
    light = nodes["light"]
    assert light["drivers"] == [{"driver": "ST", "value": "100", "uom": 2}]
    assert (light["node_def_id"], light["isprimary"], light["timeAdded"]) == ("light", False, "7")
    assert (light["added"], light["enabled"]) == (True, True)
    assert controller.poly.getNode("light") == light
    assert controller.poly.getNode("none") is False
    assert controller._nodes["light"]["drivers"] == light["drivers"]


def test_nodes_in_a_later_config_are_a_list_too(platform: Any, start: Any, kept: Any) -> None:
    controller = start()
    came = threading.Event()
    controller.poly.onConfig(lambda config: came.set() if len(config["nodes"]) > 1 else None)
    platform.send(config={"nodes": kept})
    assert came.wait(PATIENCE)
    assert [node["address"] for node in controller.poly.config["nodes"]] == ["controller", "light"]


def test_a_config_without_nodes_leaves_them(platform: Any, start: Any, kept: Any) -> None:
    controller = start(nodes=kept)
    came = threading.Event()
    controller.poly.onConfig(lambda config: came.set() if config["name"] == "other" else None)
    platform.send(config={"name": "other"})
    assert came.wait(PATIENCE)
    assert len(controller.poly.config["nodes"]) == 2


def test_a_node_that_was_added_is_in_the_list(platform: Any, start: Any) -> None:
    started = threading.Event()
    light = Light(controller := start(), "controller", "light", "Light")
    light.start = started.set
    controller.addNode(light)
    assert started.wait(PATIENCE)
    assert controller.poly.getNode("light")["drivers"][0] == {"driver": "ST", "value": "0", "uom": 78}
    added = platform.expect(lambda frame: "light" in str(frame.get("batch", {}).get("addnode")))["batch"]["addnode"][0]
    assert added["drivers"] == {"ST": {"value": "0", "uom": "78"}, "GV1": {"value": "2.5", "uom": "56"}}
    assert added["hint"] == [0, 0, 0, 0]


def test_drivers_are_a_list_and_keep_what_they_are_set_to(platform: Any, start: Any) -> None:
    controller = start()
    light = controller.addNode(Light(controller, "controller", "light", "Light"))
    light.setDriver("ST", 51)
    light.setDriver("GV1", 7.25, uom=17)
    assert light.drivers == [{"driver": "ST", "value": 51, "uom": 78}, {"driver": "GV1", "value": 7.25, "uom": 17}]
    assert Light.drivers[0]["value"] == 0
    assert platform.expect_value("light", "ST", "51")["uom"] == "78"
    assert platform.expect_value("light", "GV1", "7.25")["uom"] == "17"
    assert (light.getDriver("ST"), light.getDriver("GV9")) == ("51", None)


def test_drivers_may_be_chosen_by_the_constructor(platform: Any, start: Any) -> None:
    class Dimmer(Light):
        def __init__(self, *arguments: Any) -> None:
            self.drivers = [{"driver": "ST", "value": 1, "uom": 51}]
            self.drivers.append({"driver": "OL", "value": 2, "uom": 51})
            super().__init__(*arguments)

    controller = start()
    dimmer = controller.addNode(Dimmer(controller, "controller", "dimmer", "Dimmer"))
    dimmer.reportDrivers()
    assert platform.expect_value("dimmer", "OL", "2")["force"] is True


def test_report_driver_takes_an_entry_of_the_list(platform: Any, start: Any) -> None:
    controller = start()
    light = controller.addNode(Light(controller, "controller", "light", "Light"))
    light.drivers[0]["value"] = 9
    light.reportDriver(light.drivers[0], True, False)
    platform.expect_value("light", "ST", "9")


def test_a_value_that_the_platform_kept_comes_back(start: Any, kept: Any) -> None:
    controller = start(nodes=kept)
    light = controller.addNode(Light(controller, "controller", "light", "Light"))
    assert light.drivers[0] == {"driver": "ST", "value": "100", "uom": 78}


def test_a_controller_may_be_given_a_name_and_is_a_node(interface: Any) -> None:
    class Named(polyinterface.Controller):
        def __init__(self, poly: Any) -> None:
            super().__init__(poly, "My name")

    controller = Named(interface())
    assert (controller.name, isinstance(controller, polyinterface.Node)) == ("My name", True)
    assert controller.drivers == [{"driver": "ST", "value": 0, "uom": 2}]


def test_nodes_know_whether_they_are_added_and_enabled(start: Any, kept: Any) -> None:
    controller = start(nodes=kept)
    assert (controller.isPrimary, controller.enabled, controller.added, controller.timeAdded) == (True, True, True, "0")
    assert Light(controller, "controller", "new", "New").added is None


def test_notices_by_key_by_place_and_by_text(platform: Any, start: Any) -> None:
    controller = start()
    controller.addNotice("hello", "key")
    controller.addNotice("no key")
    controller.addNotice({"key": "third", "value": "one of a pair"})
    controller.addNotice({"a": "1", "b": "2"})
    assert list(controller.poly.config["notices"].values()) == ["hello", "no key", "one of a pair", "1", "2"]
    controller.removeNotice(1)
    controller.removeNotice("third")
    controller.poly.removeNotice("2")
    controller.poly.removeNotice({"key": "a"})
    assert controller.getNotices() == {"key": "hello"}
    controller.removeNoticesAll()
    assert controller.getNotices() == {}
    platform.expect(lambda frame: frame.get("patchnotices", {}).get("unset") == ["key"])


def test_what_is_sent_in_the_shapes_of_polyglot_2(platform: Any, start: Any) -> None:
    poly = start().poly
    node = {"address": "x", "name": "X", "node_def_id": "light", "primary": "controller", "drivers": Light.drivers}
    assert poly.send({"addnode": {"nodes": [node]}})
    added = platform.expect(lambda frame: "'x'" in str(frame.get("batch", {}).get("addnode")))["batch"]["addnode"]
    assert (added[0]["nodedefid"], added[0]["drivers"]["ST"]) == ("light", {"value": "0", "uom": "78"})
    assert poly.send({"addnotice": {"key": "k", "value": "text"}})
    assert poly.config["notices"] == {"k": "text"}
    assert poly.send({"removenotice": {"key": "k"}})
    assert poly.config["notices"] == {}
    assert poly.send({"installprofile": {"reboot": False}})
    assert poly.send({"restart": {}})
    assert platform.expect_key("restart") == {}


def test_the_page_is_sent_at_the_start_and_grows(platform: Any, start: Any, tmp_path: Path) -> None:
    (tmp_path / "POLYGLOT_CONFIG.md").write_text("# Page\n")
    poly = start().poly
    platform.expect(lambda frame: frame.get("customparamsdoc") == "# Page\n")
    poly.add_custom_config_docs("<b>more</b>")
    platform.expect(lambda frame: frame.get("customparamsdoc") == "# Page\n<b>more</b>")
    assert (poly.get_md_file_data("POLYGLOT_CONFIG.md"), poly.get_md_file_data("none.md")) == ("# Page\n", "")


def test_typed_params_are_defined_and_found_in_the_config(platform: Any, start: Any) -> None:
    controller = start(typedCustomData={"item": {"id": "1"}})
    controller.poly.save_typed_params({"name": "item", "title": "Item", "params": [{"name": "id", "title": "Id"}]})
    assert platform.expect_key("typedparams")[0]["name"] == "item"
    assert controller.polyConfig["typedCustomData"] == {"item": {"id": "1"}}


class Profiled:
    """A NodeServer with a profile; counts how often that was sent."""

    def __init__(self, platform: Any, folder: Path) -> None:
        self._platform = platform
        (folder / "profile" / "nls").mkdir(parents=True)
        (folder / "profile" / "nls" / "en_us.txt").write_text("x")
        self.server_file = folder / "server.json"
        self.version("1")

    def version(self, version: str | None) -> None:
        quoted = "null" if version is None else f'"{version}"'
        self.server_file.write_text(f'{{"profile_version": {quoted}, "credits": [{{"version": "2.0"}}]}}')

    def sent(self, poly: Any) -> int:
        """Once all that was sent before has come."""
        mark = uuid.uuid4().hex
        poly.send({"customdata": {"mark": mark}})
        self._platform.expect(lambda frame: frame.get("customdata") == {"mark": mark})
        return len(self._platform.came("uploadProfile"))


@pytest.fixture
def profiled(platform: Any, tmp_path: Path) -> Profiled:
    return Profiled(platform, tmp_path)


def test_a_new_profile_is_sent_once_and_noted_in_the_data(platform: Any, start: Any, profiled: Profiled) -> None:
    poly = start(profileVersion="0", customData={"mine": 1}).poly
    data = poly.get_server_data(check_profile=True)
    assert (data["version"], data["profile_version"]) == ("2.0", "1")
    assert poly.config["customData"] == {"mine": 1, "profile_version": "1"}
    assert platform.expect_key("customdata") == {"mine": 1, "profile_version": "1"}
    poly.get_server_data()
    assert profiled.sent(poly) == 1


def test_a_profile_that_is_built_is_built_first_and_sent_again(start: Any, profiled: Profiled) -> None:
    poly = start(profileVersion="0").poly
    built: list[str] = []
    poly.get_server_data(build_profile=lambda: built.append("built"))
    poly.get_server_data(build_profile=lambda: built.append("not again"))
    assert built == ["built"]
    assert profiled.sent(poly) == 2


def test_a_profile_version_of_null_is_sent_each_time_it_is_checked(start: Any, profiled: Profiled) -> None:
    profiled.version(None)
    poly = start().poly
    poly.get_server_data()
    poly.get_server_data()
    assert profiled.sent(poly) == 2


def test_without_a_profile_version_nothing_is_checked(start: Any, profiled: Profiled, heard: list[str]) -> None:
    profiled.server_file.write_text("{}")
    poly = start().poly
    assert poly.get_server_data()["profile_version"] == "NotDefined"
    assert "no profile_version" in heard[-1]
    profiled.server_file.unlink()
    assert poly.get_server_data() == {"version": "unknown"}
    assert profiled.sent(poly) == 0


def test_names_that_were_there(start: Any) -> None:
    poly = start().poly
    assert poly.supports_feature("typedParams") is True
    assert poly.polyglotConnected is True
    assert poly.network_interface == polyinterface.get_network_interface() == poly.get_network_interface()
    assert polyinterface.unload_interface() is None


def test_what_is_put_in_by_hand_counts_as_come(start: Any) -> None:
    polled = threading.Event()

    class Polled(polyinterface.Controller):
        def longPoll(self) -> None:
            polled.set()

    controller = start(Polled)
    controller.poly.inConfig({"customParams": {"a": "1"}, "nodes": []})
    assert controller.getCustomParam("a") == "1"
    controller.poly.input({"longPoll": {}})
    assert polled.wait(PATIENCE)


def test_variables_of_polyglot_2_are_set(environment: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("logging.root.handlers", [])
    monkeypatch.setattr("logging.root.level", logging.root.level)
    for name in ("PROFILE_NUM", "MQTT_HOST", "MQTT_PORT"):
        monkeypatch.setenv(name, "")
    environment(port=1234)
    polyinterface.init_interface()
    assert [os.environ[name] for name in ("PROFILE_NUM", "MQTT_HOST", "MQTT_PORT")] == ["3", "127.0.0.1", "1234"]
    assert "TOKEN" not in os.environ


def test_the_cloud_is_there_too(platform: Any, start: Any) -> None:
    got = threading.Event()

    class Linked(polyinterface.Controller):
        def oauth(self, oauth: Any) -> None:
            got.set()

    start(Linked)
    platform.send(oauth={"code": "c"})
    assert got.wait(PATIENCE)
