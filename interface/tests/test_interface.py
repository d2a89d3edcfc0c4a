"""The Interface's smaller doors."""

from __future__ import annotations

import importlib
import pkgutil
import sys
import threading
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

import pgc_interface
from pgc_interface.configs import ConfigFeed
from pgc_interface.inbox import REMEMBERED, Inbox, Item
from pgc_interface.polls import Polls

PATIENCE = 15.0


def test_the_public_names() -> None:
    assert set(pgc_interface.__all__) == {"Interface", "Controller", "Node", "NotSaved", "LOGGER", "__version__"}
    assert pgc_interface.__version__ == version("pgc-cloud-sdk")


def test_importing_the_package_imports_all_of_it() -> None:
    """A launcher forgets the SDK's own dependencies afterwards, so nothing may be imported later."""
    # The launcher itself imports the dialect; the forwarder is a program of its own.
    apart = {"dialects", "forwarder", "launcher", "rules", "testing"}
    names = {name for _, name, _ in pkgutil.iter_modules(pgc_interface.__path__)} - apart
    assert {f"pgc_interface.{name}" for name in names} <= set(sys.modules)
    assert importlib.import_module("pgc_interface") is pgc_interface


def test_attributes_of_the_original(make_interface: Any, platform: Any) -> None:
    poly = make_interface(logBucket="b")
    assert (poly.profileNum, poly.userId, poly.worker, poly.id) == ("3", "user1", platform.worker, "uuid1")
    assert (poly.sendTopic, poly.recvTopic) == (platform.topics.up, platform.topics.down)
    assert (poly.isyVersion, poly.firstRun, poly.logBucket, poly.running) == ("5.3.4", False, "b", True)
    assert poly.config["worker"] == platform.worker
    assert pgc_interface.Interface("a name").connected is False


def test_config_docs_begin_with_the_page_and_grow_within_a_run(platform: Any, start: Any, tmp_path: Path) -> None:
    (tmp_path / "POLYGLOT_CONFIG.md").write_text("# Page\n")
    poly = start().poly
    platform.expect(lambda frame: frame.get("customparamsdoc") == "# Page\n")
    poly.add_custom_config_docs("<b>one</b>")
    poly.add_custom_config_docs("two")
    platform.expect(lambda frame: frame.get("customparamsdoc") == "# Page\n<b>one</b>two")
    poly.add_custom_config_docs("three", True)
    platform.expect(lambda frame: frame.get("customparamsdoc") == "# Page\nthree")


def test_a_page_that_the_platform_has_is_not_sent_again(platform: Any, start: Any, tmp_path: Path) -> None:
    (tmp_path / "POLYGLOT_CONFIG.md").write_text("# Page\n")
    start(customParamsDoc="# Page\n").poly.saveCustomData({"a": 1})
    platform.expect_key("customdata")
    assert platform.came("customparamsdoc") == []


def test_typed_params_are_a_list(platform: Any, start: Any) -> None:
    start().poly.save_typed_params({"name": "item", "title": "Item"})
    assert platform.expect_key("typedparams") == [{"name": "item", "title": "Item"}]


def test_network_interface_has_an_address(start: Any) -> None:
    found = start().poly.network_interface
    assert set(found) == {"addr", "netmask", "broadcast"}
    assert found["addr"].count(".") == 3


def test_polls_kept_by_the_platform(platform: Any, start: Any) -> None:
    start().poly.updatePollsInPG({"shortPoll": "5", "longPoll": 10, "name": "x"})
    assert platform.expect_key("polls") == {"shortPoll": "5", "longPoll": 10}


def test_saving_a_notice_map_as_a_whole(platform: Any, start: Any) -> None:
    controller = start(notices={"a": "1", "b": "2"})
    controller.poly.saveNotices({"b": "2", "c": "3"})
    assert platform.expect_key("patchnotices") == {"set": {"c": "3"}, "unset": ["a"]}


def test_send_of_what_is_no_dict_warns(make_interface: Any) -> None:
    poly = make_interface()
    with pytest.raises(UserWarning, match="dictionary"):
        poly.send("hello")


def test_stop_before_start_harms_nothing(make_interface: Any) -> None:
    poly = make_interface()
    poly.stop()
    assert poly.running is True


def test_the_inbox_forgets_old_mids() -> None:
    handled: list[Any] = []
    done = threading.Event()
    inbox = Inbox(Polls(), lambda item: handled.append(item.body), lambda mid: done.set() if mid == "end" else None)
    for number in range(REMEMBERED + 1):
        inbox.put(Item("command", number, str(number)))
    for mid in (str(REMEMBERED), "0", "end"):
        inbox.put(Item("command", f"again {mid}", mid))
    inbox.start()
    assert done.wait(PATIENCE)
    inbox.close()
    assert handled[-2:] == ["again 0", "again end"]


def test_a_constructor_that_waits_for_its_own_observer_is_not_waited_for(monkeypatch: Any) -> None:
    monkeypatch.setattr("pgc_interface.configs.PATIENCE", 0.05)
    heard = threading.Event()
    feed = ConfigFeed()
    feed.start()
    feed.hold()
    feed.observe(lambda config: heard.set())
    feed.publish({})
    assert heard.wait(PATIENCE)
    feed.close()
