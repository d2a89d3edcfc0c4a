"""NodeServers are kept running: what crashes or cannot start is started again later, and a stop ends all of that."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest
from sqlalchemy import text

from pgc.broker.embedded import EmbeddedBroker
from pgc.broker.errors import BrokerError
from pgc.isy.errors import SlotOccupied
from pgc.nodeservers import supervisor
from pgc.nodeservers.errors import NotPossibleNow
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.states import State
from pgc.workers.errors import WorkerError
from pgc.workers.runtime import Exit

from .conftest import Home, line
from .fake_run import SOON, FakeProcess, FakeRun, FakeRuntime

FOREIGN = {"name": "Hers", "ip": "10.0.0.9", "port": "3000", "baseurl": "/ns/3", "nsuser": "polyglot"}


async def crash(home: Home, nodeserver: NodeServer, times: int = 1) -> None:
    """Its runs crash, the first of them and so many in all, each as soon as it is there."""
    for number in range(1, times + 1):
        await home.runtime.assigned(number)
        home.run_of(nodeserver).process.exit(Exit(code=1))
        await home.until(nodeserver, State.CRASHED, State.PARKED)
        if number < times:
            await pause_over(home, number)


async def pause_over(home: Home, number: int) -> None:
    """The pause of this number begins, and is over."""
    await home.clock.asleep(number)
    home.clock.pass_(home.clock.pauses[-1])


def processes(home: Home) -> list[FakeProcess]:
    return list(home.runtime.processes.values())


# --- crashes ---


async def test_what_crashes_is_started_again_after_a_pause_that_is_told(
    home: Home, nodeserver: NodeServer, run: FakeRun
) -> None:
    run.process.exit(Exit(code=1))
    await home.until(nodeserver, State.CRASHED)
    assert "it ended by itself with exit code 1; it is started again at " in nodeserver.reason
    assert nodeserver.care.starts_again is not None
    assert len(processes(home)) == 1
    await pause_over(home, 1)
    await home.runtime.assigned(2)
    await home.run_of(nodeserver).connect()
    await home.until(nodeserver, State.RUNNING)
    assert (nodeserver.care.restarts, nodeserver.care.starts_again) == (1, None)


async def test_pauses_grow_while_it_goes_on_crashing(home: Home, nodeserver: NodeServer) -> None:
    await home.manager.start(nodeserver.worker)
    await crash(home, nodeserver, times=4)
    await home.clock.asleep(4)
    first, second, third, fourth = home.clock.pauses
    assert first <= 1 < second <= 2 < third <= 4 < fourth <= 8
    assert nodeserver.care.restarts == 3


async def test_what_ends_by_itself_without_an_error_is_stopped(
    home: Home, nodeserver: NodeServer, run: FakeRun
) -> None:
    run.process.exit(Exit(code=0))
    await home.until(nodeserver, State.STOPPED)
    assert home.clock.pauses == []


async def test_an_owner_need_not_wait_for_the_pause(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    run.process.exit(Exit(code=1))
    await home.until(nodeserver, State.CRASHED)
    await home.start(nodeserver)
    assert (nodeserver.care.restarts, nodeserver.care.starts_again) == (0, None)
    assert len(processes(home)) == 2


async def test_without_a_policy_nothing_is_started_again(home: Home) -> None:
    """As for `pgc run`, where the author looks on."""
    await home.crash()
    home.policy = None
    await home.open()
    nodeserver = await home.add()
    await home.manager.start(nodeserver.worker)
    await crash(home, nodeserver)
    assert nodeserver.reason == "it ended by itself with exit code 1"
    assert home.clock.pauses == []
    await home.manager.stop(nodeserver.worker)
    assert nodeserver.state is State.CRASHED, "why it ended is not lost"


# --- parking ---


@pytest.fixture
async def parked(home: Home, nodeserver: NodeServer) -> NodeServer:
    """It has crashed six times, and has said why, in HTML."""
    await home.manager.start(nodeserver.worker)
    await crash(home, nodeserver, times=5)
    await pause_over(home, 5)
    await home.runtime.assigned(6)
    process = home.run_of(nodeserver).process
    for number in range(40):
        process.say(f"<b>line {number}</b>")
    process.exit(Exit(code=7))
    await home.until(nodeserver, State.PARKED)
    return nodeserver


async def test_six_crashes_within_five_minutes_park_it(home: Home, parked: NodeServer) -> None:
    assert len(home.clock.pauses) == 5
    assert "it crashed more than 5 times within 5 minutes, the last time because" in parked.reason
    assert "exit code 7 (<b>line 39</b>)" in parked.reason
    home.clock.pass_(10_000)
    assert len(processes(home)) == 6


async def test_its_notice_holds_the_reason_and_the_last_thirty_lines_as_text(home: Home, parked: NodeServer) -> None:
    notice = parked.notices["platform:parked"]
    assert "exit code 7" in notice
    assert "<b>line" not in notice
    assert [f"line {number}&lt;" in notice for number in (9, 10, 39)] == [False, True, True]


async def test_its_notice_is_neither_told_to_the_nodeserver_nor_removed_by_it(home: Home, parked: NodeServer) -> None:
    with pytest.raises(NotPossibleNow, match="the platform's own"):
        await home.manager.dismiss_notice(parked.worker, "platform:parked")
    assert "platform:parked" not in parked.on_wire().notices
    assert "platform:parked" in parked.notices


async def test_a_nodeserver_cannot_speak_for_the_platform(nodeserver: NodeServer, run: FakeRun) -> None:
    await run.save({"patchnotices": {"set": {"platform:parked": "click <a>here</a>", "own": "x"}}})
    assert set(nodeserver.saved.notices) == {"platform:parked", "own"}
    assert nodeserver.notices == {"own": "x"}


async def test_it_stays_parked_over_a_restart_of_the_platform(home: Home, parked: NodeServer) -> None:
    reason, notices = parked.reason, parked.notices
    await home.crash()
    await home.open()
    found = home.manager.get(parked.worker)
    assert found.record.wanted
    assert (found.state, found.reason, found.notices) == (State.PARKED, reason, notices)
    assert len(processes(home)) == 6


async def test_only_its_owners_start_ends_it(home: Home, parked: NodeServer) -> None:
    await home.manager.stop(parked.worker)
    assert parked.state is State.PARKED
    await home.start(parked)
    assert parked.notices == {}
    home.run_of(parked).process.exit(Exit(code=1))
    await home.until(parked, State.CRASHED)
    await home.clock.asleep(6)
    assert home.clock.pauses[-1] <= 1, "what was before is forgotten"
    await home.crash()
    await home.open()
    assert home.manager.get(parked.worker).state is not State.PARKED


async def test_what_cannot_be_noted_as_parked_is_parked_all_the_same(home: Home, nodeserver: NodeServer) -> None:
    await home.manager.start(nodeserver.worker)
    async with home.storage.database.saving() as tx:
        await tx.execute(text("DROP TABLE parked"))
    await crash(home, nodeserver, times=6)
    assert nodeserver.state is State.PARKED


# --- starts that fail ---


async def test_a_start_that_fails_for_a_passing_cause_is_tried_again(
    home: Home, nodeserver: NodeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    spawn, failures = FakeRuntime.spawn, iter(range(8))

    async def short_of_memory(runtime: FakeRuntime, *args: object, **kinds: object) -> FakeProcess:
        if next(failures, None) is None:
            return await spawn(runtime)
        raise WorkerError("a keeper cannot be started: out of memory")

    monkeypatch.setattr(FakeRuntime, "spawn", short_of_memory)
    with pytest.raises(WorkerError, match="out of memory"):
        await home.manager.start(nodeserver.worker)
    assert nodeserver.state is State.FAILED
    assert "out of memory; it is started again at" in nodeserver.reason
    for tries in range(1, 9):
        await home.clock.asleep(tries)
        home.clock.pass_(60)
    await home.runtime.assigned(1)
    assert nodeserver.care.parked is None
    assert nodeserver.care.restarts == 8


async def test_a_start_that_failed_at_first_is_no_failure_once_it_runs(
    home: Home, nodeserver: NodeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(FakeRuntime, "spawn", _no_memory)
        with pytest.raises(WorkerError):
            await home.manager.start(nodeserver.worker)
    await pause_over(home, 1)
    await home.runtime.assigned(1)
    await home.manager.start(nodeserver.worker)
    await home.run_of(nodeserver).connect()
    await home.until(nodeserver, State.RUNNING)
    await home.manager.start(nodeserver.worker)
    assert len(processes(home)) == 1


async def test_an_owners_start_tells_how_the_try_that_is_under_way_ends(
    home: Home, nodeserver: NodeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(FakeRuntime, "spawn", _no_memory)
        with pytest.raises(WorkerError):
            await home.manager.start(nodeserver.worker)
    reached, goes_on = asyncio.Event(), asyncio.Event()

    async def refuses(*_: object) -> None:
        reached.set()
        await goes_on.wait()
        raise WorkerError("it did not take its NodeServer")

    monkeypatch.setattr(FakeProcess, "assign", refuses)
    await pause_over(home, 1)
    async with asyncio.timeout(SOON):
        await reached.wait()
        starting = asyncio.create_task(home.manager.start(nodeserver.worker))
        asyncio.get_running_loop().call_later(0, goes_on.set)
        with pytest.raises(WorkerError, match="did not take"):
            await starting


async def _no_memory(*_: object, **__: object) -> FakeProcess:
    raise WorkerError("a keeper cannot be started: out of memory")


async def test_a_start_that_only_the_owner_can_make_possible_is_not_tried_again(
    home: Home, nodeserver: NodeServer
) -> None:
    home.simulator.state.set_connection(3, FOREIGN)
    with pytest.raises(SlotOccupied):
        await home.manager.start(nodeserver.worker)
    assert nodeserver.state is State.FAILED
    assert "started again" not in nodeserver.reason
    assert home.clock.pauses == []
    home.simulator.state.remove_connection(3)
    await home.start(nodeserver)


class DeafBroker:
    """Revokes no login until it hears again."""

    def __init__(self, revoke: Callable[[EmbeddedBroker, str], Awaitable[None]]) -> None:
        self.hears = False
        self.revoked: list[str] = []
        self._revoke = revoke

    async def revoke(self, broker: EmbeddedBroker, name: str) -> None:
        if not self.hears:
            raise BrokerError("the broker does not answer")
        await self._revoke(broker, name)
        self.revoked.append(name)


@pytest.fixture
def deaf_broker(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeafBroker]:
    deaf = DeafBroker(EmbeddedBroker.revoke)
    with monkeypatch.context() as patch:
        patch.setattr(EmbeddedBroker, "revoke", lambda broker, name: deaf.revoke(broker, name))
        yield deaf


async def test_a_start_waits_until_the_run_before_is_revoked(
    home: Home, nodeserver: NodeServer, run: FakeRun, deaf_broker: DeafBroker
) -> None:
    assert nodeserver.run is not None
    login = nodeserver.run.record.login
    await home.manager.stop(nodeserver.worker)
    assert nodeserver.state is State.STOPPED
    assert line(nodeserver, "the login of its run could not be revoked: the broker does not answer")
    with pytest.raises(BrokerError):
        await home.manager.start(nodeserver.worker)
    assert "the login of its last run is not revoked yet: the broker does not answer" in nodeserver.reason
    assert "; it is started again at" in nodeserver.reason
    assert len(processes(home)) == 1, "nothing of the new run is there yet"
    deaf_broker.hears = True
    await pause_over(home, 1)
    await home.runtime.assigned(2)
    assert deaf_broker.revoked == [login]


async def test_what_was_not_revoked_is_so_by_the_next_platform(
    home: Home, nodeserver: NodeServer, run: FakeRun, deaf_broker: DeafBroker
) -> None:
    """A broker of others keeps the login while the platform is away."""
    await home.manager.stop(nodeserver.worker)
    await home.crash()
    await home.open()
    assert deaf_broker.revoked == []
    await home.crash()
    deaf_broker.hears = True
    await home.open()
    assert deaf_broker.revoked == [run.login]
    assert await home.storage.runs.all() == []
    assert home.manager.get(nodeserver.worker).state is State.STOPPED


async def test_a_crash_while_the_broker_does_not_answer_is_seen_and_mended(
    home: Home, nodeserver: NodeServer, run: FakeRun, deaf_broker: DeafBroker
) -> None:
    run.process.exit(Exit(code=1))
    await home.until(nodeserver, State.CRASHED)
    assert nodeserver.run is None
    deaf_broker.hears = True
    await pause_over(home, 1)
    await home.runtime.assigned(2)


# --- stops ---


async def test_a_stop_ends_a_pause(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    run.process.exit(Exit(code=1))
    await home.until(nodeserver, State.CRASHED)
    await home.manager.stop(nodeserver.worker)
    assert (nodeserver.state, nodeserver.reason, nodeserver.care.starts_again) == (State.STOPPED, "", None)
    home.clock.pass_(100)
    assert [task for task in asyncio.all_tasks() if task.get_name() == f"life of {nodeserver.worker}"] == []
    assert len(processes(home)) == 1


async def test_a_removal_ends_a_pause(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    run.process.exit(Exit(code=1))
    await home.until(nodeserver, State.CRASHED)
    await home.manager.remove(nodeserver.worker)
    home.clock.pass_(100)
    assert home.manager.all() == []
    assert [task for task in asyncio.all_tasks() if nodeserver.worker in task.get_name()] == []


@pytest.mark.parametrize("where", ["spawn", "assign"])
async def test_a_stop_breaks_a_start_off_and_leaves_nothing(
    home: Home, nodeserver: NodeServer, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    reached = asyncio.Event()

    async def endless(*_: object, **__: object) -> None:
        reached.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(FakeRuntime if where == "spawn" else FakeProcess, where, endless)
    starting = asyncio.create_task(home.manager.start(nodeserver.worker))
    async with asyncio.timeout(SOON):
        await reached.wait()
        await home.manager.stop(nodeserver.worker)
    with pytest.raises(NotPossibleNow, match="was stopped before it had started"):
        await starting
    assert (nodeserver.state, nodeserver.run) == (State.STOPPED, None)
    assert all(process.ended for process in processes(home))
    assert await home.storage.runs.all() == []


# --- restarts that are asked for ---


async def test_one_that_asks_to_be_restarted_is_at_once_and_then_less_and_less_often(
    home: Home, nodeserver: NodeServer, run: FakeRun
) -> None:
    await run.send({"restart": {}})
    await home.runtime.assigned(2)
    assert home.clock.pauses == []
    second = home.run_of(nodeserver)
    await second.connect()
    await second.send({"restart": {}})
    await home.clock.asleep(1)
    assert nodeserver.state is State.STOPPED
    assert "it is restarted often; it is started again at" in nodeserver.reason
    await pause_over(home, 1)
    await home.runtime.assigned(3)
    assert nodeserver.care.restarts == 2


async def test_a_stop_ends_the_pause_before_a_restart(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    await run.send({"restart": {}})
    await home.runtime.assigned(2)
    second = home.run_of(nodeserver)
    await second.connect()
    await second.send({"restart": {}})
    await home.clock.asleep(1)
    await home.manager.stop(nodeserver.worker)
    home.clock.pass_(100)
    assert (nodeserver.state, nodeserver.reason, len(processes(home))) == (State.STOPPED, "", 2)


# --- many at once ---


@pytest.fixture
async def crowd(home: Home, monkeypatch: pytest.MonkeyPatch) -> list[NodeServer]:
    """Three that are to run, and a platform that has just found none of their runs, and starts one at a time."""
    monkeypatch.setattr(supervisor, "_CONNECTING", 600.0)
    crowd = [await home.add(slot=slot) for slot in (3, 4, 5)]
    for nodeserver in crowd:
        await home.start(nodeserver)
    await home.crash()
    for process in processes(home):
        process.exit(Exit(code=0))
    home.starts_at_once = 1
    await home.open()
    return [home.manager.get(nodeserver.worker) for nodeserver in crowd]


async def test_those_that_wait_are_queued_and_shown_with_their_place(home: Home, crowd: list[NodeServer]) -> None:
    first, _, third = crowd
    await home.until(third, State.QUEUED)
    assert [each.state for each in crowd] == [State.STARTING, State.QUEUED, State.QUEUED]
    assert [each.care.place for each in crowd] == [None, 1, 2]
    for count, nodeserver in enumerate(crowd, start=4):
        await home.runtime.assigned(count)
        await home.run_of(nodeserver).connect()
        await home.until(nodeserver, State.RUNNING)
    assert third.care.place is None
    assert first.state is State.RUNNING


async def test_an_owners_start_overtakes_those_of_the_platform(home: Home, crowd: list[NodeServer]) -> None:
    first, second, third = crowd
    await home.until(third, State.QUEUED)
    await home.manager.start(third.worker)
    assert [each.care.place for each in crowd] == [None, 2, 1]
    await home.runtime.assigned(4)
    await home.run_of(first).connect()
    await home.until(third, State.STARTING)
    assert second.state is State.QUEUED


async def test_a_stop_takes_it_out_of_the_queue(home: Home, crowd: list[NodeServer]) -> None:
    first, second, third = crowd
    await home.until(third, State.QUEUED)
    await home.manager.stop(second.worker)
    assert (second.state, second.care.place, third.care.place) == (State.STOPPED, None, 1)
    await home.manager.stop(first.worker)
    await home.until(third, State.STARTING)
    assert second.state is State.STOPPED


async def test_one_that_crashes_before_it_connects_holds_up_nobody(home: Home, crowd: list[NodeServer]) -> None:
    first, second, _ = crowd
    await home.runtime.assigned(4)
    home.run_of(first).process.exit(Exit(code=1))
    await home.until(second, State.STARTING)
