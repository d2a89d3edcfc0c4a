from __future__ import annotations

from pathlib import Path

import pytest

from pgc_interface.serverfile import describe, read_server_file

GOOD = '{"name": "N", "profile_version": null, "credits": [{"version": "2.1"}], "shortPoll": "120"}'


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"], ids=["plain", "BOM"])
def test_reads_the_file(bom: bytes, tmp_path: Path) -> None:
    (tmp_path / "server.json").write_bytes(bom + GOOD.encode())
    content = read_server_file(tmp_path)
    assert describe(content) == {
        "name": "N",
        "profile_version": None,
        "credits": [{"version": "2.1"}],
        "shortPoll": "120",
        "version": "2.1",
    }


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff\xfe", b""], ids=["broken", "a list", "UTF-16", "empty"])
def test_a_bad_file_is_named_in_the_log(content: bytes, tmp_path: Path, heard: list[str]) -> None:
    (tmp_path / "server.json").write_bytes(content)
    assert read_server_file(tmp_path) is None
    assert "server.json" in heard[0]
    assert describe(None) == {"version": "unknown"}


@pytest.mark.parametrize("credits_", ["[]", "{}", '["x"]', '[{"title": "x"}]', "null"])
def test_a_version_is_always_there(credits_: str, tmp_path: Path) -> None:
    (tmp_path / "server.json").write_text('{"credits": ' + credits_ + "}")
    described = describe(read_server_file(tmp_path))
    assert (described["version"], described["profile_version"]) == ("0.0.0", "NotDefined")
