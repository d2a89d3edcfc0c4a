import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pgc.bundles import manifest


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "bundle"
    (folder / "source").mkdir(parents=True)
    (folder / "source/a.py").write_text("print(1)")
    (folder / "source" / os.fsdecode(b"od\xffd")).write_text("x")
    (folder / "source/link").symlink_to("a.py")
    (folder / "source/folder").symlink_to("..")
    os.mkfifo(folder / "source/pipe")
    manifest.write(folder, manifest.survey(folder))
    return folder


def changed(bundle: Path, *, whole: bool) -> str:
    made = manifest.read(bundle)
    assert made is not None
    return manifest.fault(bundle, made, whole=whole)


def keeping_time(path: Path, text: str) -> None:
    before = path.stat()
    path.write_text(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("whole", [True, False])
def test_what_is_as_it_was(bundle: Path, whole: bool) -> None:
    assert changed(bundle, whole=whole) == ""


def test_a_copy_with_other_times_is_the_same(bundle: Path) -> None:
    os.utime(bundle / "source/a.py", (1, 1))
    assert changed(bundle, whole=False) == ""


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda source: (source / "a.py").write_text("print(2)"), "source/a.py is not what was installed"),
        (lambda source: (source / "a.py").chmod(0o755), "source/a.py is not what was installed"),
        (lambda source: (source / "a.py").unlink(), "source/a.py is gone"),
        (lambda source: (source / "b.py").write_text(""), "source/b.py was not there when it was installed"),
        (lambda source: (source / "b").symlink_to("/"), "source/b was not there when it was installed"),
        (lambda source: ((source / "link").unlink(), (source / "link").symlink_to("/etc")), "source/link is not"),
    ],
)
def test_what_was_changed_is_named(bundle: Path, change: Callable[[Path], object], fault: str) -> None:
    change(bundle / "source")
    assert changed(bundle, whole=False).startswith(fault)


def test_what_was_changed_without_a_trace_is_found_by_its_content(bundle: Path) -> None:
    keeping_time(bundle / "source/a.py", "print(2)")
    assert changed(bundle, whole=False) == ""
    assert changed(bundle, whole=True) == "source/a.py is not what was installed"


@pytest.mark.parametrize("content", ["", "{}", '{"entries": 1}'])
def test_one_that_cannot_be_read_is_none(bundle: Path, content: str) -> None:
    (bundle / manifest.NAME).write_text(content)
    assert manifest.read(bundle) is None
