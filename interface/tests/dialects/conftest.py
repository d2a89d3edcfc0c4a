"""NodeServers of the on-premises dialect, in this process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pgc_interface.dialects import polyinterface

PATIENCE = 15.0


@pytest.fixture
def interface(make_interface: Any, environment: Callable[..., None]) -> Iterator[Callable[..., Any]]:
    """Makes Interfaces of the dialect, and stops those that were started."""
    made: list[polyinterface.Interface] = []

    def make(**init: Any) -> polyinterface.Interface:
        environment(**init)
        made.append(polyinterface.Interface("Test"))
        return made[-1]

    yield make
    for poly in made:
        poly.request_stop("the test is over")
        poly.wait_until_stopped(PATIENCE)


@pytest.fixture
def start(interface: Callable[..., Any], platform: Any) -> Callable[..., Any]:
    """Starts an Interface and a Controller of the class, and waits until the platform sees it and `start()` was
    entered."""

    def begin(kind: type[polyinterface.Controller] = polyinterface.Controller, **init: Any) -> Any:
        entered = threading.Event()

        class Told(kind):
            def start(self) -> None:
                entered.set()
                super().start()

        poly = interface(**init)
        poly.start()
        controller = Told(poly)
        assert entered.wait(PATIENCE)
        platform.expect(lambda frame: frame.get("connected") is True)
        return controller

    return begin
