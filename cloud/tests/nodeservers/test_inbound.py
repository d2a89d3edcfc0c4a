"""Where frames go: whose they are, which lane, and what becomes of garbage."""

import base64

import pytest

from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.states import State
from pgc.workers.runtime import Exit

from .conftest import AddNode, Home, line, node
from .fake_run import FakeRun, Json

GARBAGE = [b"", b"\xff\xfe", b"[1]", b"7", b"{", b'{"a": "\\ud800"}', b"[" * 5000]
NODEDEFS = b'<nodeDefs><nodeDef id="def"><sts><st id="ST" editor="e"/></sts></nodeDef></nodeDefs>'


def upload(name: str = "nodedefs.xml", content: bytes = NODEDEFS, kind: str = "nodedef", **more: object) -> Json:
    return {"uploadProfile": {"type": kind, "filename": name, "payload": base64.b64encode(content).decode(), **more}}


@pytest.mark.parametrize("service", ["ns", "isy"])
async def test_garbage_is_named_and_harms_nothing(nodeserver: NodeServer, run: FakeRun, service: str) -> None:
    for garbage in GARBAGE:
        await run.send(garbage, service)
    assert await run.save({"customdata": {"a": 1}}) == {"upTo": 1}
    said = [entry.text for entry in nodeserver.journal.entries() if "a message was refused" in entry.text]
    assert len(said) == len(GARBAGE)


async def test_the_envelope_is_not_believed(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    other = await home.add(slot=4)
    lie = {"userId": "root", "profileNum": "4", "id": other.isy.id, "topic": f"test/x/{other.worker}/ns"}
    await run.save({"customdata": {"a": 1}, **lie})
    assert (nodeserver.saved.data, other.saved.data) == ({"a": 1}, {})


async def test_keys_that_nobody_knows_are_ignored(nodeserver: NodeServer, run: FakeRun) -> None:
    assert await run.save({"customdata": {"a": 1}, "tomorrow": {"x": 1}, "beat": {"handler": "poll"}}) == {"upTo": 1}


async def test_a_frame_of_a_run_that_is_over_is_dropped(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    await home.manager.stop(nodeserver.worker)
    home.inbound.receive(f"test/x/{nodeserver.worker}/ns", b'{"customdata": {"a": 1}}')
    second = await home.start(nodeserver)
    await second.save({"customparamsdoc": "x"})
    assert nodeserver.saved.data == {}


async def test_what_the_broker_kept_belongs_to_a_run_that_goes_on(
    home: Home, nodeserver: NodeServer, run: FakeRun
) -> None:
    await run.save({"customdata": {"a": 1}})
    await home.crash()
    topic = f"test/x/{nodeserver.worker}/ns"
    home.kept_by_broker = [
        (topic, b'{"customdata": {"a": 1}, "seq": 1}'),
        (topic, b'{"customdata": {"a": 2}, "seq": 2}'),
    ]
    await home.open()
    await run.connect()
    run.seq = 2
    assert await run.save({"customparamsdoc": "x"}) == {"upTo": 3}
    assert home.manager.get(nodeserver.worker).saved.data == {"a": 2}


async def test_what_the_broker_kept_is_not_taken_by_a_new_run(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    await home.crash()
    run.process.exit(Exit(code=1))
    home.kept_by_broker = [(f"test/x/{nodeserver.worker}/ns", b'{"customdata": {"a": 2}, "seq": 1}')]
    await home.open()
    found = home.manager.get(nodeserver.worker)
    await home.runtime.assigned(2)
    again = home.run_of(found)
    await again.connect()
    assert await again.save({"customparamsdoc": "x"}) == {"upTo": 1}
    assert found.saved.data == {}


async def test_frames_for_nobody_are_dropped(home: Home) -> None:
    home.inbound.receive("test/x/nobody/ns", b'{"customdata": {"a": 1}}')
    home.inbound.receive("test/x/nobody/isy", b"{}")


async def test_a_batch_is_applied_as_nodes_values_removals(home: Home, run: FakeRun, add_node: AddNode) -> None:
    await add_node("old")
    status = {"address": "new", "driver": "ST", "value": 7, "uom": 56}
    batch = {"removenode": [{"address": "old"}], "status": [status], "addnode": [node("new"), node("brief")]}
    batch["removenode"].append({"address": "brief"})
    await run.save({"batch": batch})
    await home.holds("new", "ST", "7")
    results = (await run.result("removenode"), run.results("addnode")[-1])
    assert [[(one["address"], one["success"]) for one in result] for result in results] == [
        [("old", True), ("brief", True)],
        [("new", True), ("brief", True)],
    ]
    assert set(home.simulator.state.nodes) == {"n003_new"}


async def test_the_last_will_says_that_the_connection_broke(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    await run.save({"addnode": node("ctl", isController=True)})
    await home.holds("ctl", "ST", "1")
    await run.disconnect()
    await home.holds("ctl", "ST", "0")
    assert nodeserver.state is State.RUNNING
    assert line(nodeserver, "its connection to the platform broke")
    await run.connect()
    await home.holds("ctl", "ST", "1")


WRONG_UPLOADS = [
    upload(name="../../etc/passwd"),
    upload(kind="firmware"),
    upload(content=b"<wrong/>"),
    upload(content=b"not xml"),
    {"uploadProfile": {"type": "nodedef", "filename": "n.xml", "payload": "%%%"}},
    {"uploadProfile": {"type": "nodedef", "filename": "n.xml", "payload": 7}},
    {"uploadProfile": {}, "report": {"requestId": "", "success": "perhaps"}},
]


async def test_a_wrong_frame_to_the_isy_counts_as_done_with_its_reason(nodeserver: NodeServer, run: FakeRun) -> None:
    for seq, bad in enumerate(WRONG_UPLOADS, 1):
        answer = await run.save(bad, "isy")
        assert answer["seq"] == seq
        assert answer["error"]
    answer = await run.save({"customdata": {"a": 1}})
    assert answer["upTo"] == len(WRONG_UPLOADS) + 1
    assert [refusal["seq"] for refusal in answer["refused"]] == list(range(1, len(WRONG_UPLOADS) + 1))
    assert line(nodeserver, "refused: ")
