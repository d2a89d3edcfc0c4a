"""Folders that are no NodeServer, or not one that can be made ready: a plain reason, and nothing of them stays."""

import pytest

from pgc.bundles.errors import BundleError
from pgc.nodeservers.states import State

from .home import Home, Neighbour
from .programs import COUNTS, OBEYS


@pytest.mark.parametrize(
    ("server_json", "reason"),
    [
        (None, "there is no server.json in "),
        ('{"name": "X",\n "executable": "ns.py",,}', "server.json is not valid JSON: .* line 2, column"),
        ('["ns.py"]', "server.json must hold an object"),
        ('{"executable": "gone.py"}', 'the executable "gone.py" is not in the folder'),
        ('{"executable": "../escape.py"}', 'the executable "../escape.py" leads out of the folder'),
    ],
    ids=["no file", "broken", "no object", "no program", "program outside"],
)
async def test_a_folder_without_a_usable_server_json(home: Home, server_json: str | None, reason: str) -> None:
    folder = home.write("odd", COUNTS)
    (folder / "server.json").unlink()
    if server_json is not None:
        (folder / "server.json").write_text(server_json)
    with pytest.raises(BundleError, match=reason):
        await home.add(folder)
    assert home.platform.manager.all() == []


async def test_requirements_that_do_not_install_harm_nobody(home: Home, neighbour: Neighbour) -> None:
    folder = home.write("needy", COUNTS, {"requirements.txt": "./a-package-that-is-not-there\n"})
    with pytest.raises(BundleError, match=r"requirements.txt does not install: .*a-package-that-is-not-there"):
        await home.add(folder, slot=1)
    failed, other = home.platform.manager.all()
    assert (failed.state, other) == (State.FAILED, neighbour.nodeserver)
    await neighbour.is_well()
    await home.platform.manager.remove(failed.worker)
    whole = await home.add(home.write("whole", COUNTS), slot=1)
    assert whole.state is State.STOPPED, "the slot of the one that failed is free again"


async def test_a_byte_order_mark_does_no_harm(home: Home) -> None:
    folder = home.write("marked", OBEYS)
    plain = (folder / "server.json").read_bytes()
    (folder / "server.json").write_bytes(b"\xef\xbb\xbf" + plain)
    nodeserver = await home.add(folder, slot=1)
    assert nodeserver.record.name == "marked"
    await home.start(nodeserver)
    await home.shows("n001_controller", "ST", "1")
