"""Where installs keep what they download."""

import os
from pathlib import Path

from pgc.bundles.workplace import downloads


def test_downloads_that_are_used_again_are_new_for_housekeeping(tmp_path: Path) -> None:
    """uv and npm write below folders of theirs, which does not show on the folder itself."""
    folder = downloads(tmp_path, Path("/owner"))
    (folder / "package").touch()
    os.utime(folder, (1, 1))
    assert downloads(tmp_path, Path("/owner")) == folder
    assert folder.stat().st_mtime > 1
    assert (folder / "package").exists()


def test_no_downloads_lie_inside_others(tmp_path: Path) -> None:
    kept = [downloads(tmp_path, Path(owner), suffix) for owner in ("/one", "/two") for suffix in ("", "-npm")]
    assert {folder.parent for folder in kept} == {tmp_path}
    assert len(set(kept)) == 4
