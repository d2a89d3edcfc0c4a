"""One NodeServer's doings, said to the originals and to ours alike; each step's frames are compared.

`home` is its Controller and `light` a node of it; `hear` gives it a frame of the platform, `module` is the SDK.
"""

# ruff: noqa: RUF012 - NodeServers write their drivers and commands so


def common():
    """What all three have."""
    return {
        "a node is added": lambda on: on.home.addNode(on.light),
        "a value is set": lambda on: on.light.setDriver("ST", 50),
        "a value is forced": lambda on: on.light.setDriver("ST", 50, True, True),
        "a value with another unit": lambda on: on.light.setDriver("ST", 12.5, uom=17),
        "a value that is not reported": lambda on: on.light.setDriver("GV1", 3, report=False),
        "a driver that is not there": lambda on: on.light.setDriver("GV9", 1),
        "all drivers are reported": lambda on: on.light.reportDrivers(),
        "a command": lambda on: on.light.reportCmd("DON"),
        "a command with a value": lambda on: on.light.reportCmd("DON", 5, 51),
        "a query of one node": lambda on: on.hear({"query": {"address": "light"}}),
        "a status of all nodes": lambda on: on.hear({"status": {"address": "all"}}),
        "a command that sets a driver": lambda on: on.hear(
            {"command": {"address": "light", "cmd": "DON", "query": {}}}
        ),
        "data": lambda on: on.home.saveCustomData({"a": 1, "b": [1, 2.5, None, True, {"c": "ü"}]}),
        "a param": lambda on: on.home.addCustomParam({"p": "1", "q": "2"}),
        "a param less": lambda on: on.home.removeCustomParam("p"),
        "all params, in place of those that were read": lambda on: (
            on.poly.config["customParams"],
            on.poly.saveCustomParams({"x": "y"}),
        ),
        "a restart": lambda on: on.poly.restart(),
        "a message of its own": lambda on: on.poly.send({"customdata": {"sent": "by hand"}}),
        "a node is removed": lambda on: on.home.delNode("light"),
    }


def pgc():
    failing = {"address": "light", "cmd": "BAD", "query": {"requestId": "8"}}
    return {
        **common(),
        "a notice": lambda on: on.home.addNotice({"n": "text", "m": "more"}),
        "no notices": lambda on: on.home.removeNoticesAll(),
        "polls": lambda on: on.poly.updatePollsInPG({"shortPoll": 5, "longPoll": 10}),
        "the profile": lambda on: on.poly.installprofile(),
        "a request that is met": lambda on: on.hear(
            {"command": {"address": "controller", "cmd": "DON", "query": {"requestId": "7"}}}
        ),
        "a request that fails": lambda on: (on.home.addNode(on.light), on.hear({"command": failing})),
    }


def polyglot_2():
    return {
        **common(),
        "a notice": lambda on: on.home.addNotice("text", "n"),
        "notices by their keys": lambda on: on.home.addNotice({"m": "more", "o": "other"}),
        "a notice less": lambda on: on.home.removeNotice("n"),
        "no notices": lambda on: on.home.removeNoticesAll(),
        "typed params": lambda on: on.poly.save_typed_params({"name": "item", "title": "Item", "isList": True}),
        "config docs": lambda on: on.poly.add_custom_config_docs("<b>more</b>"),
        "the profile": lambda on: on.poly.installprofile(),
        "a profile of another version": lambda on: on.poly.get_server_data(check_profile=True),
    }


def nodeserver(module):
    """The classes of the NodeServer, made of this SDK's."""

    class Light(module.Node):
        id = "light"
        drivers = [{"driver": "ST", "value": 0, "uom": 78}, {"driver": "GV1", "value": 2.5, "uom": 56}]

        def on(self, command):
            self.setDriver("ST", 100)

        def fail(self, command):
            raise ValueError("on purpose")

        commands = {"DON": on, "BAD": fail}

    class Home(module.Controller):
        id = "controller"

        def on(self, command):
            pass

        commands = {"DON": on}

    return Home, Light
