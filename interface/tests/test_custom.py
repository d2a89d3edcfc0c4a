"""Saved data apart from the connection: quick edits, edits from elsewhere, configs that are older than an edit."""

from __future__ import annotations

from typing import Any

import pytest

from pgc_interface.custom import SavedData
from pgc_interface.wire import WireError


class Lane:
    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.settled = 0

    def send(self, message: dict[str, Any], *, answer: Any = None) -> int:
        self.sent.append(message)
        return len(self.sent)


@pytest.fixture
def lane() -> Lane:
    return Lane()


def make(lane: Lane, **config: Any) -> SavedData:
    return SavedData({"nodes": {}, **config}, lane.send, lambda: lane.settled)


def test_two_quick_edits_both_survive_and_show_at_once(lane: Lane) -> None:
    saved = make(lane, customParams={"a": "1"})
    saved.patch("customParams", {"b": "2"}, [])
    saved.patch("customParams", {"c": "3"}, ["a"])
    assert saved.config["customParams"] == {"b": "2", "c": "3"}
    assert lane.sent == [
        {"patchparams": {"set": {"b": "2"}, "unset": []}},
        {"patchparams": {"set": {"c": "3"}, "unset": ["a"]}},
    ]


def test_an_older_config_does_not_take_an_edit_back(lane: Lane) -> None:
    saved = make(lane, customParams={})
    saved.patch("customParams", {"b": "2"}, [])
    assert saved.adopt({"nodes": {}, "customParams": {"owner": "x"}})["customParams"] == {"owner": "x", "b": "2"}
    lane.settled = 1
    assert saved.adopt({"nodes": {}, "customParams": {"owner": "y"}})["customParams"] == {"owner": "y"}


def test_a_config_of_a_lower_revision_changes_nothing(lane: Lane) -> None:
    saved = make(lane, customParams={"a": "2"}, rev={"params": 7, "notices": 1, "data": 1})
    stale = {"customParams": {"a": "1"}, "notices": {"n": "x"}, "rev": {"params": 6, "notices": 2, "data": 1}}
    config = saved.adopt(stale)
    assert (config["customParams"], config["notices"]) == ({"a": "2"}, {"n": "x"})


def test_a_whole_map_is_sent_as_its_difference(lane: Lane) -> None:
    saved = make(lane, customParams={"keep": "1", "change": "1", "drop": "1"})
    saved.replace("customParams", {"keep": "1", "change": "2", "new": "3"})
    assert lane.sent == [{"patchparams": {"set": {"change": "2", "new": "3"}, "unset": ["drop"]}}]
    assert saved.config["customParams"] == {"keep": "1", "change": "2", "new": "3"}


def test_a_map_changed_in_place_and_saved_is_a_difference_too(lane: Lane) -> None:
    saved = make(lane, customParams={"a": {"deep": 1}})
    params = saved.config["customParams"]
    params["a"]["deep"] = 2
    params["b"] = 1
    saved.replace("customParams", params)
    assert lane.sent == [{"patchparams": {"set": {"a": {"deep": 2}, "b": 1}, "unset": []}}]


def test_an_edit_changed_in_place_before_the_platform_has_it_is_still_a_difference(lane: Lane) -> None:
    saved = make(lane, customParams={})
    saved.patch("customParams", {"a": {"deep": 1}}, [])
    params = saved.config["customParams"]
    params["a"]["deep"] = 2
    assert saved.adopt({"customParams": {}})["customParams"] == {"a": {"deep": 1}}
    saved.replace("customParams", params)
    assert lane.sent[-1] == {"patchparams": {"set": {"a": {"deep": 2}}, "unset": []}}


def test_editing_while_looping_over_the_map_is_safe(lane: Lane) -> None:
    saved = make(lane, customParams={"a": "1", "b": "2"})
    for key in saved.config["customParams"]:
        saved.patch("customParams", {key + key: "x"}, [key])
    assert saved.config["customParams"] == {"aa": "x", "bb": "x"}


