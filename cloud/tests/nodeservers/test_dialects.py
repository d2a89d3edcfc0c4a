"""The dialect that a NodeServer is run in: chosen by its source or its owner, kept, and told."""

import pytest

from pgc.bundles.errors import BundleError
from pgc.nodeservers.errors import NotPossibleNow
from pgc.storage.records import Api
from pgc_interface.dialects import Dialect

from .conftest import Home, line


async def test_the_owners_choice_counts_from_the_next_start_and_after_a_restart_of_the_platform(home: Home) -> None:
    nodeserver = await home.add()
    first = await home.start(nodeserver)
    assert first.process.dialect == "pgc"
    assert line(nodeserver, "it is run in the dialect pgc: nothing in it imports pgc_interface or polyinterface")
    await home.manager.choose_api(nodeserver.worker, Api.POLYINTERFACE)
    assert home.run_of(nodeserver).process is first.process
    await home.manager.stop(nodeserver.worker)
    await home.crash()
    await home.open()
    again = home.manager.get(nodeserver.worker)
    assert (again.record.api, again.record.dialect) == (Api.POLYINTERFACE, Dialect.POLYINTERFACE)
    assert (await home.start(again)).process.dialect == "polyinterface"
    assert line(again, "it is run in the dialect polyinterface: its owner chose so")


async def test_back_to_what_the_source_says(home: Home) -> None:
    nodeserver = await home.add()
    built = nodeserver.record.bundle
    await home.manager.choose_api(nodeserver.worker, Api.POLYINTERFACE)
    assert nodeserver.record.bundle != built
    await home.manager.choose_api(nodeserver.worker, Api.AUTO)
    record = nodeserver.record
    assert (record.api, record.dialect, record.bundle) == (Api.AUTO, Dialect.PGC, built)
    assert record.dialect_reason == "nothing in it imports pgc_interface or polyinterface"


async def test_a_dialect_whose_needs_do_not_install_is_not_chosen(home: Home) -> None:
    source = home.folder / "source-3"
    source.mkdir()
    (source / "requirements_cloud.txt").write_text("")  # what the dialect pgc looks at first
    (source / "requirements.txt").write_bytes(b"\xff")
    nodeserver = await home.add(slot=3)
    before = nodeserver.record
    with pytest.raises(BundleError, match="not UTF-8"):
        await home.manager.choose_api(nodeserver.worker, Api.POLYINTERFACE)
    assert nodeserver.record == before


async def test_one_whose_files_are_gone_says_so(home: Home) -> None:
    nodeserver = await home.add()
    bundle = home.bundles.get(nodeserver.record.bundle)
    assert bundle is not None
    (bundle.source.parent / "bundle.json").unlink()
    with pytest.raises(NotPossibleNow, match="gone"):
        await home.manager.choose_api(nodeserver.worker, Api.PGC)
