"""NodeServers that crash, flood, or do not want to end: a plain reason where the owner looks, and no harm beside."""

import asyncio

import pytest

from pgc.api.shapes import NodeServerShape
from pgc.nodeservers.states import State

from .home import PATIENCE, Home, Neighbour, left_running
from .programs import program

CRASHES_AT_IMPORT = "import a_module_that_nobody_has\n"
CRASHES_LATER = program("""
    class Mine(Controller):
        def __init__(self, poly):
            super().__init__(poly)
            raise KeyError("no such thing")
""")
FLOODS_DRIVERS = program("""
    class Mine(Controller):
        drivers = [{"driver": "ST", "value": 1, "uom": 2}, {"driver": "GV1", "value": 0, "uom": 56}]

        def start(self):
            n = 0
            while True:
                n += 1
                self.setDriver("GV1", n)
""")
FLOODS_LOG = program("""
    class Mine(Controller):
        def start(self):
            while True:
                print("x" * 500)
                pgc_interface.LOGGER.error("y" * 500)
""")
ADDS_LONG = program("""
    class Lamp(Node):
        id = "lamp"
        drivers = [{"driver": "ST", "value": 0, "uom": 51}]

    class Mine(Controller):
        drivers = [{"driver": "ST", "value": 1, "uom": 2}, {"driver": "GV1", "value": 0, "uom": 56}]

        def start(self):
            self.addNode(Lamp(self, self.address, "fifteen_letters", "Too long"))
            self.addNode(Lamp(self, self.address, "short", "Short"))
""")
IGNORES_STOP = program("""
    class Deaf(pgc_interface.Interface):
        def request_stop(self, reason):
            print("not now", flush=True)

    pgc_interface.Interface = Deaf

    class Mine(Controller):
        def start(self):
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
            if os.fork() == 0:
                os.setsid()
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                time.sleep(600)
            print("deaf", flush=True)
            while True:
                time.sleep(600)

    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
""")
BLOCKS = program("""
    class Mine(Controller):
        def start(self):
            print("blocking", flush=True)
            threading.Event().wait()
""")

HANGS = program("""
    pgc_interface.watch.SLOW, pgc_interface.link.TICK = 0.2, 0.05

    class Mine(Controller):
        def hang(self, command):
            threading.Event().wait()  # for ever

        commands = {"HANG": hang}
""")


async def test_a_crash_at_import_tells_its_exception(home: Home, neighbour: Neighbour) -> None:
    nodeserver = await home.add(home.write("broken", CRASHES_AT_IMPORT), slot=1)
    await home.platform.manager.start(nodeserver.worker)
    await home.until(nodeserver, State.CRASHED)
    assert "exit code 1" in nodeserver.reason
    assert "ModuleNotFoundError: No module named 'a_module_that_nobody_has'" in nodeserver.reason
    await home.said(nodeserver, "Traceback (most recent call last)")
    await neighbour.is_well()


async def test_a_crash_of_the_script_after_the_start_tells_its_exception(home: Home) -> None:
    nodeserver = await home.add(home.write("broken", CRASHES_LATER), slot=1)
    await home.platform.manager.start(nodeserver.worker)
    await home.until(nodeserver, State.CRASHED)
    assert "exit code 1" in nodeserver.reason
    assert "no such thing" in nodeserver.reason


async def test_a_flood_of_values_takes_nothing_from_a_neighbour(home: Home, neighbour: Neighbour) -> None:
    flooder = await home.run("flooder", FLOODS_DRIVERS, slot=1)
    await home.sim.until(lambda _state: int(home.held("n001_controller", "GV1") or 0) > 1000, PATIENCE)
    await neighbour.is_well()
    await home.platform.manager.stop(flooder.worker)
    assert (flooder.state, flooder.reason) == (State.STOPPED, "")


async def test_a_flood_of_log_lines_takes_nothing_from_a_neighbour(home: Home, neighbour: Neighbour) -> None:
    flooder = await home.run("flooder", FLOODS_LOG, slot=1)
    await home.said(flooder, "lines are left out here: too many")
    await neighbour.is_well()
    await home.platform.manager.stop(flooder.worker)
    assert flooder.state is State.STOPPED
    assert flooder.journal.entries()[-1].text.startswith("stopped")


async def test_an_address_that_is_too_long_is_told_and_the_others_are_added(home: Home) -> None:
    nodeserver = await home.run("long", ADDS_LONG, slot=1)
    reason = "the node's address 'fifteen_letters' is 15 characters long; an ISY takes at most 14"
    platform = await home.said(nodeserver, f"node fifteen_letters was not added: {reason}")
    assert (platform.logger, platform.level) == ("platform", "ERROR")
    result = await home.said(nodeserver, f"The node fifteen_letters was not added: {reason}")
    assert (result.logger, result.level) == ("pgc_interface.controller", "ERROR")
    await home.sim.until(lambda state: "n001_short" in state.nodes, PATIENCE)
    assert set(home.sim.state.nodes) == {"n001_controller", "n001_short"}


@pytest.mark.parametrize("stop_grace", [1.0])
async def test_one_that_ignores_every_stop_is_ended_after_its_grace(home: Home, neighbour: Neighbour) -> None:
    deaf = await home.run("deaf", IGNORES_STOP, slot=1)
    await home.said(deaf, "deaf")
    assert deaf.run is not None
    folder = home.settings.run_folder / deaf.run.process.id
    await home.platform.manager.stop(deaf.worker)
    await home.said(deaf, "not now")
    await home.said(deaf, "it did not stop within 1 seconds and is ended")
    assert deaf.state is State.STOPPED
    assert "killed by signal 9" in deaf.reason or "137" in deaf.reason
    assert not folder.exists()
    assert await left_running(folder) == []
    await neighbour.is_well()


async def test_a_start_that_blocks_for_ever_stops_cleanly(home: Home) -> None:
    nodeserver = await home.run("blocking", BLOCKS, slot=1)
    await home.said(nodeserver, "blocking")
    async with asyncio.timeout(PATIENCE):
        await home.platform.manager.stop(nodeserver.worker)
    assert nodeserver.last_exit is not None
    assert nodeserver.last_exit.code == 0
    assert (nodeserver.state, nodeserver.reason) == (State.STOPPED, "")


async def test_a_handler_that_does_not_return_is_named_with_its_line_shown_and_no_hindrance_to_a_stop(
    home: Home,
) -> None:
    """Ten seconds are shorter for this NodeServer, and it is looked at more often."""
    nodeserver = await home.run("hangs", HANGS, slot=1)
    await home.shows("n001_controller", "ST", "1")
    await home.sim.send_command("n001_controller", "HANG")
    entry = await home.said(nodeserver, "controller HANG has not returned")
    assert (entry.level, entry.logger) == ("WARNING", "pgc_interface.watch")
    assert ", in hang: threading.Event().wait()  # for ever" in entry.text
    async with asyncio.timeout(PATIENCE):
        while not (handler := NodeServerShape.of(nodeserver).handler):  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0.01)
    assert (handler.name, handler.stuck) == ("controller HANG", False)
    await home.platform.manager.stop(nodeserver.worker)
    assert (nodeserver.state, nodeserver.reason) == (State.STOPPED, "")


async def test_one_that_is_stopped_before_it_has_connected_need_not_use_up_its_grace(home: Home) -> None:
    nodeserver = await home.add(home.write("blocking", BLOCKS), slot=1)
    await home.platform.manager.start(nodeserver.worker)
    await home.platform.manager.stop(nodeserver.worker)
    assert nodeserver.state is State.STOPPED
    assert not any("did not stop within" in entry.text for entry in nodeserver.journal.entries())
