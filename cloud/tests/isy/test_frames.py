"""Frames as real controllers send them (shapes of captures), and frames of no use."""

import pytest

from pgc.isy.frames import CommandTold, DriverTold, Heartbeat, NodeChange, NodeTold, read_frame

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Event seqnum="353" sid="uuid:1" timestamp="2026-05-08T08:06:34.961736-07:00">'
)
TIME = 1778252794.961736


def frame(control: str, action: str, node: str = "", info: str = "", words: str = "") -> str:
    return f"{HEAD}<control>{control}</control>{action}<node>{node}</node><eventInfo>{info}</eventInfo>{words}</Event>"


def test_a_drivers_value() -> None:
    words = "<fmtAct>1.1114 US gallons</fmtAct><fmtName>Current</fmtName>"
    told = read_frame(frame("GV1", '<action uom="69" prec="4">11114</action>', "n010_x", words=words))
    assert told == DriverTold(TIME, "n010_x", "GV1", "1.1114", "69", "1.1114 US gallons", "Current")


@pytest.mark.parametrize(
    ("action", "value"),
    [
        ('<action uom="4" prec="1">-5</action>', "-0.5"),
        ('<action uom="4" prec="0">7</action>', "7"),
        ('<action uom="4">7</action>', "7"),
        ('<action uom="4" prec="999">7</action>', "7"),
        ('<action uom="4" prec="x">seven</action>', "seven"),
        ('<action uom="4" prec="1">seven</action>', "seven"),
        ('<action uom="4" prec="1">1e999999</action>', "1e999999"),
        ('<action uom="4" prec="1">1e9999999999</action>', "1e9999999999"),
    ],
)
def test_values_get_their_decimals(action: str, value: str) -> None:
    told = read_frame(frame("ST", action, "n001_a", words="<fmtAct/><fmtName/>"))
    assert isinstance(told, DriverTold)
    assert told.value == value


def test_a_command_comes_without_words() -> None:
    assert read_frame(frame("DON", "<action>0</action>", "n001_a")) == CommandTold(TIME, "n001_a", "DON", "", "")


@pytest.mark.parametrize(
    ("action", "info", "change", "name"),
    [
        ("ND", '<node flag="0"><address>n001_a</address><name>Lamp</name></node>', NodeChange.ADDED, "Lamp"),
        ("NR", "", NodeChange.REMOVED, ""),
        ("NN", "<newName>Light</newName>", NodeChange.RENAMED, "Light"),
        ("EN", "<enabled>false</enabled>", NodeChange.DISABLED, ""),
        ("EN", "<enabled>true</enabled>", NodeChange.ENABLED, ""),
    ],
)
def test_what_happens_to_a_node(action: str, info: str, change: NodeChange, name: str) -> None:
    told = read_frame(frame("_3", f"<action>{action}</action>", "n001_a", info))
    assert told == NodeTold(TIME, "n001_a", change, name)


def test_a_heartbeat_says_until_when_the_next_one_comes() -> None:
    assert read_frame(frame("_0", "<action>90</action>")) == Heartbeat(TIME, 90.0)


def test_an_event_without_a_time_is_taken_all_the_same() -> None:
    told = read_frame("<Event><control>DON</control><action>0</action><node>n001_a</node></Event>")
    assert told == CommandTold(None, "n001_a", "DON", "", "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no xml",
        "<Event/>",
        "<Other><control>ST</control></Other>",
        frame("_5", "<action>1</action>"),
        frame("_3", "<action>WH</action>", "n001_a"),
        frame("DON", "<action>0</action>"),
        "<!DOCTYPE a [<!ENTITY x 'y'>]><Event><control>&x;</control></Event>",
        "\ud800",
    ],
)
def test_what_is_of_no_use_is_passed_over(text: str) -> None:
    assert read_frame(text) is None
