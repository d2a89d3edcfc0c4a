"""A real database file for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pgc.secrets.keyring import Keyring
from pgc.storage.records import Api, IsyRecord, NodeServerRecord, SourceKind
from pgc.storage.storage import Storage
from pgc_interface.dialects import Dialect

ISY = IsyRecord(id="a1", name="Home", url="http://127.0.0.1:8080", username="admin", password="opensesame")
NODESERVER = NodeServerRecord(
    worker="w1",
    isy="a1",
    slot=3,
    name="Weather",
    source="/src",
    bundle="b" * 64,
    slot_password="slotword",
    api=Api.POLYINTERFACE,
    dialect=Dialect.POLYINTERFACE,
    dialect_reason="its owner chose so",
    kind=SourceKind.GIT,
    ref="main",
    commit="c" * 40,
    source_login="me:gitword",
    install_failure="it did not work",
    earlier={"bundle": "e" * 64, "commit": ""},
    python="3.8",
)


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    storage = Storage(tmp_path / "pgc.db", Keyring.load(tmp_path / "keyring.json"))
    await storage.open()
    await storage.isys.add(ISY)
    await storage.nodeservers.add(NODESERVER)
    yield storage
    await storage.close()
