"""Nodes over HTTP: every row of the calls a NodeServer makes, with status and reason code."""

import pytest

from pgc.simulator import SimulatedIsy
from pgc.simulator.changes import Change, NodeAdded, NodeChanged, NodePart, NodeRemoved
from pgc.simulator.outcomes import Outcome, Reason

NS = "/rest/ns/1/nodes"


@pytest.fixture
async def home(client):
    """A controller with a child in slot 1, and a node in slot 2."""
    for address, primary, slot in (("n001_ctl", "n001_ctl", 1), ("n001_child", "n001_ctl", 1), ("n002_ctl", "", 2)):
        assert (await client.add(address, primary, slot=slot)).outcome == (200, None)


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("n001_new/add/ctl?name=N&primary=n001_ctl", (200, None)),
        ("n001_new/add/ctl?name=N", (200, None)),
        ("n001_abcdefghijklmn/add/ctl?name=N", (200, None)),
        ("n001_abcdefghijklmno/add/ctl?name=N", (400, 5002)),
        ("n001_Upper/add/ctl?name=N", (400, 5002)),
        ("n001_a-b/add/ctl?name=N", (400, 5002)),
        ("new/add/ctl?name=N", (400, 5002)),
        ("n002_new/add/ctl?name=N", (400, 5001)),
        ("n001_ctl/add/ctl?name=N", (400, 5004)),
        ("n001_new/add/c%20tl?name=N", (400, 5006)),
        ("n001_new/add/ctl", (400, 5007)),
        ("n001_new/add/ctl?name=%01", (400, 5007)),
        ("n001_new/add/ctl?name=N&primary=n002_ctl", (403, 5101)),
        ("n001_new/add/ctl?name=N&primary=nonsense", (403, 5102)),
        ("n001_new/add/ctl?name=N&primary=n001_none", (403, 5104)),
        ("n001_new/add/ctl?name=N&primary=n001_child", (403, 5105)),
        ("n001_child/remove", (200, None)),
        ("n001_ctl/remove", (403, 5106)),
        ("n001_none/remove", (403, 5003)),
        ("n002_ctl/remove", (400, 5001)),
        ("n001_child/change/other", (200, None)),
        ("n001_child/change/other?nls=x", (200, None)),
        ("n001_child/change/c%20tl", (400, 5006)),
        ("n001_none/change/other", (403, 5003)),
        ("n001_child/set/hint/0x01020304", (200, None)),
        ("n001_child/set/hint/0x0102", (400, None)),
        ("n001_child/set/hint/16909060", (400, None)),
        ("n001_none/set/hint/0x01020304", (403, 5003)),
        ("n001_child/report/status/GV2/0.4148/56", (200, None)),
        ("n001_child/report/status/GV0/-1/0", (200, None)),
        ("n001_child/report/status/GV0/1/%C2%B0F", (200, None)),
        ("n001_none/report/status/GV0/1/56", (404, None)),
        ("n002_ctl/report/status/GV0/1/56", (400, 5001)),
        ("n001_child/report/status/GV0/True/56", (400, None)),
        ("n001_child/report/status/GV0/1e-05/56", (400, None)),
        ("n001_child/report/status/GV0/1/furlong", (400, None)),
        ("n001_child/report/status/G%20V/1/56", (404, None)),
        ("n001_child/report/status/GV0/1", (404, None)),
        ("n001_child/report/cmd/DON", (200, None)),
        ("n001_child/report/cmd/SET/5", (200, None)),
        ("n001_child/report/cmd/SET/5/56?OL.51=3&RR.uom58=2", (200, None)),
        ("n001_none/report/cmd/DON", (404, None)),
        ("n001_child/report/cmd/D%20N", (400, None)),
        ("n001_child/report/cmd/SET/five", (400, None)),
        ("n001_child/report/cmd/SET/5/furlong", (400, None)),
        ("n001_child/report/cmd/SET?OL.51=x", (400, None)),
        ("n001_child/nonsense", (404, None)),
    ],
)
@pytest.mark.usefixtures("home")
async def test_status_and_reason(client, path: str, outcome: tuple[int, int | None]) -> None:
    assert (await client.get(f"{NS}/{path}")).outcome == outcome
    assert (await client.get(f"/rest/nodes/{'n001_ctl'}")).status == 200  # nothing else was harmed


