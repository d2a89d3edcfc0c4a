import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pgc.bundles.errors import ServerFileError
from pgc.bundles.server_file import LARGEST, read_server_file

MakeNodeServer = Callable[..., Path]


def test_a_usual_one(make_nodeserver: MakeNodeServer) -> None:
    folder = make_nodeserver(
        description="Shows how",
        notice="Mind the step",
        docs="README.md",
        install_cloud="install_cloud.sh",
        shortPoll="5",
        longPoll=30,
        profile_version="1.2",
        credits=[{"title": "Example", "version": "2.0.1"}],
    )
    server = read_server_file(folder)
    assert (server.name, server.executable, server.type, server.language) == ("Example", "example.py", *2 * ["python3"])
    assert (server.description, server.notice, server.docs) == ("Shows how", "Mind the step", "README.md")
    assert (server.short_poll, server.long_poll) == (5, 30)
    assert (server.profile_version, server.has_profile_version) == ("1.2", True)
    assert (server.version, server.install_cloud, server.wants_ingress) == ("2.0.1", "install_cloud.sh", False)


def test_little_is_enough(tmp_path: Path) -> None:
    (tmp_path / "server.json").write_text('{"executable": "lights.py"}')
    (tmp_path / "lights.py").touch()
    server = read_server_file(tmp_path)
    assert (server.name, server.version, server.short_poll, server.long_poll) == ("lights", "", 60, 600)
    assert not server.has_profile_version


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        *((readable, 7) for readable in ("7", " 7 ", 7, 7.9)),
        *((odd, 60) for odd in ("", "soon", 0, -5, None, True, {}, "inf", "nan")),
        (10**12, 7 * 24 * 3600),
    ],
)
def test_polls_are_read_leniently_and_bounded(make_nodeserver: MakeNodeServer, written: object, seconds: int) -> None:
    assert read_server_file(make_nodeserver(shortPoll=written)).short_poll == seconds


def test_a_profile_version_of_null_is_not_the_same_as_none(make_nodeserver: MakeNodeServer) -> None:
    server = read_server_file(make_nodeserver(profile_version=None))
    assert (server.profile_version, server.has_profile_version) == (None, True)


def test_versions_written_as_numbers_are_texts(make_nodeserver: MakeNodeServer) -> None:
    server = read_server_file(make_nodeserver(profile_version=3, credits=[{"version": 1.5}]))
    assert (server.profile_version, server.version) == ("3", "1.5")


@pytest.mark.parametrize("credits", [[], {}, None, "me", [None], [{}], [{"version": {}}]])
def test_odd_credits_give_no_version(make_nodeserver: MakeNodeServer, credits: object) -> None:
    assert read_server_file(make_nodeserver(credits=credits)).version == ""


@pytest.mark.parametrize("key", ["httpsIngress", "ingressRequired", "tcpIngress"])
def test_ingress_is_asked_for_under_three_names(make_nodeserver: MakeNodeServer, key: str) -> None:
    assert read_server_file(make_nodeserver(**{key: True})).wants_ingress


def test_a_byte_order_mark_is_tolerated(make_nodeserver: MakeNodeServer) -> None:
    folder = make_nodeserver()
    content = (folder / "server.json").read_bytes()
    (folder / "server.json").write_bytes(b"\xef\xbb\xbf" + content)
    assert read_server_file(folder).name == "Example"


def test_the_executable_may_be_written_with_a_dot(make_nodeserver: MakeNodeServer) -> None:
    folder = make_nodeserver({"src/main.py": ""}, executable="./src/../src/main.py")
    assert read_server_file(folder).executable == "src/main.py"


def test_no_server_json(tmp_path: Path) -> None:
    with pytest.raises(ServerFileError, match=r"there is no server\.json in") as caught:
        read_server_file(tmp_path)
    assert "folder" in caught.value.hint


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(ServerFileError, match=r"there is no server\.json in"):
        read_server_file(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{\n  "name": "x",\n}', "line 3, column 1"),
        (b"", "line 1, column 1"),
        (b"[" * 100_000, "not valid JSON"),
        (b'{"shortPoll": ' + b"9" * 10_000 + b"}", "not valid JSON"),
        (b"[]", "must hold an object, as in {…}, not a list"),
        (b"null", "not null"),
        (b'{"name": "\xff"}', "not UTF-8 text: byte 11"),
        (b" " * (LARGEST + 1), "larger than 256 KiB"),
    ],
)
def test_what_is_no_server_json(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "server.json").write_bytes(content)
    with pytest.raises(ServerFileError) as caught:
        read_server_file(tmp_path)
    assert reason in str(caught.value)


@pytest.mark.parametrize("executable", ["", "  ", None, 7, ["example.py"]])
def test_an_executable_that_names_nothing(make_nodeserver: MakeNodeServer, executable: object) -> None:
    with pytest.raises(ServerFileError, match="names no program") as caught:
        read_server_file(make_nodeserver(executable=executable))
    assert "example.py" in caught.value.hint


@pytest.mark.parametrize("executable", ["gone.py", ".", "example.py/x", "a\0b", "x" * 5000, "python3 example.py"])
def test_an_executable_that_is_not_there(make_nodeserver: MakeNodeServer, executable: str) -> None:
    with pytest.raises(ServerFileError, match="is not in the folder") as caught:
        read_server_file(make_nodeserver(executable=executable))
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("executable", ["/bin/sh", "../outside.py", "way_out.py"])
def test_an_executable_that_leads_out(make_nodeserver: MakeNodeServer, executable: str) -> None:
    folder = make_nodeserver(executable=executable)
    outside = folder.parent / "outside.py"
    outside.touch()
    (folder / "way_out.py").symlink_to(outside)
    with pytest.raises(ServerFileError, match="leads out of the folder"):
        read_server_file(folder)


def test_one_in_javascript_is_taken(make_nodeserver: MakeNodeServer) -> None:
    assert read_server_file(make_nodeserver(type="node")).language == "node"


@pytest.mark.parametrize("kind", ["java", "python", "", None, {}])
def test_other_languages_are_refused(make_nodeserver: MakeNodeServer, kind: object) -> None:
    with pytest.raises(ServerFileError, match="cannot be run") as caught:
        read_server_file(make_nodeserver(type=kind))
    assert json.dumps(kind) in str(caught.value)
