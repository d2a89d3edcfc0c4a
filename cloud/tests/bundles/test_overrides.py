from pathlib import Path

import pytest
from packaging.requirements import Requirement

from pgc.bundles.overrides import instead, is_overridden, override_file, remove_slipped_in
from pgc_interface.dialects import Dialect


@pytest.mark.parametrize(
    "name", ["pgc-interface", "pgc_interface", "PGC.Interface", "polyinterface", "PolyInterface", "udi__interface"]
)
def test_overridden_names_in_every_spelling(name: str) -> None:
    assert is_overridden(name)


@pytest.mark.parametrize("name", ["requests", "pgcinterface", "poly-interface", "polyinterface2", ""])
def test_other_names(name: str) -> None:
    assert not is_overridden(name)


def test_the_file_for_uv_takes_each_out_on_every_python() -> None:
    entries = [Requirement(line) for line in override_file().splitlines()]
    assert {entry.name for entry in entries} == {"pgc-interface", "polyinterface", "udi-interface"}
    assert not any(entry.marker and entry.marker.evaluate({"python_version": "3.13"}) for entry in entries)
    assert all(entry.marker for entry in entries)


def test_people_read_what_is_used_instead() -> None:
    assert instead("PGC_interface", Dialect.PGC) == "PGC_interface: the platform's own SDK is used"
    assert "left out" in instead("polyinterface", Dialect.PGC)
    assert instead("polyinterface", Dialect.POLYINTERFACE) == "polyinterface: the platform's own SDK is used"
    assert "left out" in instead("pgc-interface", Dialect.POLYINTERFACE)


def test_what_slipped_in_is_removed_and_nothing_else(tmp_path: Path) -> None:
    slipped = ["pgc_interface", "polyinterface.py", "udi_interface-3.0.dist-info", "polyinterface-2.1.0.egg-info"]
    others = ["requests", "pgc_interface_tools", "polyinterfaces.py", "requests-2.0.dist-info", "interface.egg-info"]
    for name in slipped + others:
        folder = tmp_path / name
        folder.touch() if name.endswith(".py") else (folder / "deep").mkdir(parents=True)
    assert remove_slipped_in(tmp_path) == sorted(slipped)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(others)


def test_a_link_that_slipped_in_is_removed_and_not_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "host").mkdir()
    (tmp_path / "site").mkdir()
    (tmp_path / "site/polyinterface").symlink_to(tmp_path / "host")
    assert remove_slipped_in(tmp_path / "site") == ["polyinterface"]
    assert (tmp_path / "host").is_dir()
