"""The kit's own fixture, in place of the platform of the SDK's other tests; and a folder for its NodeServers."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator

import pytest

from pgc_interface.testing import Platform

PROFILE = {
    "nodedef/nodedefs.xml": '<nodeDefs><nodeDef id="controller"><sts><st id="ST"/></sts></nodeDef></nodeDefs>',
    "editor/editors.xml": '<editors><editor id="B"><range uom="2" subset="0,1"/></editor></editors>',
    "nls/en_us.txt": "ND-controller-NAME = Test\n",
}


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A NodeServer's folder, which is the working directory: server.json and a profile."""
    (tmp_path / "server.json").write_text(
        '{"name": "Test", "executable": "ns-poly.py", "shortPoll": "10", "longPoll": "60", "profile_version": "1.2"}'
    )
    for name, text in PROFILE.items():
        path = tmp_path / "profile" / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path
