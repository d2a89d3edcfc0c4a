"""Logs outlive the platform, go with their NodeServers, and hold no secret that the platform knows."""

import json
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

from pgc.events import Events
from pgc.nodeservers.journals import Journals
from pgc.nodeservers.nodeserver import NodeServer
from pgc.workers.runtime import LogLine, Stream

from .conftest import Home
from .fake_run import FakeRun

CAP = 1024 * 1024
ONE, OTHER = "1" * 32, "2" * 32


def journals_in(folder: Path, cap: int = CAP) -> Journals:
    return Journals(Events(), folder, cap, ["token-of-the-api"])


def workers(*known: str) -> Callable[[], Awaitable[Iterable[str]]]:
    async def read() -> Iterable[str]:
        return known

    return read


async def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    journals = journals_in(tmp_path)
    await journals.start()
    journals.of(ONE).take("run", LogLine(number=1, time=1.0, stream=Stream.STDOUT, text="token-of-the-api"))
    journals.of(ONE).remark("two")
    await journals.stop()
    again = journals_in(tmp_path)
    await again.load(ONE)
    assert again.of(ONE).entries() == journals.of(ONE).entries()
    assert [entry.text for entry in again.of(ONE).entries()] == ["***", "two"]


async def test_after_a_restart_it_is_written_on(tmp_path: Path) -> None:
    for text in ("one", "two", "three"):
        journals = journals_in(tmp_path)
        await journals.start()
        await journals.load(ONE)
        journals.of(ONE).remark(text)
        await journals.stop()
    await journals.load(ONE)
    assert [entry.text for entry in journals.of(ONE).entries()] == ["one", "two", "three"]


async def test_files_are_removed_with_the_data_and_not_before(tmp_path: Path) -> None:
    journals = journals_in(tmp_path / "logs")
    await journals.remove_others(workers())
    await journals.start()
    for worker in (ONE, OTHER):
        journals.of(worker).remark("hello")
    (tmp_path / "logs" / "of somebody else").mkdir(parents=True)
    await journals.close(ONE)
    await journals.stop()
    assert {path.name for path in (tmp_path / "logs").iterdir()} == {ONE, OTHER, "of somebody else"}
    await journals.remove_others(workers(OTHER))
    assert {path.name for path in (tmp_path / "logs").iterdir()} == {OTHER, "of somebody else"}


async def test_without_room_on_disk_logs_are_in_memory_only(tmp_path: Path) -> None:
    journals = journals_in(tmp_path / "logs", cap=0)
    await journals.start()
    await journals.load(ONE)
    journals.of(ONE).remark("hello")
    await journals.stop()
    assert [entry.text for entry in journals.of(ONE).entries()] == ["hello"]
    assert not (tmp_path / "logs").exists()


async def test_the_platforms_restart_shows_in_no_log_twice(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    for number in range(5):
        run.process.say(f"line {number}")
    await home.said(nodeserver, "line 4")
    await home.crash()
    run.process.say("while nobody listened")
    await home.open()
    again = home.directory.get(nodeserver.worker)
    await home.said(again, "while nobody listened")
    said = [entry.text for entry in again.journal.entries() if entry.is_output]
    assert said == [*(f"line {number}" for number in range(5)), "while nobody listened"]


async def test_no_secret_of_its_owner_or_its_run_is_in_a_log(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    await run.save({"customparams": {"password": "params-secret", "units": "metric"}})
    await run.save({"customdata": {"oauth": {"access_token": "data-secret", "token_type": "bearer"}}})
    url = run.process.environment["PGC_MQTT_URL"]
    broker_secret = url.split("@")[0].rsplit(":", 1)[1]
    secrets = ["params-secret", "data-secret", broker_secret, nodeserver.record.slot_password]
    run.process.say(f"{json.dumps(secrets)} metric bearer {url}")
    told = await home.said(nodeserver, "metric")
    assert told.text.startswith('["***", "***", "***", "***"] metric bearer ')
    assert "://***@" in told.text
    await home.crash()
    run.process.say(f"said once more: {json.dumps(secrets)}")
    await home.open()
    again = home.directory.get(nodeserver.worker)
    assert (await home.said(again, "said once more")).text == 'said once more: ["***", "***", "***", "***"]'
    written = b"".join(path.read_bytes() for path in (home.folder / "logs").rglob("*.jsonl"))
    assert not [secret for secret in secrets if secret.encode() in written]


async def test_a_removed_one_takes_its_log_along_when_its_data_goes(home: Home, nodeserver: NodeServer) -> None:
    nodeserver.journal.remark("hello")
    await home.manager.remove(nodeserver.worker)
    folder = home.folder / "logs" / nodeserver.worker
    assert list(folder.iterdir())
    await home.close()
    await home.open()
    assert folder.exists()
    await home.storage.nodeservers.update(nodeserver.worker, removed=1)  # in 1970
    await home.close()
    await home.open()
    assert not folder.exists()
