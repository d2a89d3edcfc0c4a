"""A script for a NodeServer that does what NodeServers do, well and badly: its program, and what is done to it."""

from typing import Any

Step = tuple[Any, ...]
"""A method of a stage, without its underscore, and its arguments."""

PROGRAM = """
import pgc_interface as polyinterface

SEEN = ("customParams", "customData", "notices", "typedParams", "typedCustomData", "customParamsDoc", "shortPoll",
        "longPoll", "profileNum", "worker", "name", "firstRun", "profileVersion", "rev")


class Lamp(polyinterface.Node):
    id = "lamp"
    hint = [1, 2, 9, 1]
    drivers = [{"driver": "ST", "value": 0, "uom": 51}, {"driver": "GV1", "value": 12.50, "uom": 56}]

    def start(self):
        self.controller.done("start of " + self.address)

    def set(self, command):
        self.setDriver("ST", command["value"])
        self.setDriver("GV1", len(command["query"]))
        self.controller.done("set")

    def query(self, command=None):
        if self.controller.polls:
            raise RuntimeError("the lamp does not answer")
        self.reportDrivers()

    commands = {"SET": set}


class Mine(polyinterface.Controller):
    drivers = [{"driver": name, "value": 0, "uom": 56} for name in ("GV1", "GV2")] + [
        {"driver": "ST", "value": 1, "uom": 2}
    ]
    polls = 0

    def start(self):
        self.poly.onConfig(self.follow)
        self.addNotice({"welcome": "<b>hi</b>", "passing": "soon gone"})
        self.addCustomParam({"user": "", "tries": 3})
        self.addCustomParam({"second": [1, {"a": None}]})
        self.poly.save_typed_params([{"name": "port", "title": "Port", "type": "NUMBER"}])
        self.poly.add_custom_config_docs("# Page")
        early = Lamp(self, self.address, "early", "Early <&> lamp")
        early.setDriver("ST", 7)
        self.addNode(early)
        self.addNode(Lamp(self, self.address, "fifteen_letters", "Too long"))
        self.addNode(Lamp(self, self.address, "Upper", "Upper case"))

    def follow(self, config):
        if config["customParams"].get("user") == "bob" and not self.getNotice("seen"):
            self.addNotice({"seen": "bob"})
            self.done("followed")

    def shortPoll(self):
        self.polls += 1
        self.setDriver("GV2", self.polls)
        self.done("poll")

    def oauth(self, oauth):
        self.saveCustomData({"token": oauth["code"], "more": {"1": [1.5, "x"]}})
        self.done("oauth")

    def webhook(self, call):
        self.addNotice({"called": call["body"]})
        self.done("webhook")
        return {"status": 202}

    def refused(self, command):
        self.setDriver("GV1", "dim")
        self.setDriver("GV1", True)
        self.saveCustomData({"large": "x" * 600000})
        self.reportCmd("DON", "dim", 51)
        self.done("refused")

    def exchange(self, command):
        self.delNode("early")
        self.removeNotice("welcome")
        self.removeCustomParam("second")
        self.poly.saveNotices({**self.getNotices(), "whole": "x"})
        self.poly.send({"status": {"address": "late", "driver": "GV1", "value": "77", "uom": "56"}})
        self.poly.outbox.flush()
        self.addNode(Lamp(self, self.address, "late", "Late"))

    def dump(self, command):
        config = {key: self.polyConfig.get(key) for key in SEEN}
        config["rev"] = {name: count for name, count in config["rev"].items() if name != "seq"}
        config["nodes"] = {
            address: {key: value for key, value in node.items() if not key.startswith("time")}
            for address, node in self.polyConfig["nodes"].items()
        }
        config["worker"] = len(config["worker"])
        self.saveCustomData({"config": config})
        self.done("dump")

    def fail(self, command):
        raise RuntimeError("this one always fails")

    def done(self, what):
        print("done:", what, flush=True)
        self.reportCmd("DONE")

    commands = {"REFUSED": refused, "EXCHANGE": exchange, "DUMP": dump, "FAIL": fail}


poly = polyinterface.Interface("Mine")
poly.start()
Mine(poly).runForever()
"""
PROFILE = {
    "profile/nodedef/nodedefs.xml": (
        '<nodeDefs><nodeDef id="controller" nls="c"><sts><st id="ST" editor="N"/><st id="GV1" editor="N"/>'
        '<st id="GV2" editor="N"/></sts><cmds><sends/><accepts/></cmds></nodeDef><nodeDef id="lamp" nls="l"><sts>'
        '<st id="ST" editor="N"/><st id="GV1" editor="N"/></sts><cmds><sends/><accepts/></cmds></nodeDef></nodeDefs>'
    ),
    "profile/editor/editors.xml": '<editors><editor id="N"><range uom="56" min="0" max="100"/></editor></editors>',
    "profile/nls/en_us.txt": "ND-controller-NAME = Contract\n",
}
SERVER = {"shortPoll": "3600", "longPoll": "7200", "profile_version": "1.0"}
STEPS: list[Step] = [
    ("see",),
    ("command", "early", "SET", "80.50", 51, {}),
    ("command", "early", "SET", "3", None, {"level.uom51": "20", "rate.uom56": "1"}),
    ("query", "early"),
    ("change", {"patchparams": {"set": {"user": "bob"}}}),
    ("change", {"patchparams": {"unset": ["tries"]}}),
    ("change", {"patchnotices": {"unset": ["passing"]}}),
    ("typed", {"port": 8080}),
    ("change", {"polls": {"shortPoll": 1800}}),
    ("send", {"oauth": {"code": "abc", "state": "s"}}),
    ("send", {"webhook": {"id": "w1", "body": "ping"}}),
    ("send", {"shortPoll": {}}),
    ("command", "controller", "FAIL", None, None, {}),
    ("command", "controller", "REFUSED", None, None, {}),
    ("query", "early"),
    ("command", "controller", "EXCHANGE", None, None, {}),
    ("restart",),
    ("command", "late", "SET", "1", 51, {}),
    ("command", "controller", "DUMP", None, None, {}),
]
