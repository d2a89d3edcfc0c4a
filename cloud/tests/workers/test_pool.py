import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pgc.sandbox.pythons import AUTO
from pgc.sandbox.unconfined import Unconfined
from pgc.workers.engines import own_engine
from pgc.workers.errors import RunFailed
from pgc.workers.pool import WarmPool
from pgc.workers.process import ProcessRuntime
from pgc.workers.process_run import ProcessRun
from pgc.workers.runtime import Assignment, Contents, Original

Bundle = Callable[..., Contents]


class CountingRuntime(ProcessRuntime):
    """Tells when runs have been started or could not be."""

    def __init__(self, run_folder: Path, sdk: Path) -> None:
        super().__init__(Unconfined("chosen by the test"), run_folder, sdk)
        self.tries: asyncio.Queue[str] = asyncio.Queue()
        self.pythons: list[str] = []

    async def spawn(self, original: Original | None = None, *, python: str = AUTO) -> ProcessRun:
        self.pythons.append(python)
        try:
            run = await super().spawn(original)
        except RunFailed:
            self.tries.put_nowait("failed")
            raise
        self.tries.put_nowait(run.id)
        return run


@pytest.fixture
def counting(run_folder: Path, sdk: Path) -> CountingRuntime:
    return CountingRuntime(run_folder, sdk)


async def test_a_warm_run_is_taken_at_once_and_replaced(counting: CountingRuntime, bundle: Bundle) -> None:
    pool = WarmPool(counting)
    await pool.start()
    first = await counting.tries.get()
    run = await pool.take()
    assert run.id == first
    second = await counting.tries.get()
    await run.assign(bundle("print('hello')"), Assignment("ns.py", {}))
    assert [line.text async for line in run.lines()] == ["hello"]
    await run.end(1)
    assert counting.known() == [second]
    await pool.stop()
    assert counting.known() == []


async def test_an_empty_pool_starts_a_run_itself(counting: CountingRuntime) -> None:
    pool = WarmPool(counting, size=0)
    await pool.start()
    run = await pool.take()
    assert counting.known() == [run.id]
    await run.end(1)
    await pool.stop()


async def test_a_warm_run_that_died_is_replaced(counting: CountingRuntime) -> None:
    pool = WarmPool(counting)
    await pool.start()
    first = await counting.tries.get()
    dying = await counting.attach(first)
    assert dying is not None
    await dying.end(0)
    second = await counting.tries.get()
    run = await pool.take()
    assert run.id == second != first
    await run.end(1)
    await pool.stop()
    assert counting.known() == []


async def test_trouble_has_its_reason_and_is_tried_again(counting: CountingRuntime, sdk: Path, tmp_path: Path) -> None:
    broken = tmp_path / "sdk"
    shutil.copytree(sdk, broken)
    launcher = broken / "pgc_interface" / "launcher.py"
    launcher.rename(broken / "away.py")
    counting._own = own_engine(broken)
    pool = WarmPool(counting)
    await pool.start()
    assert await counting.tries.get() == "failed"
    with pytest.raises(RunFailed, match="it ended: exit code 2"):
        await pool.take()
    assert await counting.tries.get() == "failed"
    (broken / "away.py").rename(launcher)
    while (said := await counting.tries.get()) == "failed":
        pass
    assert counting.known() == [said]
    await pool.stop()
    assert counting.known() == []


async def test_stopping_while_a_run_is_being_started_leaves_nothing(counting: CountingRuntime) -> None:
    pool = WarmPool(counting, size=3)
    await pool.start()
    await counting.tries.get()
    await pool.stop()
    await counting.remove_leftovers(set())
    assert counting.known() == []


async def test_a_start_on_another_python_leaves_the_warm_run_to_others(counting: CountingRuntime) -> None:
    pool = WarmPool(counting)
    await pool.start()
    warm = await counting.tries.get()
    run = await pool.take("3.9")
    assert counting.pythons == [AUTO, "3.9"]
    assert (await pool.take()).id == warm != run.id
    await pool.stop()
    await counting.remove_leftovers(set())
