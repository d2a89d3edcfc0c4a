"""Every public name of the originals is in ours, and may be called as it could be there."""

from __future__ import annotations

from typing import Any

import pytest

import pgc_interface
from pgc_interface.dialects import polyinterface

from .steps import nodeserver
from .surface import CLASSES, surface

OURS = {"pgc_interface": pgc_interface, "polyinterface": polyinterface}
OF_ITS_OWN_NETWORK = {
    *("loop", "inQueue", "mqttLogHandler"),
    *("topicInput", "topicPolyglotConnection", "topicSelfConnection", "useSecure"),
    *("custom_params_docs_file_sent", "custom_params_pending_docs"),
}
"""Attributes in which the originals kept their queues and their connection; no NodeServer looked there."""
pytestmark = pytest.mark.timeout(120)  # the first test installs the originals
SDKS = pytest.mark.parametrize("name", OURS)


@SDKS
def test_the_module_has_all_names(name: str, answers: Any) -> None:
    assert set(answers[name]["names"]["module"]) <= set(surface(OURS[name])["module"])


@SDKS
@pytest.mark.parametrize("kind", CLASSES)
def test_each_class_has_all_methods_and_each_takes_what_it_took(kind: str, name: str, answers: Any) -> None:
    ours, theirs = surface(OURS[name])[kind], answers[name]["names"][kind]
    assert set(theirs) <= set(ours)
    refused = {
        method: (wanted, ours[method])
        for method, wanted in theirs.items()
        if method != "__init__" and not _takes(ours[method], wanted)
    }
    assert refused == {}


@SDKS
def test_each_is_made_as_it_was(name: str, answers: Any) -> None:
    """The Interface's only argument, which had a name for nobody, may be given by position."""
    theirs, ours = answers[name]["names"], surface(OURS[name])
    for kind in ("Controller", "Node"):
        assert _takes(ours[kind]["__init__"], theirs[kind]["__init__"])
    assert [default for _, default in ours["Interface"]["__init__"]] == [True]


@SDKS
def test_what_is_made_has_all_attributes(name: str, answers: Any, environment: Any, make_interface: Any) -> None:
    environment()
    module = OURS[name]
    poly = module.Interface("Test")
    home_kind, light_kind = nodeserver(module)
    home = home_kind(poly)
    made = {"Interface": poly, "Controller": home, "Node": light_kind(home, "controller", "light", "Light")}
    for kind, held in answers[name]["attributes"].items():
        public = {attribute for attribute in held if not attribute.startswith("_")} - OF_ITS_OWN_NETWORK
        assert {attribute for attribute in public if not hasattr(made[kind], attribute)} == set()


def _takes(ours: Any, theirs: Any) -> bool:
    """Whether all calls that fitted `theirs` fit `ours`."""
    if theirs is None or ours is None:
        return ours == theirs
    here, more = ours[: len(theirs)], ours[len(theirs) :]
    same = [name for name, _ in here] == [name for name, _ in theirs]
    return same and all(had <= has for (_, has), (_, had) in zip(here, theirs)) and all(has for _, has in more)
