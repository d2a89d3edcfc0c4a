"""The same calls lead to the same frames as with the originals, as far as what those said was right.

Compared is the meaning of each frame: without the envelope, each entry of a batch by itself, numbers as the text that
they become on the way to the ISY, and a save as the map that it leads to, however it says so.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import pgc_interface
from pgc_interface.dialects import polyinterface

from . import steps
from .speak import On, lay_out

pytestmark = pytest.mark.timeout(120)  # the first test installs the originals
PATIENCE = 15.0
ENVELOPE = {"userId", "topic", "profileNum", "id", "node", "seq"}
MAPS = {"customparams": "params", "patchparams": "params", "notices": "notices", "patchnotices": "notices"}
Acts = list[tuple[str, Any]]


class Meaning:
    """Reads one side's frames in order; it knows what the platform keeps by now."""

    def __init__(self) -> None:
        self._maps: dict[str, dict[str, Any]] = {"params": {}, "notices": {}}

    def of(self, frames: list[dict[str, Any]]) -> Acts:
        before = dict(self._maps)
        bodies = [(key, body) for frame in frames for key, body in frame.items() if key not in ENVELOPE]
        acts = [act for key, body in bodies for act in self._acts(key, body)]
        kept = [("kept", {name: content}) for name, content in self._maps.items() if content is not before[name]]
        return sorted([*acts, *kept], key=json.dumps)

    def _acts(self, key: str, body: Any) -> Iterator[tuple[str, Any]]:
        if key == "batch":
            yield from (act for kind, entries in body.items() for entry in entries for act in self._acts(kind, entry))
        elif key == "addnode":
            yield from (("addnode", _node(node)) for node in body.get("nodes", [body]))
        elif key in ("status", "command"):
            yield key, {name: str(value) for name, value in body.items() if name not in ("n", "force")}
        elif key == "uploadProfile":
            yield key, (body["type"], body["filename"], base64.b64decode(body["payload"]).hex())
        elif key in MAPS or key in ("addnotice", "removenotice"):
            self._keep(key, body)
        else:
            yield key, body

    def _keep(self, key: str, body: Any) -> None:
        name = MAPS.get(key, "notices")
        current = self._maps[name]
        if key.startswith("patch"):
            current = {k: v for k, v in {**current, **body["set"]}.items() if k not in body["unset"]}
        elif key == "addnotice":
            current = {**current, body["key"]: body["value"]}
        elif key == "removenotice":
            current = {k: v for k, v in current.items() if k != body["key"]}
        else:
            current = body
        self._maps[name] = current


def _node(node: dict[str, Any]) -> dict[str, Any]:
    drivers = node["drivers"]
    by_name = drivers if isinstance(drivers, dict) else {driver["driver"]: driver for driver in drivers}
    return {
        **{name: node[name] for name in ("address", "name", "primary")},
        "nodedef": node.get("nodedefid") or node.get("node_def_id"),
        "drivers": {name: (str(each["value"]), str(each["uom"])) for name, each in by_name.items()},
        "hint": node.get("hint"),
    }


@pytest.fixture
def ours(environment: Any, platform: Any, make_interface: Any) -> Iterator[Callable[..., dict[str, Acts]]]:
    """Does the steps with one of our modules and tells the meaning of what came of each."""
    made: list[Any] = []

    def do(module: Any, wanted: dict[str, Callable[[On], Any]]) -> dict[str, Acts]:
        environment(profileVersion="2")
        lay_out()
        poly = module.Interface("Test")
        made.append(poly)
        poly.start()
        home = _started(module, poly)
        light = steps.nodeserver(module)[1](home, "controller", "light", "Light")
        on = On(module, poly, home, light, lambda frame: platform.send(**frame))
        _pass(platform, "begun")
        return {step: _frames(platform, on, step, act) for step, act in wanted.items()}

    yield do
    for poly in made:
        poly.request_stop("the test is over")
        poly.wait_until_stopped(PATIENCE)


def _started(module: Any, poly: Any) -> Any:
    entered = threading.Event()

    class Home(steps.nodeserver(module)[0]):  # type: ignore[misc]
        def start(self) -> None:
            entered.set()

    home = Home(poly)
    assert entered.wait(PATIENCE)
    return home


def _frames(platform: Any, on: On, step: str, act: Callable[[On], Any]) -> list[dict[str, Any]]:
    before = len(platform.frames)
    act(on)
    _pass(platform, step)
    frames = [frame for _, frame in platform.frames[before:-1]]
    for frame in frames:
        if "customdata" in frame:
            platform.send(config={"customData": frame["customdata"]})
    _pass(platform, f"{step} is told back")
    return frames


def _pass(platform: Any, mark: str) -> None:
    """All that was said before has come once this request is answered."""
    platform.send(command={"address": "controller", "cmd": "DON", "query": {"requestId": mark}})
    platform.expect(lambda frame: frame.get("report", {}).get("requestId") == mark)


def _compared(theirs: dict[str, Any], ours: dict[str, Any], profile: Callable[[Acts], Acts] = list) -> dict[str, Any]:
    """The steps that differ, with both sides."""
    their_meaning, our_meaning = Meaning(), Meaning()
    differing = {}
    for step, frames in theirs.items():
        one = their_meaning.of([frame for _, frame in frames])
        other = profile(our_meaning.of(ours[step]))
        if one != other:
            differing[step] = (one, other)
    return differing


def test_pgc_interface_says_the_same(ours: Any, answers: Any) -> None:
    theirs = answers["pgc_interface"]["frames"]
    assert len(theirs) == len(steps.pgc()) > 20
    assert _compared(theirs, ours(pgc_interface, steps.pgc())) == {}


def test_polyinterface_says_the_same(ours: Any, answers: Any) -> None:
    """Save that the files of the profile are sent, where Polyglot 2 was told to fetch them itself."""

    def told(acts: Acts) -> Acts:
        rest = [act for act in acts if act[0] != "uploadProfile"]
        asked = [("installprofile", {"reboot": False})] if len(rest) < len(acts) else []
        return sorted([*rest, *asked], key=json.dumps)

    theirs = answers["polyinterface"]["frames"]
    assert len(theirs) == len(steps.polyglot_2()) > 20
    assert _compared(theirs, ours(polyinterface, steps.polyglot_2()), told) == {}
