"""What ISYs say of their nodes, as captured from real ones."""

from decimal import Decimal

import pytest

from pgc.isy.drivers import Value
from pgc.isy.errors import IsyError
from pgc.isy.holdings import Reading, read_holdings, read_node

NODES = b"""<?xml version="1.0" encoding="UTF-8"?><nodes><root>Home</root>
<folder flag="0"><address>16228</address><name>Things</name></folder>
<node flag="128" nodeDefId="ctl"><address>n010_controller</address><name>Flume</name></node>
<node flag="0" nodeDefId="f"><address>n010_acd50dd3</address><parent type="1">n010_controller</parent></node>
<node flag="128"><address>1A 2B 3C 1</address><name>Lamp</name></node>
<group flag="132"><address>00:21:b9:02:00:01</address></group></nodes>"""
STATUS = b"""<nodes><node id="n010_acd50dd3">
<property id="GV1" value="427" formatted="0.0427 US gallons" uom="69" prec="4" name="Current" />
<property id="GV2" value="-4041319" uom="69" prec="3" /><property id="ST" value="1" uom="2"/>
<property id="OL" value="" formatted=" " uom="0" /></node>
<node id="1A 2B 3C 1"><property id="ST" value="255" uom="100"/></node></nodes>"""


def test_nodes_of_nodeservers_with_their_values() -> None:
    held = read_holdings(NODES, STATUS)
    assert set(held) == {(10, "controller"), (10, "acd50dd3")}
    assert held[10, "controller"] == {}
    assert held[10, "acd50dd3"] == {
        "GV1": Reading(Decimal("0.0427"), "69"),
        "GV2": Reading(Decimal("-4041.319"), "69"),
        "ST": Reading(Decimal(1), "2"),
        "OL": Reading(None, "0"),
    }


@pytest.mark.parametrize(
    ("value", "uom", "same"),
    [
        ("12.5", "17", True),
        ("12.50", "17", True),
        ("12.5", "farenheit", True),
        ("12.5", "4", False),
        ("12", "17", False),
    ],
)
def test_what_says_the_same(value: str, uom: str, same: bool) -> None:
    held = read_node(
        b'<nodeInfo><node/><properties><property id="ST" value="125" uom="17" prec="1"/></properties></nodeInfo>'
    )
    assert held["ST"].says(Value(value, uom)) == same


def test_a_driver_that_was_never_set_says_nothing() -> None:
    assert not Reading(None, "0").says(Value("0", "0"))


@pytest.mark.parametrize("wrong", [b"", b"<html/>", b"not XML", b'<RestResponse succeeded="true"/>'])
def test_what_is_no_list_of_nodes_is_refused(wrong: bytes) -> None:
    with pytest.raises(IsyError, match="cannot be read"):
        read_holdings(wrong, STATUS)
    with pytest.raises(IsyError, match="cannot be read"):
        read_node(wrong)


@pytest.mark.parametrize(
    ("value", "prec"),
    [("x", "0"), ("1", "999"), ("1", "-1"), ("NaN", "1"), ("1", ""), ("1e9999999999", "0"), ("1e0", "0")],
)
def test_odd_values_harm_nothing(value: str, prec: str) -> None:
    held = read_node(f'<nodeInfo><property id="ST" value="{value}" uom="2" prec="{prec}"/></nodeInfo>'.encode())
    assert not held["ST"].says(Value("1", "2"))
