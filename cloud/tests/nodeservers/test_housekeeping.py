"""What nothing needs goes; what is run, can be gone back to or is being built stays."""

import json
import os
from pathlib import Path

from pgc.nodeservers.housekeeping import Housekeeping
from pgc.nodeservers.nodeserver import NodeServer

from .conftest import Home


def bundles(home: Home) -> set[str]:
    return {path.name for path in (home.folder / "bundles").iterdir()}


async def update(home: Home, nodeserver: NodeServer, version: str) -> str:
    document = {"name": "Weather", "type": "python3", "executable": "weather.py", "version": version}
    (Path(nodeserver.record.source) / "server.json").write_text(json.dumps(document))
    home.manager.update(nodeserver.worker)
    await home.manager.installed(nodeserver.worker)
    return nodeserver.record.bundle


async def test_one_earlier_version_is_kept(home: Home, nodeserver: NodeServer) -> None:
    first = nodeserver.record.bundle
    second = await update(home, nodeserver, "2")
    assert bundles(home) == {first, second}
    third = await update(home, nodeserver, "3")
    await home.housekeeping.tidy()
    assert bundles(home) == {second, third}


async def test_what_a_removed_nodeserver_had_goes_unless_another_has_it(home: Home, nodeserver: NodeServer) -> None:
    twin, other = await home.add(slot=4), await home.add(slot=5, version="other")
    assert twin.record.bundle == nodeserver.record.bundle
    await home.manager.remove(other.worker)
    await home.manager.remove(twin.worker)
    assert bundles(home) == {nodeserver.record.bundle}


async def test_nothing_goes_while_something_is_built(home: Home, nodeserver: NodeServer) -> None:
    leftover = home.folder / "bundles" / ("f" * 64)
    leftover.mkdir()
    async with home.housekeeping.building():
        await home.housekeeping.tidy()
        assert leftover.exists()
    await home.housekeeping.tidy()
    assert not leftover.exists()


async def test_uploads_that_no_install_waits_for_go_at_a_start(home: Home, nodeserver: NodeServer) -> None:
    for name in ("forgotten.zip", "abc.part", f"{nodeserver.worker}.zip"):
        (home.folder / "uploads" / name).write_bytes(b"")
    await home.housekeeping.tidy_uploads(await home.storage.nodeservers.all())
    assert list((home.folder / "uploads").iterdir()) == []


async def test_an_upload_that_arrives_later_stays(home: Home, nodeserver: NodeServer) -> None:
    await home.housekeeping.tidy_uploads(await home.storage.nodeservers.all())
    arriving = home.folder / "uploads" / "abc.part"
    arriving.write_bytes(b"")
    await home.housekeeping.tidy()
    assert arriving.exists()


async def test_of_sdks_the_own_and_the_newest_stay(home: Home) -> None:
    for age in range(10):
        folder = home.folder / "sdk" / str(age)
        folder.mkdir(parents=True)
        os.utime(folder, (1_000_000 - age, 1_000_000 - age))
    await home.housekeeping.tidy_sdks(home.folder / "sdk/9")
    assert {path.name for path in (home.folder / "sdk").iterdir()} == {*"012345", "9"}


async def test_caches_beyond_the_bound_go_those_used_longest_ago_first(home: Home) -> None:
    for age, name in enumerate(("new", "middle", "old")):
        folder = home.folder / "cache" / name
        folder.mkdir(parents=True)
        (folder / "package").write_bytes(bytes(60_000))
        os.utime(folder, (1_000_000 - age, 1_000_000 - age))
    await Housekeeping(home.directory, home.bundles, home.folder, most=150_000).tidy()
    assert {path.name for path in (home.folder / "cache").iterdir()} == {"new", "middle"}
