"""What a test sees of a NodeServer, and what the ISY, the owner, a vendor and the platform do to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest

from pgc_interface import Controller, Node
from pgc_interface.rules.errors import BadSave
from pgc_interface.testing import Command, NodeServerRaised, NotThere, Platform, Report


class Lamp(Node):
    id = "lamp"
    hint: ClassVar[Any] = [1, 2, 9, 1]
    drivers: ClassVar[Any] = [{"driver": "ST", "value": 0, "uom": 51}]

    def switch(self, command: Any) -> None:
        self.setDriver("ST", command["value"])
        self.reportCmd("DON", command["value"])

    def fade(self, command: Any) -> None:
        self.setDriver("ST", command["query"]["level.uom51"])

    commands: ClassVar[Any] = {"SET": switch, "FADE": fade}


class House(Controller):
    id = "house"
    drivers: ClassVar[Any] = [{"driver": "ST", "value": 1, "uom": 2}, {"driver": "GV1", "value": 0, "uom": 56}]
    heard: Any = None

    def start(self) -> None:
        self.heard = []
        self.addNode(Lamp(self, self.address, "lamp1", "Lamp <1>"))

    def fail(self, command: Any) -> None:
        raise RuntimeError("this one always fails")

    def oauth(self, oauth: Any) -> None:
        self.saveCustomData({"token": oauth["code"]})
        self.heard.append(oauth)

    def webhook(self, call: Any) -> Any:
        self.addNotice({"called": call["body"]})
        return {"status": 202, "body": call["path"]}

    def discover(self) -> None:
        self.addNode(Lamp(self, self.address, "lamp2", "Lamp 2"))

    def delete(self) -> None:
        self.heard.append("delete")

    def stop(self) -> None:
        self.heard.append("stop")

    commands: ClassVar[Any] = {"FAIL": fail}


def test_after_the_start_the_isy_has_nodes_values_and_the_profile(platform: Platform, folder: Path) -> None:
    house = platform.start(House)
    lamp = house.node("lamp1")
    assert (lamp.name, lamp.nodedef, lamp.primary, lamp.hint) == ("Lamp 1", "lamp", "controller", "0x01020901")
    assert lamp.drivers == {"ST": ("0", "51")}
    assert house.node("controller").is_controller
    assert (house.driver("controller", "ST"), house.uom("controller", "ST")) == ("1", "2")
    assert house.profile["nls/en_us.txt"] == (folder / "profile/nls/en_us.txt").read_bytes()


def test_a_command_arrives_as_text_and_what_follows_is_seen_at_once(platform: Platform) -> None:
    house = platform.start(House)
    house.forget()
    house.command("lamp1", "SET", 80.50, 51)
    assert house.driver("lamp1", "ST") == "80.5"
    assert house.reports == [Report("lamp1", "ST", "80.5", "51")]
    assert house.commands == [Command("lamp1", "DON", "80.5", "51")]
    house.command("lamp1", "FADE", query={"level.uom51": 20})
    assert house.driver("lamp1", "ST") == "20"


def test_a_value_that_the_isy_holds_goes_out_again_for_a_query_only(platform: Platform) -> None:
    house = platform.start(House)
    house.forget()
    house.command("lamp1", "SET", 0)
    assert house.reports == []
    assert house.query("lamp1") is True
    assert house.reports == [Report("lamp1", "ST", "0", "51")]
    assert house.status() is True


def test_a_value_that_no_isy_takes_is_remarked(platform: Platform) -> None:
    house = platform.start(House)
    house.command("lamp1", "SET", "dim")
    assert house.driver("lamp1", "ST") == "0"
    assert any("'dim' is not a number" in remark for remark in house.remarks)


def test_a_request_is_answered_and_what_raised_is_told(platform: Platform) -> None:
    house = platform.start(House)
    house.command("lamp1", "SET", 1, request="17")
    assert house.answer("17") is True
    with pytest.raises(NodeServerRaised, match="this one always fails"):
        house.command("controller", "FAIL", request="18")
    assert house.answer("18") is False
    house.command("lamp1", "SET", 2)
    assert house.driver("lamp1", "ST") == "2"


def test_an_oauth_answer_reaches_it_with_its_state(platform: Platform) -> None:
    house = platform.start(House)
    house.oauth(code="abc")
    assert house.controller.heard == [{"code": "abc", "state": house.worker}]
    assert house.data == {"token": "abc"}


def test_a_webhook_is_answered(platform: Platform) -> None:
    house = platform.start(House)
    answer = house.webhook("ping", path="/here")
    assert answer is not None
    assert (answer.status, answer.body) == (202, "/here")
    assert house.notices == {"called": "ping"}


def test_what_its_owner_sets_reaches_it(platform: Platform) -> None:
    house = platform.start(House, params={"user": "ann", "old": "1"}, notices={"hello": "hi"})
    configs: list[Any] = []
    house.interface.onConfig(lambda config: configs.append(dict(config["customParams"])))
    house.set_params({"user": "bob"})
    house.remove_params("old")
    house.remove_notice("hello")
    assert (house.params, house.notices) == ({"user": "bob"}, {})
    assert {"user": "bob", "old": "1"} in configs
    assert configs[-1] == {"user": "bob"}
    assert house.controller.getCustomParam("user") == "bob"


def test_typed_params_are_checked_against_their_definitions(platform: Platform) -> None:
    house = platform.start(House)
    house.interface.save_typed_params([{"name": "port", "title": "Port", "type": "NUMBER"}])
    platform.settle()
    house.set_typed_params({"port": 8080})
    assert house.typed_data == {"port": 8080}
    with pytest.raises(BadSave, match="port"):
        house.set_typed_params({"port": "none"})
    assert house.typed_data == {"port": 8080}


def test_the_config_page_is_seen(platform: Platform) -> None:
    house = platform.start(House)
    house.interface.add_custom_config_docs("# How to")
    platform.settle()
    assert house.params_doc == "# How to"


def test_discovery_adds_a_node_and_removal_takes_it(platform: Platform) -> None:
    house = platform.start(House)
    house.discover()
    assert sorted(house.nodes) == ["controller", "lamp1", "lamp2"]
    house.controller.delNode("lamp2")
    platform.settle()
    assert sorted(house.nodes) == ["controller", "lamp1"]


def test_a_node_that_the_isy_refuses_is_not_there_and_the_reason_is_shown(platform: Platform) -> None:
    house = platform.start(House)
    house.refuse_node("lamp2", "no room")
    house.discover()
    with pytest.raises(NotThere, match=r"no node 'lamp2'; it has controller, lamp1\.(.|\n)*no room"):
        house.driver("lamp2", "ST")
    with pytest.raises(NotThere, match="no value of 'GV9'; it has ST"):
        house.driver("lamp1", "GV9")


def test_what_is_set_and_sent_while_offline_comes_afterwards(platform: Platform) -> None:
    house = platform.start(House)
    house.forget()
    with house.offline():
        assert not house.interface.connected
        for value in (1, 2, 3):
            house.controller.setDriver("GV1", value)
        house.controller.addCustomParam({"late": "1"})
        house.command("lamp1", "SET", 9)
        assert house.params == {}
    assert [report for report in house.reports if report.driver == "GV1"] == [Report("controller", "GV1", "3", "56")]
    assert house.params == {"late": "1"}
    assert house.driver("lamp1", "ST") == "9"


def test_a_restart_keeps_what_the_platform_keeps_and_forgets_the_rest(platform: Platform) -> None:
    house = platform.start(House)
    first = house.controller
    house.oauth(code="abc")
    house.command("lamp1", "SET", 30)
    house.restart()
    assert first.heard[-1] == "stop"
    assert house.controller is not first
    assert house.controller.polyConfig["customData"] == {"token": "abc"}
    assert house.controller.nodes["lamp1"].getDriver("ST") == "30"
    house.command("lamp1", "SET", 31)
    assert house.driver("lamp1", "ST") == "31"


def test_a_value_that_comes_before_its_node_is_not_lost(platform: Platform) -> None:
    house = platform.start(House)
    house.interface.send({"status": {"address": "lamp2", "driver": "ST", "value": "9", "uom": "51"}})
    platform.settle()
    house.discover()
    assert house.driver("lamp2", "ST") == "9"


def test_removal_tells_it_and_stops_it(platform: Platform) -> None:
    house = platform.start(House)
    controller = house.controller
    house.delete()
    assert controller.heard == ["delete", "stop"]
    assert not house.running


def test_what_it_asks_of_the_platform_is_seen(platform: Platform) -> None:
    house = platform.start(House)
    house.interface.restart()
    platform.settle()
    assert house.wishes == ["restart"]


def test_the_log_is_heard(platform: Platform, caplog: pytest.LogCaptureFixture) -> None:
    house = platform.start(House)
    house.command("lamp1", "UNKNOWN")
    assert "WARNING lamp1 has no command UNKNOWN." in house.log
    assert "lamp1 has no command UNKNOWN." in caplog.messages
