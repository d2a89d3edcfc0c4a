"""The everyday way between an ISY, its NodeServers and their owner."""

import pytest

from pgc.errors import PgcError
from pgc.nodeservers.states import State
from pgc.platform import Platform
from pgc.simulator.commands import Param
from pgc_interface import wire

from .home import PATIENCE, Home
from .programs import OBEYS, PROFILE, program

FAMILY = program("""
    class Child(Node):
        id = "child"
        drivers = [{"driver": "ST", "value": 3, "uom": 56}]

    class Mine(Controller):
        def start(self):
            for n in (1, 2):
                self.addNode(Child(self, self.address, f"child{n}", f"Child {n}"))
""")
CANNOT_TELL = program("""
    class Mine(Controller):
        def query(self):
            raise RuntimeError("the device does not answer")
""")
LISTENS = program("""
    class Mine(Controller):
        drivers = [{"driver": "ST", "value": 1, "uom": 2}, {"driver": "GV1", "value": 0, "uom": 56}]
        polls = 0

        def __init__(self, poly):
            super().__init__(poly)
            poly.onConfig(lambda config: print("params", sorted(config["customParams"].items()), flush=True))

        def start(self):
            self.addCustomParam({"mine": "1"})

        def shortPoll(self):
            self.polls += 1
            self.setDriver("GV1", self.polls)
""")


async def test_a_command_of_the_isy_changes_a_driver(home: Home) -> None:
    await home.run("obeys", OBEYS, slot=3)
    await home.shows("n003_controller", "ST", "1")
    assert await home.sim.send_command("n003_controller", "SET", "21.5", 56) == 200
    await home.shows("n003_controller", "GV1", "21.5")
    both = {"A": Param("4", 56), "B": Param("5", 56)}
    assert await home.sim.send_command("n003_controller", "BOTH", params=both) == 200
    await home.shows("n003_controller", "GV1", "4")
    await home.shows("n003_controller", "GV2", "5")


async def test_a_command_whose_function_fails_is_logged_and_the_next_one_works(home: Home) -> None:
    nodeserver = await home.run("obeys", OBEYS, slot=3)
    await home.shows("n003_controller", "ST", "1")
    await home.sim.send_command("n003_controller", "FAIL")
    assert (await home.said(nodeserver, "RuntimeError: this one always fails")).level == "ERROR"
    await home.sim.send_command("n003_controller", "SET", 1, 56)
    await home.shows("n003_controller", "GV1", "1")


async def test_the_isy_is_told_how_its_query_went(home: Home) -> None:
    obeys = await home.run("obeys", OBEYS, slot=3)
    await home.run("cannot tell", CANNOT_TELL, slot=4)
    await home.shows("n003_controller", "ST", "1")
    await home.shows("n004_controller", "ST", "1")
    assert await home.sim.query("n003_controller") is True
    assert await home.sim.query("n004_controller") is False
    await home.platform.manager.stop(obeys.worker)
    assert await home.sim.query("n003_controller") is False, "one that is stopped cannot answer"


async def test_two_nodeservers_on_one_isy_do_not_mix(home: Home) -> None:
    for slot in (3, 4):
        await home.run(f"obeys{slot}", OBEYS, slot=slot)
        await home.shows(f"n00{slot}_controller", "ST", "1")
    await home.sim.send_command("n003_controller", "SET", 33, 56)
    await home.sim.send_command("n004_controller", "SET", 44, 56)
    await home.shows("n003_controller", "GV1", "33")
    await home.shows("n004_controller", "GV1", "44")
    assert home.held("n003_controller", "GV1") == "33"
    logins = {home.sim.state.connections[slot].nsuser for slot in (3, 4)}
    assert len(logins) == 2


async def test_a_removal_clears_nodes_and_slot_and_leaves_the_others(home: Home) -> None:
    family = await home.add(home.write("family", FAMILY, PROFILE), slot=3)
    await home.start(family)
    await home.run("obeys", OBEYS, slot=4)
    await home.shows("n003_child2", "ST", "3")
    await home.shows("n003_child1", "ST", "3")
    await home.shows("n004_controller", "ST", "1")
    await home.platform.manager.remove(family.worker)
    assert list(home.sim.state.nodes) == ["n004_controller"]
    assert list(home.sim.state.connections) == [4]
    assert [nodeserver.slot for nodeserver in home.platform.manager.all()] == [4]


async def test_what_the_owner_changes_reaches_the_nodeserver_while_it_runs(home: Home) -> None:
    nodeserver = await home.run("listens", LISTENS, slot=3)
    await home.said(nodeserver, "params [('mine', '1')]")
    await home.platform.manager.change(nodeserver.worker, wire.Upstream(patchparams=wire.Patch(set={"hers": "2"})))
    await home.said(nodeserver, "params [('hers', '2'), ('mine', '1')]")
    await home.platform.manager.change(nodeserver.worker, wire.Upstream(patchparams=wire.Patch(unset=["mine"])))
    await home.said(nodeserver, "params [('hers', '2')]")
    assert home.held("n003_controller", "GV1") in (None, "0"), "it polls once a minute"
    await home.platform.manager.change(nodeserver.worker, wire.Upstream(polls=wire.Polls(shortPoll=1)))
    await home.shows("n003_controller", "GV1", "2")


async def test_one_that_asks_to_be_stopped_is_stopped(home: Home) -> None:
    code = program("""
        class Mine(Controller):
            def start(self):
                self.poly.send({"stop": {}})
    """)
    nodeserver = await home.add(home.write("shy", code), slot=3)
    await home.platform.manager.start(nodeserver.worker)
    await home.until(nodeserver, State.STOPPED)
    assert nodeserver.last_exit is not None
    assert nodeserver.last_exit.code == 0
    await home.sim.until(lambda _state: home.held("n003_controller", "ST") == "0", PATIENCE)


async def test_a_second_platform_on_the_same_folder_refuses_and_harms_nothing(home: Home) -> None:
    await home.run("obeys", OBEYS, slot=3)
    with pytest.raises(PgcError, match="another platform is running on") as refused:
        await Platform(home.settings, home.sandbox).__aenter__()
    assert "PGC_DATA_FOLDER" in refused.value.hint
    await home.shows("n003_controller", "ST", "1")
    await home.sim.send_command("n003_controller", "SET", 8, 56)
    await home.shows("n003_controller", "GV1", "8")


async def test_nodes_that_the_isy_lost_are_there_again_after_a_restart(home: Home) -> None:
    nodeserver = await home.run("obeys", OBEYS, slot=3)
    await home.shows("n003_controller", "ST", "1")
    home.sim.state.remove_node(3, "n003_controller")
    await home.platform.manager.restart(nodeserver.worker)
    await home.shows("n003_controller", "ST", "1")
