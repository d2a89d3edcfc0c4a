"""Zips, good and hostile."""

import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pgc.bundles.archive import unpack
from pgc.bundles.errors import SourceError
from pgc.bundles.source import SourceLimits

Zipped = Callable[..., Path]


@pytest.fixture
def zipped(tmp_path: Path) -> Zipped:
    """A zip of these entries: names, or `ZipInfo`s, and contents."""

    def make(*entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
        path = tmp_path / "some.zip"
        with zipfile.ZipFile(path, "w", method) as archive:
            for name, content in entries:
                archive.writestr(name, content)
        return path

    return make


def link(name: str, target: str) -> tuple[zipfile.ZipInfo, bytes]:
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info, target.encode()


def test_what_is_in_it_is_unpacked_with_its_executable_bits(zipped: Zipped, tmp_path: Path) -> None:
    program = zipfile.ZipInfo("run.sh")
    program.external_attr = (stat.S_IFREG | 0o6755) << 16
    folder = unpack(zipped(("server.json", b"{}"), ("a/b.txt", b"text"), (program, b"#!")), tmp_path / "out")
    assert folder == tmp_path / "out"
    assert (folder / "a/b.txt").read_bytes() == b"text"
    assert stat.S_IMODE((folder / "run.sh").stat().st_mode) == 0o755
    assert stat.S_IMODE((folder / "a/b.txt").stat().st_mode) == 0o644


def test_a_single_folder_on_top_is_unwrapped(zipped: Zipped, tmp_path: Path) -> None:
    entries = ("name-main/", b""), ("name-main/server.json", b"{}"), ("__MACOSX/name-main/._x", b"")
    assert unpack(zipped(*entries), tmp_path / "out") == tmp_path / "out/name-main"
    assert not (tmp_path / "out/__MACOSX").exists()


def test_backslashes_of_windows_are_slashes(zipped: Zipped, tmp_path: Path) -> None:
    info = zipfile.ZipInfo("x")
    info.filename = "profile\\nls.txt"
    assert (unpack(zipped((info, b"x"), ("b", b"")), tmp_path / "out") / "profile/nls.txt").read_bytes() == b"x"


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", "C:/x", "C:\\x", "..\\x", "\\x", "a\x1b[2J"])
def test_nothing_is_written_outside_of_the_folder(zipped: Zipped, tmp_path: Path, name: str) -> None:
    info = zipfile.ZipInfo("x")
    info.filename = name
    with pytest.raises(SourceError, match=r"outside of its folder|no usable name"):
        unpack(zipped((info, b"x")), tmp_path / "out")
    assert {path.name for path in tmp_path.rglob("*")} <= {"some.zip", "out"}


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ([link("way", "/etc/passwd")], "holds a link"),
        ([link("way", ".."), ("way/x", b"x")], "holds a link"),
        ([("a", b"1"), ("a", b"2")], "twice"),
        ([("a", b"1"), ("a/b", b"2")], "cannot be unpacked"),
        ([(f"{number}", b"") for number in range(21)], "more than 20 files"),
        ([("zeros", bytes(5_000_000))], "more than 1 MiB"),
        ([("/".join("a" * 120), b"")], "nested deeper"),
        ([("a" * 300, b"")], "cannot be unpacked"),
        ([("/".join("a" * 15) + "/x", b""), ("/".join("b" * 15) + "/", b"")], "more than 20 folders"),
    ],
    ids=["link", "through a link", "twice", "file and folder", "too many", "bomb", "deep", "long name", "folders"],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_hostile_zips(
    zipped: Zipped, tmp_path: Path, entries: list[tuple[str | zipfile.ZipInfo, bytes]], reason: str
) -> None:
    with pytest.raises(SourceError, match=reason):
        unpack(zipped(*entries), tmp_path / "out", SourceLimits(entries=20, bytes=1024 * 1024))


def test_what_it_says_of_sizes_is_no_promise(zipped: Zipped, tmp_path: Path) -> None:
    path = zipped(("zeros", bytes(5_000_000)))
    content = bytearray(path.read_bytes())
    for sign, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = content.find(sign) + at
        content[place : place + 4] = (10).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(SourceError):
        unpack(path, tmp_path / "out", SourceLimits(bytes=1024 * 1024))
    assert sum(file.stat().st_size for file in (tmp_path / "out").iterdir()) <= 1024 * 1024


def test_an_encrypted_one(zipped: Zipped, tmp_path: Path) -> None:
    path = zipped(("server.json", b"{}"))
    content = bytearray(path.read_bytes())
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(sign) + at] |= 1
    path.write_bytes(content)
    with pytest.raises(SourceError, match="encrypted"):
        unpack(path, tmp_path / "out")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packers_that_may_ask_for_much_memory_are_not_used(zipped: Zipped, tmp_path: Path, method: int) -> None:
    with pytest.raises(SourceError, match="packed in a way that is not taken"):
        unpack(zipped(("a", b"text"), method=method), tmp_path / "out")


def test_a_list_of_files_that_would_fill_memory_is_not_read(zipped: Zipped, tmp_path: Path) -> None:
    path = zipped(*((f"{number:05}{'x' * 200}", b"") for number in range(20_000)))
    with pytest.raises(SourceError, match="the zip holds too many files"):
        unpack(path, tmp_path / "out")


def test_one_for_enormous_files(tmp_path: Path) -> None:
    path = tmp_path / "some.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", b"")
    content = path.read_bytes()
    end = content.rfind(b"PK\x05\x06")
    path.write_bytes(content[:end] + b"PK\x06\x07" + bytes(16) + content[end:])
    with pytest.raises(SourceError, match="enormous"):
        unpack(path, tmp_path / "out")


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all"])
def test_what_is_no_zip(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "some.zip").write_bytes(content)
    with pytest.raises(SourceError):
        unpack(tmp_path / "some.zip", tmp_path / "out")


def test_damaged_ones_are_refused_and_nothing_else(zipped: Zipped, tmp_path: Path) -> None:
    """Each byte of a small zip spoiled in turn: it is unpacked or refused, never more than that."""
    good = zipped(("server.json", b"{}" * 40), ("a/b", os.urandom(60))).read_bytes()
    refused = 0
    for at in range(len(good)):
        spoiled = tmp_path / "spoiled.zip"
        spoiled.write_bytes(good[:at] + bytes([good[at] ^ 0xFF]) + good[at + 1 :])
        try:
            unpack(spoiled, tmp_path / f"out-{at}")
        except SourceError:
            refused += 1
    assert refused > len(good) // 4
