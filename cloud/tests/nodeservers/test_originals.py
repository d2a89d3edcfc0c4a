"""Runs with original client libraries: what they need, what they are told, and how they leave."""

import pytest

from pgc.broker.access import Login, hash_secret
from pgc.broker.doors import Pass
from pgc.bundles.server_file import ServerFile
from pgc.nodeservers import originals
from pgc.nodeservers.errors import NotIsolated, NotPossibleNow
from pgc.nodeservers.nodeserver import CurrentRun, NodeServer
from pgc.sandbox.unconfined import Unconfined
from pgc.storage.records import RunRecord
from pgc.workers.runtime import Exit
from pgc_interface import wire

from .conftest import AddNode, Home
from .fake_run import FakeProcess, FakeRun, Json

WAY = Pass("127.1.2.3", {})


async def test_without_a_sandbox_it_is_refused_with_the_reason() -> None:
    with pytest.raises(NotIsolated, match="/app, which only a sandbox can show it: no such luck"):
        await originals.needs(ServerFile(name="x", executable="x.py"), Unconfined("no such luck"))


async def test_its_environment_is_that_of_old(nodeserver: NodeServer) -> None:
    environment = originals.assignment_of_original(nodeserver, WAY).environment
    assert (environment["MQTTENDPOINT"], environment["STAGE"]) == ("127.1.2.3", nodeserver.topics.prefix)
    assert set(environment) == {"MQTTENDPOINT", "STAGE", "NODESERVER"}


async def test_what_goes_into_no_environment_is_refused(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    await run.save({"customdata": {"much": "x" * originals.LARGEST_INIT}})
    with pytest.raises(NotPossibleNow, match="120 KiB"):
        originals.assignment_of_original(nodeserver, WAY)


def test_it_is_told_what_it_knows_and_no_more() -> None:
    told = originals.understood(wire.Downstream(mid="1", command=wire.Command(address="lamp", cmd="DON"), discover={}))
    assert wire.encode(told) == b'{"command":{"address":"lamp","cmd":"DON"}}'
    assert originals.understood(wire.Downstream(mid="1", logLevel=wire.LogLevel(level="INFO"))) is None


async def test_the_log_says_what_it_cannot_be_told(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    assert nodeserver.run is not None
    nodeserver.run.original = True
    assert not await home.outbound.send(nodeserver, wire.Downstream(logLevel=wire.LogLevel(level="INFO")))
    assert "its client library cannot be told logLevel" in [entry.text for entry in nodeserver.journal.entries()]


def test_a_renewed_login_keeps_its_name_and_place() -> None:
    login, secret = originals.renewed(Login("run-1", hash_secret("old"), "prod/isy/x"))
    assert (login.name, login.prefix, login.secret_hash) == ("run-1", "prod/isy/x", hash_secret(secret))


async def test_after_its_goodbye_it_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(originals, "_AFTER_GOODBYE", 0.0)
    run = CurrentRun(RunRecord(id="1", worker="w", login="l", secret_hash=""), FakeProcess(lambda: None))
    run.gone.set()
    assert await originals.leave(run) == Exit(code=0)


async def test_one_that_ends_by_itself_says_how() -> None:
    process = FakeProcess(lambda: None)
    process.exit(Exit(code=3))
    run = CurrentRun(RunRecord(id="1", worker="w", login="l", secret_hash=""), process)
    run.gone.set()
    assert await originals.leave(run) == Exit(code=3)


async def test_a_driver_that_changed_comes_back_in_a_config(
    nodeserver: NodeServer, run: FakeRun, add_node: AddNode
) -> None:
    assert nodeserver.run is not None
    await add_node("lamp")
    nodeserver.run.original = True
    await run.send({"status": {"address": "lamp", "driver": "GV1", "value": "7", "uom": 56}})

    def tells(frame: Json) -> bool:
        node = frame.get("config", {}).get("nodes", {}).get("lamp", {"drivers": {}})
        return bool(node["drivers"].get("GV1") == {"value": "7", "uom": "56"})

    assert await run.until(tells)
