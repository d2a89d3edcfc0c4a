from pathlib import Path

import pytest

from pgc.bundles.errors import RequirementsError
from pgc.bundles.requirements import LARGEST, read_requirements
from pgc_interface.dialects import Dialect


def test_no_file(tmp_path: Path) -> None:
    assert read_requirements(tmp_path) is None


def test_the_cloud_file_comes_first_even_if_empty(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("requests\n")
    plain = read_requirements(tmp_path)
    (tmp_path / "requirements_cloud.txt").write_text("# nothing\n")
    cloud = read_requirements(tmp_path)
    assert plain is not None
    assert cloud is not None
    assert (plain.file, plain.wanted) == ("requirements.txt", ("requests",))
    assert read_requirements(tmp_path, Dialect.POLYINTERFACE) == plain
    assert (cloud.file, cloud.wanted) == ("requirements_cloud.txt", ())


@pytest.mark.parametrize(
    "line",
    [
        "pgc_interface>=1.0.0",
        "PGC-Interface",
        "pgc.interface == 1.1.*  # the SDK",
        "polyinterface>=2.1.0 ; python_version >= '3'",
        "udi_interface[extra]~=3.0",
        "pgc-interface>=1 --hash=sha256:00",
        "polyinterface @ https://example.invalid/polyinterface.zip",
        "./wheels/polyinterface-2.1.0-py3-none-any.whl",
        "-e git+https://example.invalid/repo.git#egg=polyinterface",
        "git+https://example.invalid/repo.git@main#egg=udi-interface&subdirectory=x",
        "--editable=git+https://example.invalid/repo.git#egg=pgc_interface",
    ],
)
def test_lines_that_are_left_out(tmp_path: Path, line: str) -> None:
    (tmp_path / "requirements.txt").write_text(line + "\n")
    read = read_requirements(tmp_path)
    assert read is not None
    assert (read.wanted, len(read.left_out)) == ((), 1)


@pytest.mark.parametrize(
    "line", ["requests>=2", "./library", "-e .", "git+https://example.invalid/x", "?!", "-r https://example.invalid/r"]
)
def test_lines_that_remain(tmp_path: Path, line: str) -> None:
    (tmp_path / "requirements.txt").write_text(line + "\n")
    read = read_requirements(tmp_path)
    assert read is not None
    assert (read.wanted, read.left_out) == ((line,), ())


def test_options_comments_and_blank_lines_ask_for_nothing(tmp_path: Path) -> None:
    text = "\ufeff--no-index\n-c other.txt\n\n   # pip\n--find-links wheels\npgc_interface \\\n  >=1.0\r\n"
    (tmp_path / "requirements.txt").write_text(text)
    read = read_requirements(tmp_path)
    assert read is not None
    assert (read.wanted, read.left_out) == ((), ("pgc_interface",))


def test_files_named_in_files_count_once_each(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "requirements.txt").write_text("-r sub/more.txt\n--requirement=last.txt\nleaf\n")
    (tmp_path / "sub/more.txt").write_text("-rbeside.txt\n-r ../requirements.txt\npolyinterface\n")
    (tmp_path / "sub/beside.txt").write_text("branch\n")
    (tmp_path / "last.txt").write_text("twig\n")
    read = read_requirements(tmp_path)
    assert read is not None
    assert read.wanted == ("branch", "twig", "leaf")
    assert read.left_out == ("polyinterface",)


@pytest.mark.parametrize("path", ["/etc/passwd", "../outside.txt", "way_out.txt"])
def test_files_outside_are_refused(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "nodeserver"
    folder.mkdir()
    (tmp_path / "outside.txt").write_text("leaf")
    (folder / "way_out.txt").symlink_to(tmp_path / "outside.txt")
    (folder / "requirements.txt").write_text(f"-r {path}\n")
    with pytest.raises(RequirementsError, match="leads out of the NodeServer's folder"):
        read_requirements(folder)


def test_a_named_file_that_is_missing(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("-r missing.txt\n")
    with pytest.raises(RequirementsError, match=r"missing\.txt cannot be read: No such file"):
        read_requirements(tmp_path)


def test_files_that_go_on_for_ever(tmp_path: Path) -> None:
    for number in range(100):
        (tmp_path / f"{number}.txt").write_text(f"-r {number + 1}.txt\n")
    (tmp_path / "requirements.txt").write_text("-r 0.txt\n")
    with pytest.raises(RequirementsError, match="more than 50 requirement files"):
        read_requirements(tmp_path)


def test_what_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("requests\n", encoding="utf-16")
    with pytest.raises(RequirementsError, match="not UTF-8 text") as caught:
        read_requirements(tmp_path)
    assert "PowerShell" in caught.value.hint


def test_what_is_too_large(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_bytes(b"#" * (LARGEST + 1))
    with pytest.raises(RequirementsError, match="larger than 1024 KiB"):
        read_requirements(tmp_path)
