import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from pgc.bundles.errors import SourceError
from pgc.bundles.source import SourceLimits, copy_source

MakeNodeServer = Callable[..., Path]


def test_files_keep_content_and_executable_bit_only(make_nodeserver: MakeNodeServer, tmp_path: Path) -> None:
    folder = make_nodeserver({"run.sh": "#!/bin/sh\n", "deep/er/data.bin": "x" * 3_000_000})
    (folder / "run.sh").chmod(0o4711)
    (folder / "example.py").chmod(0o600)
    copy_source(folder, tmp_path / "copy")
    assert stat.S_IMODE((tmp_path / "copy/run.sh").stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "copy/example.py").stat().st_mode) == 0o644
    assert (tmp_path / "copy/deep/er/data.bin").read_bytes() == (folder / "deep/er/data.bin").read_bytes()


def test_what_tools_leave_behind_is_left_out(make_nodeserver: MakeNodeServer, tmp_path: Path) -> None:
    folder = make_nodeserver({".git/config": "", "sub/__pycache__/x.pyc": "", ".venv/bin/python": "", ".env": "kept"})
    copy_source(folder, tmp_path / "copy")
    copied = {path.relative_to(tmp_path / "copy").as_posix() for path in (tmp_path / "copy").rglob("*")}
    assert copied == {"server.json", "example.py", "sub", ".env"}


def test_links_inside_the_folder_hold_in_the_copy(make_nodeserver: MakeNodeServer, tmp_path: Path) -> None:
    folder = make_nodeserver({"sub/data.txt": "inside"})
    (folder / "absolute").symlink_to(folder / "sub/data.txt")
    (folder / "sub/relative").symlink_to("../absolute")
    (folder / "folder").symlink_to("sub")
    copy_source(folder, tmp_path / "copy")
    (folder / "sub/data.txt").write_text("changed")
    for link in ("absolute", "sub/relative", "folder/data.txt"):
        assert (tmp_path / "copy" / link).read_text() == "inside"
    assert (tmp_path / "copy/folder").is_symlink()


@pytest.mark.parametrize("goal", ["/etc/passwd", "../secret", "../example-2", "/"])
def test_links_that_lead_out_are_refused(make_nodeserver: MakeNodeServer, tmp_path: Path, goal: str) -> None:
    folder = make_nodeserver()
    (folder / "way_out").symlink_to(goal)
    with pytest.raises(SourceError, match=r"the link .*way_out leads out of the folder"):
        copy_source(folder, tmp_path / "copy")


def test_links_in_a_loop_are_refused(make_nodeserver: MakeNodeServer, tmp_path: Path) -> None:
    folder = make_nodeserver()
    (folder / "a").symlink_to("b")
    (folder / "b").symlink_to("a")
    with pytest.raises(SourceError, match="leads nowhere"):
        copy_source(folder, tmp_path / "copy")


def test_a_pipe_is_refused_and_does_not_hang(make_nodeserver: MakeNodeServer, tmp_path: Path) -> None:
    folder = make_nodeserver()
    os.mkfifo(folder / "pipe")
    with pytest.raises(SourceError, match="neither a file nor a folder"):
        copy_source(folder, tmp_path / "copy")


def test_too_many_entries(make_nodeserver: MakeNodeServer, tmp_path: Path) -> None:
    folder = make_nodeserver()
    copy_source(folder, tmp_path / "copy", SourceLimits(entries=2))
    (folder / "one_more").touch()
    with pytest.raises(SourceError, match="more than 2 files and folders"):
        copy_source(folder, tmp_path / "second", SourceLimits(entries=2))


def test_too_many_bytes(make_nodeserver: MakeNodeServer, tmp_path: Path) -> None:
    folder = make_nodeserver({"big": "x" * 1024 * 1024})
    with pytest.raises(SourceError, match="more than 1 MiB"):
        copy_source(folder, tmp_path / "copy", SourceLimits(bytes=1024 * 1024))


def test_a_store_inside_the_folder_does_not_copy_itself(make_nodeserver: MakeNodeServer) -> None:
    folder = make_nodeserver()
    copy_source(folder, folder / "copy")
    assert not (folder / "copy/copy").exists()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nowhere cannot be copied: No such file or directory"):
        copy_source(tmp_path / "nowhere", tmp_path / "copy")


def test_names_that_are_not_utf8(make_nodeserver: MakeNodeServer, tmp_path: Path) -> None:
    folder = make_nodeserver()
    odd = os.fsdecode(b"caf\xe9.txt")
    (folder / odd).write_text("odd")
    copy_source(folder, tmp_path / "copy")
    assert (tmp_path / "copy" / odd).read_text() == "odd"
