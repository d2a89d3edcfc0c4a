"""NodeServers added, started, found again, stopped and removed."""

import asyncio
import errno
from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from pgc.broker.access import Login
from pgc.broker.embedded import EmbeddedBroker
from pgc.errors import PgcError
from pgc.nodeservers.errors import NoSuchNodeServer, NotPossibleNow, Refused, SlotTaken
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.states import State
from pgc.workers.errors import WorkerError
from pgc.workers.runtime import Exit

from .conftest import AddNode, Home, line, node
from .fake_run import FakeProcess, FakeRun


async def test_two_that_are_added_at_once_get_two_slots(home: Home, nodeserver: NodeServer) -> None:
    folder = home.folder / "source-3"
    home.simulator.state.set_connection(1, {"ip": "10.0.0.9", "port": "80", "name": "Theirs"})
    added = await asyncio.gather(
        *(home.manager.add(home.isy, folder, trusted=True, say=lambda _: None) for _ in range(3))
    )
    assert {each.slot for each in added} == {2, 4, 5}


async def test_a_slot_that_is_taken_or_does_not_exist_is_refused(home: Home, nodeserver: NodeServer) -> None:
    with pytest.raises(SlotTaken):
        await home.add(slot=3)
    with pytest.raises(Refused, match="slot 26 does not exist"):
        await home.add(slot=26)
    assert home.manager.all() == [nodeserver]


async def test_who_is_not_there_is_named(home: Home) -> None:
    for ask in (home.manager.start, home.manager.stop, home.manager.restart, home.manager.remove):
        with pytest.raises(NoSuchNodeServer, match="no NodeServer nobody"):
            await ask("nobody")


async def test_a_run_is_running_once_it_has_connected(home: Home, nodeserver: NodeServer) -> None:
    await home.manager.start(nodeserver.worker)
    assert nodeserver.state is State.STARTING
    run = home.run_of(nodeserver)
    await run.connect()
    await home.until(nodeserver, State.RUNNING)
    assert (await run.until(lambda frame: "config" in frame))["config"]["worker"] == nodeserver.worker


