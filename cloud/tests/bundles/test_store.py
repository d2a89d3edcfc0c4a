import os
import stat
from pathlib import Path

import pytest

from pgc.bundles.errors import DamagedBundle
from pgc.bundles.server_file import ServerFile
from pgc.bundles.store import Bundle, BundleStore

NAME = "0123456789abcdef" * 4
SERVER = ServerFile(name="Example", executable="example.py", profile_version="1", has_profile_version=True)


def build(store: BundleStore, content: str = "print()", *, site: bool = True) -> Bundle:
    draft = store.begin()
    try:
        draft.source.mkdir()
        (draft.source / "example.py").write_text(content)
        if site:
            draft.site.mkdir()
        (draft.folder / "scratch").mkdir()
        return store.keep(draft, NAME, SERVER)
    finally:
        draft.close()


def test_what_is_kept_is_found_also_by_the_next_process(tmp_path: Path) -> None:
    bundle = build(BundleStore(tmp_path))
    assert BundleStore(tmp_path).get(NAME) == bundle
    assert bundle.server_file == SERVER
    assert (bundle.source / "example.py").read_text() == "print()"
    assert bundle.site == tmp_path / NAME / "site"


def test_a_bundle_holds_nothing_but_source_site_and_its_record(tmp_path: Path) -> None:
    build(BundleStore(tmp_path))
    assert {path.name for path in (tmp_path / NAME).iterdir()} == {"source", "site", "bundle.json", "manifest.json"}
    assert [path.name for path in tmp_path.iterdir()] == [NAME]
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o755


def test_without_an_install_there_is_no_site(tmp_path: Path) -> None:
    assert build(BundleStore(tmp_path), site=False).site is None


def test_of_two_builds_of_the_same_the_first_stays(tmp_path: Path) -> None:
    store = BundleStore(tmp_path)
    build(store, "first")
    assert (build(store, "second").source / "example.py").read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


@pytest.mark.parametrize("record", [None, "", "{}", "[1]"])
def test_a_damaged_bundle_is_not_found_and_can_be_built_again(tmp_path: Path, record: str | None) -> None:
    store = BundleStore(tmp_path)
    build(store, "damaged")
    (tmp_path / NAME / "bundle.json").unlink()
    if record is not None:
        (tmp_path / NAME / "bundle.json").write_text(record)
    assert store.get(NAME) is None
    assert (build(store, "new").source / "example.py").read_text() == "new"


@pytest.mark.parametrize("name", ["", ".", "..", "../" + NAME, NAME[:-1], "f" * 64])
def test_names_that_are_none_of_ours(tmp_path: Path, name: str) -> None:
    (tmp_path / NAME).mkdir()
    assert BundleStore(tmp_path / "store").get(name) is None


def test_a_draft_that_is_not_kept_leaves_nothing(tmp_path: Path) -> None:
    draft = BundleStore(tmp_path).begin()
    draft.source.mkdir()
    draft.close()
    assert list(tmp_path.iterdir()) == []


def test_drafts_of_dead_processes_go_and_those_at_work_stay(tmp_path: Path) -> None:
    at_work = BundleStore(tmp_path).begin()
    abandoned = tmp_path / ".draft-abandoned"
    (abandoned / "source/sub").mkdir(parents=True)
    (abandoned / "source/sub").chmod(0o500)
    BundleStore(tmp_path)
    assert not abandoned.exists()
    assert at_work.folder.is_dir()
    at_work.close()


def test_the_lock_of_a_draft_is_not_inherited(tmp_path: Path) -> None:
    draft = BundleStore(tmp_path).begin()
    descriptors = [int(name) for name in os.listdir("/proc/self/fd")] if os.path.isdir("/proc/self/fd") else []
    held = [number for number in descriptors if os.path.realpath(f"/proc/self/fd/{number}") == str(draft.folder)]
    assert not any(os.get_inheritable(number) for number in held)
    draft.close()


def test_what_was_changed_is_put_aside_and_can_be_built_again(tmp_path: Path) -> None:
    store = BundleStore(tmp_path)
    bundle = build(store)
    assert store.verified(NAME) == bundle
    (bundle.source / "example.py").write_text("print(666)")
    with pytest.raises(DamagedBundle, match=r"changed: source/example\.py is not what was installed"):
        store.verified(NAME)
    assert store.verified(NAME) is None
    assert build(store).id == NAME
    assert store.verified(NAME) is not None
    BundleStore(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_the_record_of_a_bundle_is_verified_too(tmp_path: Path) -> None:
    store = BundleStore(tmp_path)
    build(store)
    record = tmp_path / NAME / "bundle.json"
    record.write_text(record.read_text().replace("example.py", "another.py"))
    with pytest.raises(DamagedBundle):
        store.verified(NAME)


def test_bundles_of_before_there_were_manifests_get_one(tmp_path: Path) -> None:
    build(BundleStore(tmp_path))
    (tmp_path / NAME / "manifest.json").unlink()
    store = BundleStore(tmp_path)
    bundle = store.verified(NAME)
    assert bundle is not None
    (bundle.source / "example.py").write_text("print(666)")
    with pytest.raises(DamagedBundle):
        store.verified(NAME)


def test_what_is_not_kept_is_collected(tmp_path: Path) -> None:
    store = BundleStore(tmp_path)
    build(store)
    at_work = store.begin()
    (tmp_path / "theirs").mkdir()
    assert store.collect({NAME}) == 0
    assert store.collect({"f" * 64}) == 1
    assert {path.name for path in tmp_path.iterdir()} == {at_work.folder.name, "theirs"}
    at_work.close()
