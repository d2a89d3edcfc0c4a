from pathlib import Path
from zipfile import ZipFile

import pytest

from pgc.cli.errors import CommandError
from pgc.cli.ns_source import PASSWORD, read_source


def test_folders_zips_and_repositories_are_told_apart(tmp_path: Path) -> None:
    ZipFile(tmp_path / "a.zip", "w").close()
    assert read_source(str(tmp_path), None).body == {"folder": str(tmp_path)}
    assert read_source(str(tmp_path / "a.zip"), None).zip == tmp_path / "a.zip"
    for url in ("https://git.example/a.git", "git@git.example:a/b.git", "ssh://git@git.example/a", "file:///srv/a"):
        assert read_source(url, "v1").body == {"git": url, "ref": "v1"}


@pytest.mark.parametrize("ref", [None, "v1"])
def test_what_is_nothing(tmp_path: Path, ref: str | None) -> None:
    with pytest.raises(CommandError):
        read_source(str(tmp_path / "nothing"), ref)


def test_a_file_that_is_no_zip_is_not_sent(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# A NodeServer")
    with pytest.raises(CommandError, match=r"README\.md is no zip"):
        read_source(str(tmp_path / "README.md"), None)


def test_a_folder_has_no_versions(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--ref goes with the URL of a git repository"):
        read_source(str(tmp_path), "main")


def test_a_password_is_never_on_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PASSWORD, raising=False)
    with pytest.raises(CommandError, match="visible to every user"):
        read_source("https://me:word@git.example/a.git", None)
    with pytest.raises(CommandError, match=r"no password or token for git\.example"):
        read_source("https://me@git.example/a.git", None)
    monkeypatch.setenv(PASSWORD, "w/rd@")
    source = read_source("https://me@git.example/a.git", None)
    assert source.body["git"] == "https://me:w%2Frd%40@git.example/a.git"
    assert "w%2Frd" not in repr(source)
