"""Who has read which map: by thread, and by the config that it was read from."""

from __future__ import annotations

import copy
import json
import pickle
import threading
from typing import Any

import msgspec
import pytest

from pgc_interface.seen import LiveConfig, Seen

OLD, NEW = {"customParams": {"a": "old"}}, {"customParams": {"a": "new"}}


@pytest.fixture
def seen() -> Seen:
    return Seen({"customParams": {"a": "first"}})


def live(seen: Seen, known: dict[str, Any]) -> LiveConfig:
    return LiveConfig({"name": "x", **known}, known, seen)


def on_another_thread(work: Any) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


READS: dict[str, Any] = {
    "item": lambda config: config["customParams"],
    "get": lambda config: config.get("customParams"),
    "items": lambda config: list(config.items()),
    "values": lambda config: list(config.values()),
    "copy": lambda config: config.copy(),
    "copy.copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": pickle.dumps,
    "json": json.dumps,
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_map_is_seen_however_it_is_read(seen: Seen, read: Any) -> None:
    read(live(seen, OLD))
    assert seen.last("customParams") == {"a": "old"}


def test_reading_something_else_is_not_seeing(seen: Seen) -> None:
    config = live(seen, OLD)
    assert (config["name"], config.get("nothing"), "customParams" in config) == ("x", None, True)
    assert seen.last("customParams") == {"a": "first"}
    assert seen.last("notices") == {}


def test_a_config_that_was_kept_shows_what_it_held(seen: Seen) -> None:
    old, new = live(seen, OLD), live(seen, NEW)
    assert new["customParams"] == {"a": "new"}
    assert old["customParams"] == {"a": "old"}
    assert seen.last("customParams") == {"a": "old"}


def test_each_thread_has_seen_its_own(seen: Seen) -> None:
    live(seen, OLD).get("customParams")
    on_another_thread(lambda: live(seen, NEW).get("customParams"))
    assert seen.last("customParams") == {"a": "old"}


def test_an_empty_map_counts_as_seen(seen: Seen) -> None:
    live(seen, {"customParams": {}}).get("customParams")
    assert seen.last("customParams") == {}


def test_who_has_read_nothing_got_it_from_another_thread(seen: Seen) -> None:
    on_another_thread(lambda: live(seen, NEW).get("customParams"))
    assert seen.last("customParams") == {"a": "new"}


def test_copies_are_plain_and_it_is_a_map_for_every_encoder(seen: Seen) -> None:
    config = live(seen, OLD)
    plain = {"name": "x", **OLD}
    for made in (config.copy(), copy.copy(config), copy.deepcopy(config), pickle.loads(pickle.dumps(config))):  # noqa: S301
        assert (type(made), made) == (dict, plain)
    assert json.loads(json.dumps(config)) == msgspec.json.decode(msgspec.json.encode(config)) == plain
