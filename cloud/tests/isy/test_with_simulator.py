"""The whole ISY side against the simulated ISY: slots, nodes, values, queries, and an ISY that fails under it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from pgc.isy import profile, slots
from pgc.isy.client import Connection, IsyClient, IsyLogin
from pgc.isy.errors import SlotOccupied
from pgc.isy.ingress import Ingress
from pgc.isy.isy import Isy
from pgc.isy.profile import ProfileFile, ProfileKind
from pgc.isy.reporter import NewNode, Reporter
from pgc.isy.slots import SlotLogin
from pgc.simulator.server import SimulatedIsy

from .conftest import Told

LOGIN = SlotLogin("u-7f3a", "slot's own")
CTL = NewNode("ctl", "Controller", "ctl", "ctl")
CHILD = NewNode("child", "Child", "ctl", "ctl", hint="0x01020304")
FILES = [
    ProfileFile(
        ProfileKind.NODEDEF,
        "nodedefs.xml",
        b'<nodeDefs><nodeDef id="ctl" nls="ctl"><editors/><sts><st id="ST" editor="b"/><st id="GV1" editor="n"/></sts>'
        b'<cmds><sends><cmd id="DON"/></sends><accepts><cmd id="DON"/></accepts></cmds></nodeDef></nodeDefs>',
    ),
    ProfileFile(
        ProfileKind.EDITOR,
        "editors.xml",
        b'<editors><editor id="b"><range uom="2" subset="0,1"/></editor>'
        b'<editor id="n"><range uom="56" min="0" max="100000" prec="1"/></editor></editors>',
    ),
    ProfileFile(ProfileKind.NLS, "en_us.txt", b"ND-ctl-NAME = Controller"),
]


@pytest.fixture
async def isy(simulator: SimulatedIsy, told: Told) -> AsyncIterator[Isy]:
    isy = Isy("home", "Home", IsyLogin(simulator.url, "admin", "admin"), told)
    await isy.start()
    yield isy
    await isy.stop()


class Answering:
    """A router that reports a value for each query and answers as it is told."""

    def __init__(self, reporter: Reporter) -> None:
        self.success = True
        self._reporter = reporter

    def slot_login(self, isy: str, slot: int) -> SlotLogin | None:
        return LOGIN if (isy, slot) == ("home", 3) else None

    async def query(self, isy: str, slot: int, address: str, request_id: str | None) -> None:
        self._reporter.report(slot, address, "GV1", "12.5", "56", force=True)
        if request_id is not None:
            await self._reporter.answer(slot, request_id, self.success)

    async def status(self, isy: str, slot: int, address: str, request_id: str | None) -> None:
        await self.query(isy, slot, address, request_id)

    async def command(
        self, isy: str, slot: int, address: str, cmd: str, value: str | None, uom: str | None, query: dict[str, str]
    ) -> None:
        self._reporter.report(slot, address, "GV1", value or "0", uom or "56")


@pytest.fixture
async def router(isy: Isy) -> Answering:
    return Answering(isy.reporter)


@pytest.fixture
async def installed(isy: Isy, router: Answering) -> AsyncIterator[Isy]:
    """Slot 3 is ours, with a profile and two nodes."""
    ingress = Ingress("127.0.0.1", 0, router)
    await ingress.start()
    url = slots.callback_url(ingress.url, "home", 3)
    await slots.register(isy.client, 3, name="My NodeServer", callback_url=url, login=LOGIN)
    await profile.upload(isy.client, 3, FILES)
    for node in (CTL, CHILD):
        assert (await isy.reporter.add_node(3, node)).success
    yield isy
    await ingress.stop()


async def test_version_is_known_after_the_start(isy: Isy, simulator: SimulatedIsy) -> None:
    assert isy.version
    assert isy.version in str(simulator.identity)


async def test_an_isy_that_is_off_at_the_start_tells_its_version_later(simulator: SimulatedIsy, told: Told) -> None:
    await simulator.faults.offline()
    isy = Isy("home", "Home", IsyLogin(simulator.url, "admin", "admin"), told)
    await isy.start()
    assert isy.version == ""
    asking = next(task for task in asyncio.all_tasks() if task.get_name() == "version of ISY home")
    await told.until(lambda: bool(told.online))
    await simulator.faults.online()
    await asyncio.wait_for(asking, 10)
    assert isy.version
    await isy.stop()


async def test_a_query_is_answered_with_its_real_result_after_its_reports(
    installed: Isy, router: Answering, simulator: SimulatedIsy
) -> None:
    assert await simulator.query("n003_child") is True
    node = simulator.state.nodes["n003_child"]
    assert "GV1" in str(node), "the value is there before the answer"
    router.success = False
    assert await simulator.query("n003_ctl") is False
    assert await simulator.query_status("n003_ctl") is False


async def test_a_command_of_the_isy_changes_a_driver_there(installed: Isy, told: Told, simulator: SimulatedIsy) -> None:
    assert await simulator.send_command("n003_ctl", "DON", 42, 56) == 200
    await told.until(lambda: (3, "ctl", "GV1", "42", "56") in told.confirmed)


async def test_a_driver_that_is_not_in_the_nodedef_is_refused(installed: Isy, told: Told) -> None:
    installed.reporter.report(3, "ctl", "GV9", "1", "56")
    await told.until(lambda: bool(told.refused or told.confirmed))
    assert [(driver, "404" in reason) for _, _, driver, _, reason in told.refused] == [("GV9", True)]


async def test_nodes_are_removed_in_the_isys_order(installed: Isy) -> None:
    refused = await installed.reporter.remove_node(3, "ctl")
    assert (refused.success, refused.status) == (False, 403)
    assert "primary of other nodes" in (refused.reason or "")
    assert (await installed.reporter.remove_node(3, "child")).success
    assert (await installed.reporter.remove_node(3, "ctl")).success
    assert (await installed.reporter.remove_node(3, "ctl")).success, "what is not there counts as removed"


async def test_adding_a_node_twice(installed: Isy) -> None:
    assert (await installed.reporter.add_node(3, CHILD)).status == 400
    assert (await installed.reporter.add_node(3, CHILD)).success


@pytest.mark.parametrize("fault", ["slow", "off", "answers 500", "drops the connection after applying"])
async def test_the_newest_value_ends_at_the_isy_whatever_happens(
    installed: Isy, told: Told, simulator: SimulatedIsy, fault: str
) -> None:
    installed.reporter.report(3, "ctl", "GV1", "0", "56")
    await told.until(lambda: bool(told.confirmed))
    if fault == "slow":
        simulator.faults.latency = 0.02
    elif fault == "off":
        await simulator.faults.offline()
    elif fault == "answers 500":
        simulator.faults.fail_next(500, 2)
    else:
        simulator.faults.drop_next(4)
    for value in range(1, 200):
        installed.reporter.report(3, "ctl", "GV1", str(value), "56")
        installed.reporter.report(3, "child", "GV1", str(value), "56")
        await asyncio.sleep(0)
    await simulator.faults.online()
    newest = {(3, address, "GV1", "199", "56") for address in ("ctl", "child")}
    await told.until(lambda: newest <= set(told.confirmed))
    assert told.confirmed[-1][3] == "199"


async def test_a_slot_of_someone_else_is_not_written_over(isy: Isy) -> None:
    theirs = Connection(3, "Rachio", "10.0.0.9", 3000, "/ns/3", "polyglot")
    await isy.client.set_connection(3, theirs, "x")
    with pytest.raises(SlotOccupied, match=r"slot 3 of the ISY is occupied by Rachio \(10\.0\.0\.9:3000/ns/3\)"):
        await _register(isy.client)
    await slots.release(isy.client, 3, "http://127.0.0.1:8090/isy/home/3")
    assert await isy.client.connection(3) == theirs


async def test_another_nodeserver_of_ours_in_the_slot_gets_its_own_login(isy: Isy) -> None:
    await _register(isy.client)
    await _register(isy.client, login=SlotLogin("u-other", "x"))
    found = await isy.client.connection(3)
    assert found is not None
    assert found.user == "u-other"


async def test_our_own_slot_follows_a_new_name_and_place_and_is_left_alone_otherwise(
    isy: Isy, simulator: SimulatedIsy
) -> None:
    await _register(isy.client)
    written = _writes(simulator)
    await _register(isy.client)
    assert _writes(simulator) == written == 1
    await _register(isy.client, name="Renamed", url="http://127.0.0.2:8091/isy/home/3")
    found = await isy.client.connection(3)
    assert found is not None
    assert (found.name, found.host, found.port) == ("Renamed", "127.0.0.2", 8091)
    await slots.release(isy.client, 3, "http://127.0.0.1:8092/isy/home/3")  # our port has changed meanwhile
    await slots.release(isy.client, 3, "http://127.0.0.1:8092/isy/home/3")
    assert await isy.client.connection(3) is None


async def _register(
    client: IsyClient,
    name: str = "My NodeServer",
    url: str = "http://127.0.0.1:8090/isy/home/3",
    login: SlotLogin = LOGIN,
) -> None:
    await slots.register(client, 3, name=name, callback_url=url, login=login)


def _writes(simulator: SimulatedIsy) -> int:
    return sum("set/network" in str(request) for request in simulator.requests)
