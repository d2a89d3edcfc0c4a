"""The nodes of a frame, as a table: what becomes of each, and which cannot be."""

from pathlib import Path
from typing import Any

import pytest

from pgc.bundles.server_file import ServerFile
from pgc.events import Events
from pgc.isy.client import IsyLogin
from pgc.isy.isy import Isy
from pgc.nodeservers.additions import MOST_NODES, additions
from pgc.nodeservers.directory import Directory
from pgc.nodeservers.hot import HotLane
from pgc.nodeservers.listener import HomeListener
from pgc.nodeservers.nodes import Node
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.writer import ValueWriter
from pgc.secrets.keyring import Keyring
from pgc.storage.records import NodeRecord, NodeServerRecord
from pgc.storage.storage import Storage
from pgc_interface import wire

from .conftest import node

REFUSED = [
    ({"address": "a" * 15, "primary": "a" * 15}, "is 15 characters long; an ISY takes at most 14"),
    ({"address": "Upper"}, "upper-case"),
    ({"address": "a/b"}, "'/' in it"),
    ({"primary": "b" * 15}, "'bbbbbbbbbbbbbbb' is 15 characters"),
]
HINTS = [("0x01020304", "0x01020304"), ([1, 2, 3, 255], "0x010203ff"), ([-1, 256, 0, 0], "0xff000000"), (None, None)]


@pytest.fixture
def nodeserver(tmp_path: Path) -> NodeServer:
    """One whose ISY was never asked for anything."""
    storage = Storage(tmp_path / "pgc.db", Keyring.load(tmp_path / "keyring.json"))
    listener = HomeListener("i1", Directory(), HotLane(ValueWriter(storage.values)))
    isy = Isy("i1", "Home", IsyLogin("http://127.0.0.1:1", "admin", "admin"), listener)
    record = NodeServerRecord(worker="w1", isy="i1", slot=3, name="Weather", source="", bundle="", slot_password="")
    return NodeServer(record, ServerFile(name="Weather", executable="weather.py"), isy, "test", Events())


def frame(*batch: dict[str, Any], single: dict[str, Any] | None = None) -> wire.Upstream:
    body: dict[str, Any] = {"batch": {"addnode": list(batch)}} | ({"addnode": single} if single else {})
    return wire.decode(wire.encode(body), wire.Upstream)


def test_a_single_node_comes_before_those_of_the_batch(nodeserver: NodeServer) -> None:
    found = additions(nodeserver, frame(node("b"), node("c"), single=node("a")))
    assert [addition.record.address for addition in found] == ["a", "b", "c"]


@pytest.mark.parametrize(("given", "reason"), REFUSED)
def test_an_address_that_no_isy_takes_is_refused_alone(
    nodeserver: NodeServer, given: dict[str, Any], reason: str
) -> None:
    bad, good = additions(nodeserver, frame({**node("a"), **given}, node("good")))
    assert reason in bad.refused
    assert good.refused == ""


@pytest.mark.parametrize(("given", "kept"), HINTS)
def test_a_hint_is_kept_as_text(nodeserver: NodeServer, given: object, kept: str | None) -> None:
    assert additions(nodeserver, frame(node("a", hint=given)))[0].record.hint == kept


@pytest.mark.parametrize(("name", "kept"), [("Zone <1>", "Zone 1"), ("%&/", "a"), ("", "a"), ("Küche\n", "Küche")])
def test_a_name_loses_what_an_isy_does_not_take(nodeserver: NodeServer, name: str, kept: str) -> None:
    assert additions(nodeserver, frame(node("a", name=name)))[0].record.name == kept


def test_a_node_that_is_known_keeps_its_age_and_its_place_on_the_isy(nodeserver: NodeServer) -> None:
    known = NodeRecord(address="a", name="old", nodedef="d", primary="a", on_isy=True, time_added=12)
    nodeserver.nodes["a"] = Node(known)
    record = additions(nodeserver, frame(node("a", name="new")))[0].record
    assert (record.name, record.on_isy, record.time_added) == ("new", True, 12)


def test_nodes_beyond_the_most_are_refused_and_known_ones_are_not(nodeserver: NodeServer) -> None:
    for number in range(MOST_NODES - 1):
        nodeserver.nodes[f"n{number}"] = Node(NodeRecord(address=f"n{number}", name="", nodedef="d", primary="x"))
    last, beyond, known, again = additions(nodeserver, frame(node("last"), node("beyond"), node("n0"), node("last")))
    assert f"at most {MOST_NODES} nodes" in beyond.refused
    assert (last.refused, known.refused, again.refused) == ("", "", "")
