from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from pgc_interface.profile import profile_is_due, profile_messages


def write(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / "profile" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"content of {name}")


def test_files_in_the_order_an_isy_wants_and_the_last_is_marked(tmp_path: Path) -> None:
    write(tmp_path, "nls/en_us.txt", "editor/b.xml", "editor/A.XML", "nodedef/n.xml", "nodedef/n.bak", "notes.txt")
    bodies = profile_messages(tmp_path)
    assert [(body["type"], body["filename"], body.get("last")) for body in bodies] == [
        ("nodedef", "n.xml", None),
        ("editor", "A.XML", None),
        ("editor", "b.xml", None),
        ("nls", "en_us.txt", True),
    ]
    assert base64.b64decode(bodies[0]["payload"]) == b"content of nodedef/n.xml"


def test_what_the_platform_would_refuse_is_left_out_by_name(tmp_path: Path, heard: list[str]) -> None:
    write(tmp_path, "nls/en us.txt", "nls/en_us.txt")
    (tmp_path / "profile" / "nls" / "huge.txt").write_bytes(b"x" * 1024 * 1024)
    assert [body["filename"] for body in profile_messages(tmp_path)] == ["en_us.txt"]
    assert [line.split(" is left out")[0] for line in heard] == [
        "The profile file nls/en us.txt",
        "The profile file nls/huge.txt",
    ]


def test_without_files_nothing_is_sent(tmp_path: Path, heard: list[str]) -> None:
    assert profile_messages(tmp_path) == []
    (tmp_path / "profile").mkdir()
    assert profile_messages(tmp_path) == []
    assert len(heard) == 2


@pytest.mark.parametrize(
    ("first", "installed", "content", "due"),
    [
        (True, None, None, True),
        (True, "1", {"profile_version": "1"}, True),
        (False, "1", {"profile_version": "1"}, False),
        (False, "1", {"profile_version": 1}, False),
        (False, "1", {"profile_version": "2"}, True),
        (False, None, {"profile_version": "2"}, True),
        (False, "1", {"profile_version": None}, True),
        (False, None, {}, False),
        (False, "1", None, False),
    ],
)
def test_when_it_is_due(first: bool, installed: Any, content: Any, due: bool) -> None:
    assert profile_is_due(first, installed, content) is due


def test_uploaded_at_the_first_run_before_the_nodes(platform: Any, start: Any, tmp_path: Path) -> None:
    write(tmp_path, "nodedef/n.xml", "nls/en_us.txt")
    start(firstRun=True)
    durable = [frame for _, frame in platform.frames if "seq" in frame]
    assert [next(iter(frame)) for frame in durable] == ["uploadProfile", "uploadProfile", "batch"]
    assert [frame["seq"] for frame in durable] == [1, 2, 3]


def test_install_profile_sends_the_files_as_they_are_now(platform: Any, start: Any, tmp_path: Path) -> None:
    controller = start()
    assert controller.poly.installprofile() is False
    write(tmp_path, "nodedef/n.xml")
    assert controller.poly.installprofile() is True
    body = platform.expect_key("uploadProfile")
    assert (body["filename"], body["last"]) == ("n.xml", True)
    assert platform.frames[-1][0] == platform.topics.isy


def test_get_server_data_has_the_shape_nodeservers_use(start: Any, tmp_path: Path) -> None:
    (tmp_path / "server.json").write_text('{"profile_version": "3", "credits": [{"version": "2.1.5"}]}')
    controller = start(profileVersion="3")
    assert controller.poly.get_server_data(check_profile=True)["version"] == "2.1.5"