@pytest.mark.parametrize("slot", [0, 26, 999])
async def test_a_slot_that_does_not_exist_has_no_nodes(client, slot: int) -> None:
    assert (await client.add(f"n{slot:03}_ctl", slot=slot)).outcome == (404, None)


def test_every_reason_has_its_status() -> None:
    statuses = {reason.value: Outcome.refused(reason).status for reason in Reason}
    assert {code for code, status in statuses.items() if status == 403} == {5003, 5101, 5102, 5104, 5105, 5106}
    assert set(statuses.values()) == {400, 403}


@pytest.mark.usefixtures("home")
async def test_a_node_without_primary_is_its_own(isy: SimulatedIsy) -> None:
    assert isy.state.nodes["n002_ctl"].primary == "n002_ctl"
    assert isy.state.nodes["n002_ctl"].name == "Node n002_ctl"
    assert not isy.state.nodes["n001_child"].is_primary


async def test_over_the_limit_there_is_no_error_and_no_node(client, isy: SimulatedIsy) -> None:
    isy.state.nodes.limit = 1
    seen: list[Change] = []
    isy.observe(seen.append)
    assert (await client.add("n001_a")).status == 200
    assert (await client.add("n001_b")).outcome == (200, None)
    assert list(isy.state.nodes) == ["n001_a"]
    assert len(seen) == 1


@pytest.mark.usefixtures("home")
async def test_a_change_keeps_the_nls_unless_it_names_one(client, isy: SimulatedIsy) -> None:
    node = isy.state.nodes["n001_child"]
    await client.get(f"{NS}/n001_child/change/other?nls=x")
    assert (node.nodedefid, node.nls) == ("other", "x")
    await client.get(f"{NS}/n001_child/change/third")
    assert (node.nodedefid, node.nls) == ("third", "x")


@pytest.mark.usefixtures("home")
async def test_a_child_can_go_and_then_its_primary(client, isy: SimulatedIsy) -> None:
    for address in ("n001_child", "n001_ctl"):
        assert (await client.get(f"{NS}/{address}/remove")).status == 200
    assert list(isy.state.nodes) == ["n002_ctl"]


async def test_a_nodes_drivers_are_bounded(client) -> None:
    await client.add("n001_ctl")
    statuses = [(await client.get(f"{NS}/n001_ctl/report/status/D{n}/1/56")).status for n in range(101)]
    assert statuses == [200] * 100 + [404]
    assert (await client.get(f"{NS}/n001_ctl/report/status/D5/2/56")).status == 200


async def test_what_was_done_is_announced(client, isy: SimulatedIsy) -> None:
    seen: list[Change] = []
    forget = isy.observe(seen.append)
    await client.add("n001_ctl")
    await client.get(f"{NS}/n001_ctl/change/other")
    await client.get(f"{NS}/n001_ctl/set/hint/0x01020304")
    await client.get("/rest/nodes/n001_ctl/disable")
    await client.get(f"{NS}/n001_ctl/remove")
    await client.get(f"{NS}/n001_ctl/remove")
    forget()
    await client.add("n001_later")
    assert seen == [
        NodeAdded("n001_ctl", "Node n001_ctl", "ctl", "n001_ctl"),
        NodeChanged("n001_ctl", NodePart.NODEDEF),
        NodeChanged("n001_ctl", NodePart.HINT),
        NodeChanged("n001_ctl", NodePart.ENABLED),
        NodeRemoved("n001_ctl"),
    ]
