"""The soak: PyISY, unmodified, stays on the simulated ISY's event stream for five minutes while NodeServers of the
platform send their values and a user presses a button every second. Not in the default suite: `make soak`."""

import asyncio
import json
import os
import time
from collections import Counter
from statistics import quantiles

import pytest
from pyisy.constants import ES_CONNECTED, ES_INITIALIZING, ES_SYNCING

from ..pyisy_client import OUTDATED, Watch, pyisy
from .home import Home, Neighbour
from .test_pyisy import LAMP, PROFILE

SECONDS = int(os.environ.get("PGC_SOAK_SECONDS", "300"))
HEARTBEAT = 30

pytestmark = [pytest.mark.filterwarnings(OUTDATED), pytest.mark.timeout(SECONDS + 120)]


async def test_five_minutes_without_a_reconnect(
    home: Home, neighbour: Neighbour, capsys: pytest.CaptureFixture
) -> None:
    lamp = await home.add(home.write("lamp", LAMP, PROFILE, profile_version="1"), slot=3)
    await home.start(lamp)
    await home.shows("n003_controller", "GV1", "0")
    async with pyisy(home.sim) as isy:
        await isy.initialize(with_node_servers=True)
        stream, told = Watch(isy.connection_events), Watch(isy.nodes["n020_controller"].control_events)
        isy.websocket.start()
        await stream.until(lambda status: status == ES_CONNECTED)
        began = time.monotonic()
        ways = await _press_until(isy.nodes["n003_controller"], began + SECONDS)
        statuses, lasted = Counter(stream.heard), time.monotonic() - began
        await neighbour.is_counting()
    heartbeats = statuses[ES_CONNECTED] - 1
    centiles = quantiles(ways, n=100)
    figures = {
        "seconds": round(lasted),
        "reconnects": statuses[ES_INITIALIZING] - 1,
        "heartbeats": heartbeats,
        "values heard": len(told.heard),
        "buttons pressed": len(ways),
        "press to value ms": {"p50": round(1000 * centiles[49], 1), "p99": round(1000 * centiles[98], 1)},
    }
    with capsys.disabled():
        print(f"\n{json.dumps(figures)}")
    assert set(statuses) == {ES_INITIALIZING, ES_SYNCING, ES_CONNECTED}
    assert statuses[ES_INITIALIZING] == 1
    assert heartbeats >= lasted // HEARTBEAT - 1
    assert len(told.heard) > lasted, "the neighbour counts twenty times a second"


async def _press_until(node, end: float) -> list[float]:
    """Every second; how long it took in seconds until the value was back, each time."""
    values, ways = Watch(node.status_events), []
    while time.monotonic() < end:
        pressed, wanted = time.monotonic(), len(ways) + 1
        assert await node.send_cmd("HEAT", len(ways), 4, {"PLUS.uom4": 1})
        await values.until(lambda _, wanted=wanted: _warmth(node) == wanted)
        ways.append(time.monotonic() - pressed)
        await asyncio.sleep(max(0.0, 1 - ways[-1]))
    return ways


def _warmth(node) -> float | None:
    found = node.aux_properties.get("GV1")
    return None if found is None else found.value / 10 ** int(found.prec)
