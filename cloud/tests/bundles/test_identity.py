import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pgc.bundles.identity import bundle_id, is_bundle_id

MakeNodeServer = Callable[..., Path]


def _add_file(tree: Path) -> None:
    (tree / "more.txt").touch()


def _add_empty_folder(tree: Path) -> None:
    (tree / "empty").mkdir()


def _change_content(tree: Path) -> None:
    (tree / "example.py").write_text("print('other')")


def _rename(tree: Path) -> None:
    (tree / "sub/data.txt").rename(tree / "sub/date.txt")


def _move(tree: Path) -> None:
    (tree / "sub/data.txt").rename(tree / "data.txt")


def _make_executable(tree: Path) -> None:
    (tree / "example.py").chmod(0o755)


def _turn_link(tree: Path) -> None:
    (tree / "link").unlink()
    (tree / "link").symlink_to("example.py")


@pytest.fixture
def tree(make_nodeserver: MakeNodeServer) -> Path:
    folder = make_nodeserver({"sub/data.txt": "data"})
    (folder / "link").symlink_to("sub/data.txt")
    return folder


@pytest.mark.parametrize(
    "change",
    [_add_file, _add_empty_folder, _change_content, _rename, _move, _make_executable, _turn_link],
)
def test_every_change_of_the_tree_changes_the_name(tree: Path, change: Callable[[Path], None]) -> None:
    before = bundle_id(tree, "python", "1")
    change(tree)
    assert bundle_id(tree, "python", "1") != before


def test_the_same_tree_elsewhere_and_later_has_the_same_name(tree: Path, tmp_path: Path) -> None:
    shutil.copytree(tree, tmp_path / "elsewhere", symlinks=True, copy_function=shutil.copyfile)
    assert bundle_id(tmp_path / "elsewhere", "python", "1") == bundle_id(tree, "python", "1")


def test_circumstances_count_each_by_itself(tree: Path) -> None:
    names = {bundle_id(tree, *circumstances) for circumstances in [("a", "b"), ("ab",), ("a", "c"), ("b", "a"), ()]}
    assert len(names) == 5


def test_names_look_like_names(tree: Path) -> None:
    assert is_bundle_id(bundle_id(tree))
    for text in ("", "..", "a" * 63, "A" * 64, "g" * 64, "a" * 64 + "\n", "a" * 65):
        assert not is_bundle_id(text)