def test_a_config_says_itself_which_edits_it_holds(lane: Lane) -> None:
    saved = make(lane, customParams={}, rev={"params": 0, "seq": 0})
    saved.patch("customParams", {"a": "mine"}, [])
    saved.patch("customParams", {"b": "mine"}, [])
    owners = {"customParams": {"a": "the owner's, afterwards"}, "rev": {"params": 2, "seq": 1}}
    assert saved.adopt(owners)["customParams"] == {"a": "the owner's, afterwards", "b": "mine"}
    refused = {"customParams": {"a": "the owner's, afterwards"}, "rev": {"params": 2, "seq": 2}}
    assert saved.adopt(refused)["customParams"] == {"a": "the owner's, afterwards"}


def test_a_whole_map_leaves_alone_what_its_maker_had_not_seen(lane: Lane) -> None:
    saved = make(lane, customParams={"a": "1", "b": "1"})
    mine = dict(saved.config["customParams"])
    saved.adopt({"customParams": {"a": "the owner's", "b": "1", "c": "the owner's"}})
    del mine["b"]
    saved.replace("customParams", {**mine, "d": "mine"})
    assert lane.sent == [{"patchparams": {"set": {"d": "mine"}, "unset": ["b"]}}]
    assert saved.config["customParams"] == {"a": "the owner's", "c": "the owner's", "d": "mine"}


def test_what_was_saved_whole_is_what_its_maker_saw_last(lane: Lane) -> None:
    saved = make(lane, customParams={})
    saved.replace("customParams", {"a": "1"})
    saved.adopt({"customParams": {"a": "1", "owner": "1"}})
    saved.replace("customParams", {"b": "1"})
    assert lane.sent[-1] == {"patchparams": {"set": {"b": "1"}, "unset": ["a"]}}
    assert saved.config["customParams"] == {"owner": "1", "b": "1"}


def test_a_quick_edit_survives_a_whole_map_made_before_it(lane: Lane) -> None:
    saved = make(lane, customParams={"a": "1"})
    mine = dict(saved.config["customParams"])
    saved.patch("customParams", {"quick": "1"}, [])
    saved.replace("customParams", {**mine, "b": "1"})
    assert saved.config["customParams"] == {"a": "1", "quick": "1", "b": "1"}


def test_clearing_names_the_keys(lane: Lane) -> None:
    saved = make(lane, notices={"a": "x", "b": "y"})
    saved.replace("notices", {})
    assert lane.sent == [{"patchnotices": {"set": {}, "unset": ["a", "b"]}}]
    assert saved.config["notices"] == {}


def test_data_is_saved_whole_and_looks_as_it_will_come_back(lane: Lane) -> None:
    saved = make(lane, customData={"old": 1})
    saved.save_data({1: (2, 3), "f": 1.5, "n": None, "t": True})
    assert saved.config["customData"] == {"1": [2, 3], "f": 1.5, "n": None, "t": True}
    saved.adopt({"nodes": {}, "customData": {"old": 1}})
    assert saved.config["customData"]["f"] == 1.5


def test_more_edits_than_go_into_one_message_wait_for_the_platform_to_judge(lane: Lane) -> None:
    saved = make(lane, customParams={})
    for key in "abc":
        saved.patch("customParams", {key: "x" * 400_000}, [])
    assert list(saved.adopt({"customParams": {"owner": 1}})["customParams"]) == ["owner", "a", "b", "c"]
    assert len(lane.sent) == 3


def test_a_look_at_one_key_is_not_to_have_seen_the_others(lane: Lane) -> None:
    saved = make(lane, customParams={"a": "1"})
    mine = dict(saved.config["customParams"])
    saved.adopt({"customParams": {"a": "1", "owner": "x"}})
    assert saved.current("customParams")["owner"] == "x"
    saved.replace("customParams", {**mine, "b": "1"})
    assert saved.config["customParams"] == {"a": "1", "owner": "x", "b": "1"}


def test_what_is_not_json_changes_nothing(lane: Lane) -> None:
    saved = make(lane, customData={"old": 1})
    with pytest.raises(WireError):
        saved.save_data({"x": object()})
    assert (lane.sent, saved.config["customData"]) == ([], {"old": 1})


def test_a_config_is_a_new_dict_so_that_observers_can_compare(lane: Lane) -> None:
    saved = make(lane, customParams={"a": "1"})
    before = saved.config
    after = saved.adopt({"nodes": {}, "customParams": {"a": "2"}})
    assert (before["customParams"], after["customParams"]) == ({"a": "1"}, {"a": "2"})
