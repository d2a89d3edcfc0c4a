"""NodeServers on their way in: installed, tried again, updated beside what runs, and set back."""

import asyncio
import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import SQLAlchemyError

from pgc.bundles.build import Builder, Built
from pgc.bundles.errors import BundleError, InstallError
from pgc.bundles.sources import Source
from pgc.nodeservers.enlisting import NewNodeServer
from pgc.nodeservers.errors import NotPossibleNow
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.states import State
from pgc.storage.records import Api
from pgc.workers.logs import INSTALL
from pgc.workers.runtime import Exit
from pgc_interface import wire
from pgc_interface.dialects import Dialect

from ..bundles.repositories import Repository
from .conftest import SOON, Home, line
from .fake_run import FakeRun

git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


class Gate:
    """In front of every build: closed, it holds them up; broken, they fail."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()
        self.opened.set()
        self.failure: Exception | None = None

    def close(self) -> None:
        self.reached.clear()
        self.opened.clear()

    async def until_reached(self) -> None:
        async with asyncio.timeout(SOON):
            await self.reached.wait()


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    gate, build = Gate(), Builder.build

    async def gated(builder: Builder, folder: Path, say: Callable[[str], None], **options: Any) -> Built:
        say("a line of the install")
        gate.reached.set()
        await gate.opened.wait()
        if gate.failure is not None:
            raise gate.failure
        return await build(builder, folder, say, **options)

    monkeypatch.setattr(Builder, "build", gated)
    return gate


def write(folder: Path, **server: object) -> Path:
    folder.mkdir(exist_ok=True)
    document = {"name": "Weather", "type": "python3", "executable": "weather.py", "shortPoll": "7", **server}
    (folder / "server.json").write_text(json.dumps(document))
    (folder / "weather.py").write_text("")
    return folder


async def enlisted(home: Home, source: Source, **wanted: Any) -> NodeServer:
    return await home.manager.enlist(home.isy, NewNodeServer(source, trusted=True, **wanted))


async def installed(home: Home, nodeserver: NodeServer) -> NodeServer:
    async with asyncio.timeout(SOON):
        return await home.manager.installed(nodeserver.worker)


# --- the first install ---


async def test_it_is_there_while_it_is_installed_and_its_log_has_the_output(home: Home, gate: Gate) -> None:
    gate.close()
    nodeserver = await enlisted(home, Source.folder(write(home.folder / "new")))
    await home.until(nodeserver, State.INSTALLING)
    await gate.until_reached()
    assert home.manager.all() == [nodeserver]
    assert nodeserver.installing
    texts = [(entry.logger, entry.text) for entry in nodeserver.journal.entries()]
    assert texts[0] == ("platform", "added")
    assert (INSTALL, "a line of the install") in texts
    gate.opened.set()
    await installed(home, nodeserver)
    assert (nodeserver.state, nodeserver.installing, nodeserver.saved.short_poll) == (State.STOPPED, False, 7)
    await home.start(nodeserver)


async def test_what_is_told_to_start_meanwhile_starts_then(home: Home, gate: Gate) -> None:
    gate.close()
    nodeserver = await enlisted(home, Source.folder(write(home.folder / "new")))
    await home.manager.start(nodeserver.worker)
    assert not home.runtime.processes
    gate.opened.set()
    await installed(home, nodeserver)
    await home.runtime.assigned(1)
    await home.run_of(nodeserver).connect()
    await home.until(nodeserver, State.RUNNING)


async def test_polls_that_the_owner_chose_meanwhile_stay(home: Home, gate: Gate) -> None:
    gate.close()
    nodeserver = await enlisted(home, Source.folder(write(home.folder / "new")))
    await home.manager.change(nodeserver.worker, wire.Upstream(polls=wire.Polls(shortPoll=11, longPoll=22)))
    gate.opened.set()
    await installed(home, nodeserver)
    assert (nodeserver.saved.short_poll, nodeserver.saved.long_poll) == (11, 22)


async def test_a_failure_is_told_and_can_be_tried_again_also_after_a_restart(home: Home, gate: Gate) -> None:
    gate.failure = InstallError("the compiler is on holiday", hint="wait")
    nodeserver = await enlisted(home, Source.folder(write(home.folder / "new")), name="Mine")
    await installed(home, nodeserver)
    assert (nodeserver.state, nodeserver.reason) == (State.FAILED, "the compiler is on holiday")
    for ask in (home.manager.start, home.manager.restart):
        with pytest.raises(NotPossibleNow, match="Mine is not installed"):
            await ask(nodeserver.worker)
    await home.crash()
    await home.open()
    found = home.manager.get(nodeserver.worker)
    assert (found.state, found.reason) == (State.FAILED, "the compiler is on holiday")
    gate.failure = None
    home.manager.install(found.worker)
    await installed(home, found)
    assert (found.state, found.record.name, found.record.install_failure) == (State.STOPPED, "Mine", "")
    await home.start(found)


async def test_an_install_that_the_platform_left_is_begun_anew(home: Home, gate: Gate) -> None:
    gate.close()
    nodeserver = await enlisted(home, Source.folder(write(home.folder / "new")))
    await home.manager.start(nodeserver.worker)
    await gate.until_reached()
    await home.crash()
    gate.opened.set()
    await home.open()
    found = home.manager.get(nodeserver.worker)
    await installed(home, found)
    await home.runtime.assigned(1)
    assert found.state is State.STARTING
    assert not list((home.folder / "bundles").glob(".draft-*"))


async def test_what_is_being_installed_can_be_removed_though_the_isy_is_off(home: Home, gate: Gate) -> None:
    gate.close()
    nodeserver = await enlisted(home, Source.folder(write(home.folder / "new")))
    await gate.until_reached()
    await home.simulator.faults.offline()
    async with asyncio.timeout(SOON):
        await home.manager.remove(nodeserver.worker)
    assert home.manager.all() == []
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("install ")]
    assert await home.storage.nodeservers.all() == []


async def test_what_is_broken_off_before_it_has_begun_is_over(home: Home, nodeserver: NodeServer) -> None:
    home.manager.update(nodeserver.worker)
    async with asyncio.timeout(SOON):
        await home.manager.remove(nodeserver.worker)
    assert not nodeserver.installing


async def test_only_one_thing_is_installed_for_each(home: Home, nodeserver: NodeServer, gate: Gate) -> None:
    gate.close()
    home.manager.update(nodeserver.worker)
    for ask in (home.manager.update, home.manager.install):
        with pytest.raises(NotPossibleNow, match="is being installed"):
            ask(nodeserver.worker)
    with pytest.raises(NotPossibleNow, match="is being installed"):
        await home.manager.rollback(nodeserver.worker)
    gate.opened.set()
    await installed(home, nodeserver)


async def test_a_folder_without_a_nodeserver_is_not_even_enlisted(home: Home, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"no server\.json"):
        await enlisted(home, Source.folder(tmp_path / "nowhere"))
    assert home.manager.all() == []


async def test_a_zip_is_kept_until_it_is_installed(home: Home, gate: Gate) -> None:
    folder, uploads = write(home.folder / "zipped"), home.folder / "uploads"
    with zipfile.ZipFile(uploads / "x.part", "w") as archive:
        for path in folder.iterdir():
            archive.write(path, f"weather-main/{path.name}")
    gate.failure = InstallError("not today")
    nodeserver = await enlisted(home, Source.zip(uploads / "x.part", "weather.zip"))
    await installed(home, nodeserver)
    assert [path.name for path in uploads.iterdir()] == [f"{nodeserver.worker}.zip"]
    gate.failure = None
    home.manager.install(nodeserver.worker)
    await installed(home, nodeserver)
    assert list(uploads.iterdir()) == []
    assert (nodeserver.record.name, nodeserver.record.source) == ("Weather", "weather.zip")
    with pytest.raises(NotPossibleNow, match="came as a zip"):
        home.manager.update(nodeserver.worker)


async def test_zips_that_are_called_the_same_share_no_downloads(home: Home) -> None:
    for version in "12":
        folder = write(home.folder / "zipped", version=version, install_cloud="install.sh")
        (folder / "install.sh").write_text("true\n")
        with zipfile.ZipFile(home.folder / "uploads/x.part", "w") as archive:
            for path in folder.iterdir():
                archive.write(path, path.name)
        nodeserver = await enlisted(home, Source.zip(home.folder / "uploads/x.part", "weather.zip"))
        await installed(home, nodeserver)
        assert nodeserver.state is State.STOPPED
    assert len(list((home.folder / "cache").iterdir())) == 2


@pytest.mark.parametrize("fault", [RuntimeError("surprise"), SQLAlchemyError("the disk is full")], ids=repr)
async def test_a_fault_of_the_platform_does_not_leave_it_installing(home: Home, gate: Gate, fault: Exception) -> None:
    gate.failure = fault
    nodeserver = await enlisted(home, Source.folder(write(home.folder / "new")))
    await installed(home, nodeserver)
    assert (nodeserver.state, nodeserver.installing) == (State.FAILED, False)
    gate.failure = None
    home.manager.install(nodeserver.worker)
    await installed(home, nodeserver)
    assert nodeserver.state is State.STOPPED


# --- updates ---


async def updated(home: Home, nodeserver: NodeServer, **server: object) -> NodeServer:
    """With another version of what it came from."""
    write(Path(nodeserver.record.source), **server)
    home.manager.update(nodeserver.worker)
    return await installed(home, nodeserver)


async def test_the_old_goes_on_until_the_new_is_there(
    home: Home, nodeserver: NodeServer, run: FakeRun, gate: Gate
) -> None:
    await run.save({"customdata": {"kept": 1}})
    old = nodeserver.record.bundle
    gate.close()
    write(Path(nodeserver.record.source), version="2")
    home.manager.update(nodeserver.worker)
    await gate.until_reached()
    assert (nodeserver.state, nodeserver.installing, run.process.ended) == (State.RUNNING, True, False)
    assert await run.save({"customdata": {"kept": 2}}) == {"upTo": 2}
    gate.opened.set()
    await installed(home, nodeserver)
    await home.runtime.assigned(2)
    assert run.process.ended
    assert nodeserver.record.bundle != old
    assert nodeserver.record.earlier["bundle"] == old
    await home.run_of(nodeserver).connect()
    await home.until(nodeserver, State.RUNNING)
    assert nodeserver.saved.data == {"kept": 2}


async def test_a_failed_update_changes_nothing_and_says_why(
    home: Home, nodeserver: NodeServer, run: FakeRun, gate: Gate
) -> None:
    before = nodeserver.record
    gate.failure = InstallError("the compiler is on holiday")
    await updated(home, nodeserver, version="2")
    assert (nodeserver.state, run.process.ended) == (State.RUNNING, False)
    assert nodeserver.record.install_failure == "the compiler is on holiday"
    assert line(nodeserver, "the compiler is on holiday. It goes on as it was")
    assert (nodeserver.record.bundle, nodeserver.record.earlier) == (before.bundle, {})
    (stored,) = await home.storage.nodeservers.all()
    assert stored == nodeserver.record


async def test_nothing_new_is_no_reason_to_restart(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    home.manager.update(nodeserver.worker)
    await installed(home, nodeserver)
    assert (nodeserver.state, run.process.ended, nodeserver.record.earlier) == (State.RUNNING, False, {})
    assert line(nodeserver, "nothing is new")


async def test_what_is_stopped_stays_stopped(home: Home, nodeserver: NodeServer) -> None:
    await updated(home, nodeserver, version="2")
    assert (nodeserver.state, nodeserver.server_file.executable) == (State.STOPPED, "weather.py")
    assert nodeserver.record.earlier
    assert not home.runtime.processes


async def test_a_crash_soon_after_an_update_is_laid_at_its_door(
    home: Home, nodeserver: NodeServer, run: FakeRun
) -> None:
    await updated(home, nodeserver, version="2")
    await home.runtime.assigned(2)
    new = home.run_of(nodeserver)
    await new.connect()
    new.process.exit(Exit(code=1))
    said = await home.said(nodeserver, "soon after the update")
    assert "it has crashed soon after the update to" in said.text
    assert f"`pgc ns rollback {nodeserver.slot}` goes back to" in said.text


async def test_back_to_the_version_before_and_forward_again(home: Home, nodeserver: NodeServer, run: FakeRun) -> None:
    with pytest.raises(NotPossibleNow, match="no earlier version"):
        await home.manager.rollback(nodeserver.worker)
    await run.save({"customdata": {"kept": 1}})
    first = nodeserver.record.bundle
    await updated(home, nodeserver, version="2")
    second = nodeserver.record.bundle
    for wanted, other in ((first, second), (second, first)):
        await home.manager.rollback(nodeserver.worker)
        assert (nodeserver.record.bundle, nodeserver.record.earlier["bundle"]) == (wanted, other)
    await home.runtime.assigned(4)
    assert nodeserver.saved.data == {"kept": 1}
    await home.crash()
    await home.open()
    found = home.manager.get(nodeserver.worker)
    assert (found.record.bundle, found.record.earlier["bundle"]) == (second, first)


async def test_the_version_before_is_run_as_it_was(home: Home, nodeserver: NodeServer) -> None:
    await updated(home, nodeserver, version="2")
    await home.manager.choose_api(nodeserver.worker, Api.POLYINTERFACE)
    assert nodeserver.record.dialect is Dialect.POLYINTERFACE
    await home.manager.rollback(nodeserver.worker)
    assert (nodeserver.record.api, nodeserver.record.dialect) == (Api.AUTO, Dialect.PGC)
    await home.manager.rollback(nodeserver.worker)
    assert (nodeserver.record.api, nodeserver.record.dialect) == (Api.POLYINTERFACE, Dialect.POLYINTERFACE)


async def test_an_install_script_never_runs_on_what_it_left_itself(home: Home) -> None:
    """A choice that is taken back finds what was there before: all is built from what its author wrote."""
    folder = write(home.folder / "scripted", install="install.sh", install_cloud="install.sh")
    (folder / "install.sh").write_text("echo once >>weather.py\n")
    nodeserver = await enlisted(home, Source.folder(folder))
    await installed(home, nodeserver)
    first = nodeserver.record.bundle
    await home.manager.choose_api(nodeserver.worker, Api.POLYINTERFACE)
    second = nodeserver.record.bundle
    assert second != first
    for bundle in (first, second):
        assert (home.folder / "bundles" / bundle / "source/weather.py").read_text() == "once\n"
    await home.manager.choose_api(nodeserver.worker, Api.AUTO)
    assert nodeserver.record.bundle == first
    await home.start(nodeserver)


async def test_the_login_of_one_place_never_goes_to_another(home: Home, nodeserver: NodeServer) -> None:
    here = Path(nodeserver.record.source)
    home.manager.update(nodeserver.worker, Source.folder(write(home.folder / "elsewhere", version="2")))
    await installed(home, nodeserver)
    login = {"source_login": "me:s3cret"}
    await home.storage.nodeservers.update(nodeserver.worker, **login)
    nodeserver.record = replace(nodeserver.record, **login)
    await home.manager.rollback(nodeserver.worker)
    (stored,) = await home.storage.nodeservers.all()
    assert (stored.source, stored.source_login) == (str(here), "")
    assert nodeserver.record == stored


async def test_damaged_files_keep_it_from_starting_until_it_is_installed_again(
    home: Home, nodeserver: NodeServer
) -> None:
    bundle = home.folder / "bundles" / nodeserver.record.bundle
    (bundle / "source/weather.py").write_text("import evil")
    with pytest.raises(BundleError, match=r"changed: source/weather\.py is not what was installed"):
        await home.manager.start(nodeserver.worker)
    assert nodeserver.state is State.FAILED
    home.manager.install(nodeserver.worker)
    await installed(home, nodeserver)
    await home.runtime.assigned(1)
    assert (bundle / "source/weather.py").read_text() == ""


async def test_damaged_files_are_not_built_anew_as_if_they_were_whole(home: Home, nodeserver: NodeServer) -> None:
    before = nodeserver.record
    (home.folder / "bundles" / before.bundle / "source/weather.py").write_text("import evil")
    with pytest.raises(BundleError, match=r"changed: source/weather\.py is not what was installed"):
        await home.manager.choose_api(nodeserver.worker, Api.POLYINTERFACE)
    assert nodeserver.record == before


# --- git ---


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def files(version: str) -> dict[str, str]:
    server = {"name": "Weather", "type": "python3", "executable": "weather.py", "profile_version": version}
    return {"server.json": json.dumps(server), "weather.py": ""}


@git
async def test_a_branch_is_followed_and_a_commit_is_recorded(home: Home, repository: Repository) -> None:
    first = repository.commit(files("1"))
    nodeserver = await enlisted(home, Source.git(repository.url, "main"))
    assert nodeserver.record.name == "bare…", "its own name is not known yet"
    await installed(home, nodeserver)
    record = nodeserver.record
    assert (record.name, record.source, record.ref, record.commit) == ("Weather", repository.url, "main", first)
    second = repository.commit(files("2"))
    home.manager.update(nodeserver.worker)
    await installed(home, nodeserver)
    assert (nodeserver.record.commit, nodeserver.record.earlier["commit"]) == (second, first)
    await home.manager.rollback(nodeserver.worker)
    assert nodeserver.record.commit == first
    assert nodeserver.server_file.profile_version == "1"


@git
async def test_a_missing_ref_leaves_all_as_it_was(home: Home, repository: Repository) -> None:
    commit = repository.commit(files("1"))
    nodeserver = await enlisted(home, Source.git(repository.url))
    await installed(home, nodeserver)
    home.manager.update(nodeserver.worker, ref="nowhere")
    await installed(home, nodeserver)
    assert "no such branch, tag or commit" in nodeserver.record.install_failure
    assert (nodeserver.record.ref, nodeserver.record.commit, nodeserver.state) == ("", commit, State.STOPPED)


@git
async def test_what_is_gone_is_installed_again_from_the_very_commit(home: Home, repository: Repository) -> None:
    first = repository.commit(files("1"))
    nodeserver = await enlisted(home, Source.git(repository.url, "main"))
    await installed(home, nodeserver)
    shutil.rmtree(home.folder / "bundles" / nodeserver.record.bundle)
    repository.commit(files("2"))
    home.manager.install(nodeserver.worker)
    await installed(home, nodeserver)
    assert (nodeserver.record.commit, nodeserver.record.ref) == (first, "main")
    await home.start(nodeserver)


@git
async def test_the_same_commit_is_one_bundle_for_all(home: Home, repository: Repository) -> None:
    repository.commit(files("1"))
    two = [await enlisted(home, Source.git(repository.url)) for _ in range(2)]
    for nodeserver in two:
        await installed(home, nodeserver)
    assert len({nodeserver.record.bundle for nodeserver in two}) == 1
    await home.manager.remove(two[0].worker)
    await home.start(two[1])


async def test_a_token_in_the_place_of_the_user_is_masked(home: Home, gate: Gate) -> None:
    nodeserver = await enlisted(home, Source.git("https://s3cret-token@127.0.0.1:1/a.git"))
    nodeserver.journal.remark("the token s3cret-token shows")
    assert all("s3cret-token" not in entry.text for entry in nodeserver.journal.entries())
    await installed(home, nodeserver)


async def test_a_login_is_kept_sealed_and_masked(home: Home, gate: Gate) -> None:
    nodeserver = await enlisted(home, Source.git("https://me:s3cret-token@127.0.0.1:1/a.git"))
    await installed(home, nodeserver)
    assert (nodeserver.record.source, nodeserver.state) == ("https://127.0.0.1:1/a.git", State.FAILED)
    await home.crash()
    await home.open()
    found = home.manager.get(nodeserver.worker)
    assert found.record.source_login == "me:s3cret-token"
    found.journal.remark("the token s3cret-token shows")
    assert all("s3cret-token" not in entry.text for entry in found.journal.entries())
    assert not [path for path in home.folder.glob("pgc.db*") if b"s3cret-token" in path.read_bytes()]
    assert "s3cret-token" not in repr(found.record)