async def test_a_second_start_starts_nothing(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    await asyncio.gather(*(home.manager.start(nodeserver.worker) for _ in range(3)))
    assert len(home.runtime.processes) == 1


async def test_a_restart_is_a_new_run_with_a_new_login(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    await home.manager.restart(nodeserver.worker)
    second = home.run_of(nodeserver)
    assert run.process.ended
    assert second.process.environment["PGC_MQTT_URL"] != run.process.environment["PGC_MQTT_URL"]
    await second.connect()
    assert await second.save({"customdata": {"a": 1}}) == {"upTo": 1}


@pytest.mark.parametrize(
    ("exit_", "state", "reason"),
    [
        (Exit(code=0), State.STOPPED, "it ended by itself"),
        (Exit(code=1), State.CRASHED, "exit code 1 (KeyError: 'x')"),
        (Exit(signal=9), State.CRASHED, "killed by signal 9"),
    ],
)
async def test_a_run_that_ends_by_itself_is_seen(
    home: Home, nodeserver: NodeServer, run: FakeRun, exit_: Exit, state: State, reason: str
) -> None:
    run.process.say("KeyError: 'x'")
    run.process.exit(exit_)
    await home.until(nodeserver, state)
    assert reason in nodeserver.reason
    assert nodeserver.run is None
    assert await home.storage.runs.all() == []
    await home.start(nodeserver)


async def test_a_last_save_before_the_end_is_not_lost(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    async with home.storage.database.saving():  # the disk is slow
        for number in range(10):
            await run.send({"customdata": {"a": number}})
        run.process.exit(Exit(code=1))
    await home.until(nodeserver, State.CRASHED)
    (stored,) = await home.storage.nodeservers.all()
    assert stored.saved.data == nodeserver.saved.data == {"a": 9}


async def test_a_start_that_fails_is_told_and_leaves_no_process(
    home: Home, nodeserver: NodeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def assign(process: FakeProcess, *_: object) -> None:
        raise WorkerError("it did not take its NodeServer")

    monkeypatch.setattr(FakeProcess, "assign", assign)
    with pytest.raises(WorkerError):
        await home.manager.start(nodeserver.worker)
    assert (nodeserver.state, nodeserver.reason.partition(";")[0]) == (State.FAILED, "it did not take its NodeServer")
    assert all(process.ended for process in home.runtime.processes.values())
    assert nodeserver.run is None


async def test_a_start_that_cannot_be_noted_leaves_no_process(home: Home, nodeserver: NodeServer) -> None:
    async with home.storage.database.saving() as tx:
        await tx.execute(text("ALTER TABLE runs RENAME TO runs_elsewhere"))
    with pytest.raises(SQLAlchemyError):
        await home.manager.start(nodeserver.worker)
    async with home.storage.database.saving() as tx:
        await tx.execute(text("ALTER TABLE runs_elsewhere RENAME TO runs"))
    assert (nodeserver.state, nodeserver.run) == (State.FAILED, None)
    assert "INSERT" not in nodeserver.reason
    assert all(process.ended for process in home.runtime.processes.values())
    await home.start(nodeserver)


async def test_an_end_that_cannot_be_noted_is_an_end(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    async with home.storage.database.saving() as tx:
        await tx.execute(text("ALTER TABLE runs RENAME TO runs_elsewhere"))
    run.process.exit(Exit(code=1))
    await home.until(nodeserver, State.CRASHED)
    async with home.storage.database.saving() as tx:
        await tx.execute(text("ALTER TABLE runs_elsewhere RENAME TO runs"))
    await home.start(nodeserver)


async def test_a_bundle_that_is_gone_is_told(home: Home, nodeserver: NodeServer) -> None:
    bundles = home.folder / "bundles"
    (bundles / nodeserver.record.bundle).rename(bundles / "elsewhere")
    with pytest.raises(PgcError, match="installed files of Weather are gone"):
        await home.manager.start(nodeserver.worker)
    assert nodeserver.state is State.FAILED


# --- the platform restarts ---


async def test_a_run_is_found_again(home: Home, nodeserver: NodeServer, run: FakeRun, add_node: AddNode) -> None:
    await add_node("a")
    run.process.say("first line")
    await home.crash()
    await home.open()
    found = home.manager.get(nodeserver.worker)
    assert (found.state, set(found.nodes)) == (State.STARTING, {"a"})
    await run.connect()
    await home.until(found, State.RUNNING)
    assert line(found, "first line")
    assert len(home.runtime.processes) == 1


async def test_a_run_that_is_gone_is_started_anew(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    await home.crash()
    run.process.exit(Exit(code=1))
    await home.open()
    await home.runtime.assigned(2)
    assert home.manager.get(nodeserver.worker).state is State.STARTING


async def test_a_run_that_cannot_be_taken_up_keeps_the_platform_from_nothing(
    home: Home, nodeserver: NodeServer, run: FakeRun
) -> None:
    await home.crash()
    home.runtime.broken = True
    await home.open()
    found = home.manager.get(nodeserver.worker)
    await home.until(found, State.STARTING)
    assert line(found, "its run was not found again: its keeper says")


async def test_what_the_machine_refuses_one_run_keeps_the_platform_from_nothing(
    home: Home, nodeserver: NodeServer, run: FakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the socket of its way to the broker cannot be made again."""
    other = await home.add(slot=4)
    others = await home.start(other)
    await home.crash()
    allow, login = EmbeddedBroker.allow, run.login

    async def no_space(broker: EmbeddedBroker, allowed: Login, secret: str | None = None) -> None:
        if allowed.name == login:
            raise OSError(errno.ENOSPC, "No space left on device")
        await allow(broker, allowed, secret)

    monkeypatch.setattr(EmbeddedBroker, "allow", no_space)
    await home.open()
    assert line(home.manager.get(nodeserver.worker), "its run was not found again: [Errno 28] No space left")
    await home.runtime.assigned(3)
    assert (run.process.ended, others.process.ended) == (True, False)


async def test_what_cannot_be_taken_up_has_no_login_any_more(
    home: Home, nodeserver: NodeServer, run: FakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    await home.crash()
    home.runtime.broken = True
    revoke, revoked = EmbeddedBroker.revoke, list[str]()

    async def noting(broker: EmbeddedBroker, name: str) -> None:
        revoked.append(name)
        await revoke(broker, name)

    monkeypatch.setattr(EmbeddedBroker, "revoke", noting)
    await home.open()
    assert revoked == [run.login]


async def test_a_run_that_was_being_stopped_is_stopped(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    await home.storage.nodeservers.update(nodeserver.worker, wanted=False)
    await home.crash()
    await home.open()
    await home.until(home.manager.get(nodeserver.worker), State.STOPPED)
    assert run.process.ended


async def test_what_is_not_wanted_stays_stopped(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    await home.manager.stop(nodeserver.worker)
    await home.crash()
    await home.open()
    assert home.manager.get(nodeserver.worker).state is State.STOPPED
    assert len(home.runtime.processes) == 1


async def test_a_nodeserver_whose_files_are_gone_keeps_the_others_from_nothing(
    home: Home, nodeserver: NodeServer
) -> None:
    other = await home.add(slot=4, version="other")
    await home.crash()
    bundles = home.folder / "bundles"
    (bundles / nodeserver.record.bundle).rename(bundles / "elsewhere")
    await home.open()
    assert [each.worker for each in home.manager.all()] == [nodeserver.worker, other.worker]
    lost = home.manager.get(nodeserver.worker)
    assert (lost.state, "installed files are gone" in lost.reason) == (State.FAILED, True)


async def test_shutting_down_stops_all_though_one_cannot_be(
    home: Home, nodeserver: NodeServer, run: FakeRun, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    other = await home.start(await home.add(slot=4))
    process, end = run.process, FakeProcess.end

    async def broken(ending: FakeProcess, grace: float) -> Exit:
        if ending is process:
            raise RuntimeError("it does not end")
        return await end(ending, grace)

    monkeypatch.setattr(FakeProcess, "end", broken)
    await home.manager.shut_down()
    assert other.process.ended
    assert "it does not end" in caplog.text
    process.exit(Exit(code=0))


# --- removal ---


async def test_what_is_being_removed_cannot_be_started(
    home: Home, nodeserver: NodeServer, run: FakeRun, add_node: AddNode
) -> None:
    await add_node("a")
    run.obeys = False
    removing = asyncio.create_task(home.manager.remove(nodeserver.worker))
    await run.until(lambda frame: "delete" in frame)
    ask: Callable[[str], object]
    for ask in (home.manager.start, home.manager.restart, home.manager.remove):
        with pytest.raises(NotPossibleNow, match="Weather is being removed"):
            await ask(nodeserver.worker)  # type: ignore[misc]
    await run.send({"restart": {}})
    run.process.exit(Exit(code=0))
    await removing
    assert len(home.runtime.processes) == 1
    assert run.process.ended


async def test_a_restart_that_is_under_way_does_not_revive_what_is_removed(
    home: Home, nodeserver: NodeServer, run: FakeRun
) -> None:
    run.obeys = False
    restarting = asyncio.create_task(home.manager.restart(nodeserver.worker))
    await run.until(lambda frame: "stop" in frame)
    removing = asyncio.create_task(home.manager.remove(nodeserver.worker))
    await asyncio.sleep(0)  # the removal has begun
    run.process.exit(Exit(code=0))
    with pytest.raises(NotPossibleNow, match="is being removed"):
        await restarting
    await removing
    assert len(home.runtime.processes) == 1
    assert home.manager.all() == []


async def test_a_removed_slot_is_free_and_its_data_is_kept(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    await run.save({"customdata": {"a": 1}})
    await home.manager.remove(nodeserver.worker)
    again = await home.add(slot=3)
    assert again.worker != nodeserver.worker
    assert again.saved.data == {}
    await home.crash()
    await home.open()
    assert [each.worker for each in home.manager.all()] == [again.worker]


async def test_nothing_goes_on_for_what_was_removed(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    await run.save({"batch": {"addnode": [node(f"x{number}") for number in range(10)]}})
    await home.manager.remove(nodeserver.worker)
    assert home.simulator.state.nodes == {}
    assert [task for task in asyncio.all_tasks() if nodeserver.worker in task.get_name()] == []
