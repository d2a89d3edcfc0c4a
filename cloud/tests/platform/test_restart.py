"""A platform that is stopped in good order and started again: everything is as it was."""

from pgc.nodeservers.states import State

from .home import Home
from .programs import OBEYS, program

KEEPS = program("""
    class Child(Node):
        id = "child"
        drivers = [{"driver": "ST", "value": 0, "uom": 56}]

    class Mine(Controller):
        drivers = [
            {"driver": "ST", "value": 1, "uom": 2},
            {"driver": "GV1", "value": 0, "uom": 56},
            {"driver": "GV2", "value": 0, "uom": 56},
        ]

        def start(self):
            config = self.polyConfig
            print("found", config["customData"], config["customParams"], config["notices"], sorted(config["nodes"]))
            runs = config["customData"].get("runs", 0) + 1
            self.saveCustomData({"runs": runs, "deep": {"list": [1, None, "x"]}})
            self.addCustomParam({"place": "home"})
            self.addNotice({"hello": "A <b>notice</b>"})
            child = self.addNode(Child(self, self.address, "child", "Child"))
            child.setDriver("ST", 12.5)
            self.setDriver("GV1", 42)
            self.setDriver("GV2", runs)
""")


async def test_what_was_wanted_starts_again_with_all_that_it_kept(home: Home) -> None:
    keeps = await home.run("keeps", KEEPS, slot=3)
    rests = await home.run("rests", OBEYS, slot=4)
    await home.said(keeps, "found {} {} {}")
    await home.shows("n003_controller", "GV2", "1")
    await home.shows("n003_controller", "GV1", "42")
    await home.shows("n003_child", "ST", "12.5")
    await home.shows("n004_controller", "ST", "1")
    await home.platform.manager.stop(rests.worker)
    await home.switch_off()
    assert (home.held("n003_controller", "ST"), home.held("n004_controller", "ST")) == ("0", "0")
    home.sim.requests.clear()

    await home.switch_on()
    again = home.platform.manager.get(keeps.worker)
    await home.until(again, State.RUNNING)
    found = "{'runs': 1, 'deep': {'list': [1, None, 'x']}} {'place': 'home'} {'hello': 'A <b>notice</b>'}"
    await home.said(again, f"found {found} ['child', 'controller']")
    await home.shows("n003_controller", "GV2", "2")
    assert home.platform.manager.get(rests.worker).state is State.STOPPED

    await home.switch_off()
    sent = {record.path.split("/nodes/")[1] for record in home.sim.requests if "/report/status/" in record.path}
    values = {path for path in sent if "/ST/" not in path or "child" in path}
    assert values == {"n003_controller/report/status/GV2/2/56"}, "what the ISY holds already is not sent again"
    assert home.held("n003_child", "ST") == "12.5"
    assert not [record for record in home.sim.requests if "set/network" in record.path]
