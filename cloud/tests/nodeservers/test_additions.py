"""The nodes of a frame, as the platform keeps them."""

from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import pytest

from pgc.broker.link import PlatformLink
from pgc.bundles.server_file import ServerFile
from pgc.events import Events
from pgc.isy.client import IsyLogin
from pgc.isy.isy import Isy
from pgc.nodeservers.additions import additions
from pgc.nodeservers.deletions import Deletions
from pgc.nodeservers.directory import Directory
from pgc.nodeservers.hot import HotLane
from pgc.nodeservers.listener import HomeListener
from pgc.nodeservers.nodes import Node
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.outbound import Outbound
from pgc.nodeservers.provisioner import Provisioner
from pgc.nodeservers.writer import ValueWriter
from pgc.secrets.keyring import Keyring
from pgc.storage.records import NodeRecord, NodeServerRecord
from pgc.storage.storage import Storage
from pgc_interface import wire
from pgc_interface.rules.nodes import MOST_NODES

from .conftest import node


@pytest.fixture
def nodeserver(tmp_path: Path) -> NodeServer:
    """One whose ISY was never asked for anything."""
    storage = Storage(tmp_path / "pgc.db", Keyring.load(tmp_path / "keyring.json"))
    link = PlatformLink("mqtt://127.0.0.1:1", "platform", "", [], lambda *_: None)
    deletions = Deletions(storage, Provisioner(storage, Outbound(link), AsyncMock()))
    listener = HomeListener("i1", Directory(), HotLane(ValueWriter(storage.values)), deletions)
    isy = Isy("i1", "Home", IsyLogin("http://127.0.0.1:1", "admin", "admin"), listener)
    record = NodeServerRecord(worker="w1", isy="i1", slot=3, name="Weather", source="", bundle="", slot_password="")
    return NodeServer(record, ServerFile(name="Weather", executable="weather.py"), isy, "test", Events())


def frame(*batch: dict[str, Any]) -> wire.Upstream:
    return wire.decode(wire.encode({"batch": {"addnode": list(batch)}}), wire.Upstream)


def test_a_node_is_kept_with_its_name_and_hint_as_the_isy_takes_them(nodeserver: NodeServer) -> None:
    record = additions(nodeserver, frame(node("a", name="Zone <1>", hint=[1, 2, 3, 4])))[0].record
    assert (record.name, record.hint, record.on_isy) == ("Zone 1", "0x01020304", False)


def test_a_node_that_is_known_keeps_its_age_and_its_place_on_the_isy(nodeserver: NodeServer) -> None:
    known = NodeRecord(address="a", name="old", nodedef="d", primary="a", on_isy=True, time_added=12)
    nodeserver.nodes["a"] = Node(known)
    record = additions(nodeserver, frame(node("a", name="new")))[0].record
    assert (record.name, record.on_isy, record.time_added) == ("new", True, 12)


def test_the_nodes_that_are_there_count_for_the_most_that_it_may_have(nodeserver: NodeServer) -> None:
    for number in range(MOST_NODES):
        nodeserver.nodes[f"n{number}"] = Node(NodeRecord(address=f"n{number}", name="", nodedef="d", primary="x"))
    beyond, known = additions(nodeserver, frame(node("beyond"), node("n0")))
    assert f"at most {MOST_NODES} nodes" in beyond.refused
    assert known.refused == ""
