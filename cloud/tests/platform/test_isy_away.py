"""An ISY that is off, slow, failing or taken: NodeServers run on, and it gets everything once it can."""

import pytest

from pgc.isy.errors import SlotOccupied
from pgc.nodeservers.states import State

from .home import PATIENCE, Home, Neighbour
from .programs import COUNTS, OBEYS, PROFILE

FOREIGN = {"name": "Hers", "ip": "10.0.0.9", "port": "3000", "baseurl": "/ns/3", "nsuser": "polyglot"}


async def test_an_isy_that_is_off_at_the_start_is_set_up_when_it_is_back(home: Home) -> None:
    nodeserver = await home.add(home.write("early", OBEYS, PROFILE, profile_version="1"), slot=3)
    await home.sim.faults.offline()
    await home.start(nodeserver)
    await home.said(nodeserver, "slot 3 will be set up when it answers")
    assert not home.sim.state.connections
    await home.sim.faults.online()
    await home.shows("n003_controller", "ST", "1")
    assert home.sim.state.connections[3].name == "early"
    await home.said(nodeserver, "the profile (3 files) is on the ISY")
    assert len(home.sim.state.profiles[3].files) == 3
    await home.sim.send_command("n003_controller", "SET", 7, 56)
    await home.shows("n003_controller", "GV1", "7")


async def test_a_platform_that_starts_while_the_isy_is_off_runs_its_nodeservers(home: Home) -> None:
    worker = (await home.run("counts", COUNTS, slot=3)).worker
    await home.shows("n003_controller", "ST", "1")
    await home.switch_off()
    await home.sim.faults.offline()
    await home.switch_on()
    nodeserver = home.platform.manager.get(worker)
    await home.until(nodeserver, State.RUNNING)
    await home.said(nodeserver, "cannot connect to the ISY")
    await home.sim.faults.online()
    await Neighbour(home, nodeserver).is_counting()


async def test_a_slow_isy_gets_the_newest_values(home: Home) -> None:
    home.sim.faults.latency = 0.3
    await home.run("obeys", OBEYS, slot=3)
    await home.sim.until(lambda state: "n003_controller" in state.nodes, PATIENCE)
    await home.sim.send_command("n003_controller", "FAST", 500)
    await home.shows("n003_controller", "GV1", "500")
    await home.shows("n003_controller", "GV2", "1000")
    assert len(_reports(home, "GV1")) < 20, "while one report is on its way, the others coalesce"


async def test_an_isy_that_answers_500_for_a_while_gets_everything_in_the_end(home: Home) -> None:
    nodeserver = await home.add(home.write("obeys", OBEYS, PROFILE), slot=3)
    await home.start(nodeserver)
    await home.shows("n003_controller", "ST", "1")
    home.sim.faults.fail_next(500, 3)
    await home.sim.send_command("n003_controller", "FAST", 20)
    await home.shows("n003_controller", "GV1", "20")
    await home.shows("n003_controller", "GV2", "40")
    await home.said(nodeserver, "the ISY answers again")
    assert (nodeserver.state, nodeserver.reason) == (State.RUNNING, "")


async def test_an_isy_that_answers_500_at_the_start_is_set_up_all_the_same(home: Home) -> None:
    nodeserver = await home.add(home.write("obeys", OBEYS, PROFILE), slot=3)
    home.sim.faults.fail_next(500, 2)
    await home.start(nodeserver)
    await home.shows("n003_controller", "ST", "1")
    assert home.sim.state.connections[3].name == "obeys"


async def test_an_isy_that_goes_off_in_the_middle_gets_the_newest_of_every_driver(home: Home) -> None:
    nodeserver = await home.run("obeys", OBEYS, slot=3)
    await home.shows("n003_controller", "ST", "1")
    run = nodeserver.run
    await home.sim.faults.offline()
    await home.sim.send_command("n003_controller", "FAST", 3000)
    await home.said(nodeserver, "set all")
    await home.said(nodeserver, "the ISY does not answer")
    await home.sim.faults.online()
    await home.shows("n003_controller", "GV1", "3000")
    await home.shows("n003_controller", "GV2", "6000")
    await home.shows("n003_controller", "GV3", "3000")
    assert len(_reports(home, "GV1")) < 20
    await home.said(nodeserver, "the ISY answers again")
    assert nodeserver.run is run


async def test_a_slot_that_belongs_to_someone_else_is_never_written_over(home: Home, neighbour: Neighbour) -> None:
    home.sim.state.set_connection(3, FOREIGN)
    foreign = home.sim.state.connections[3]
    nodeserver = await home.add(home.write("intruder", COUNTS), slot=3)
    with pytest.raises(SlotOccupied):
        await home.platform.manager.start(nodeserver.worker)
    assert nodeserver.state is State.FAILED
    assert nodeserver.reason == "slot 3 of the ISY is occupied by Hers (10.0.0.9:3000/ns/3)"
    await home.platform.manager.remove(nodeserver.worker)
    assert home.sim.state.connections[3] is foreign
    assert not [record for record in home.sim.requests if "/ns/3/" in record.path and "set/network" in record.path]
    await neighbour.is_well()


async def test_without_a_wish_a_nodeserver_gets_a_slot_that_nobody_has(home: Home) -> None:
    home.sim.state.set_connection(1, FOREIGN)
    assert (await home.add(home.write("first", COUNTS))).slot == 2
    assert (await home.add(home.write("second", COUNTS))).slot == 3


def _reports(home: Home, driver: str) -> list[str]:
    return [record.path for record in home.sim.requests if f"/report/status/{driver}/" in record.path]
