"""What the owner sets over HTTP: checked, kept, and seen by the NodeServer at once."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from pgc.nodeservers.events import NoticesChanged
from pgc.nodeservers.nodeserver import NodeServer
from pgc.platform import Platform
from pgc.simulator.server import SimulatedIsy

from ..platform.programs import program, write_nodeserver

TELLS = program("""
    class Mine(Controller):
        drivers = [{"driver": driver, "value": 0, "uom": 56} for driver in ("ST", "GV1", "GV2", "GV3")]

        def __init__(self, poly):
            super().__init__(poly)
            poly.onTypedParams(self.typed)
            poly.onConfig(self.tell)

        def start(self):
            self.poly.save_typed_params([
                {"name": "port", "title": "Port", "type": "NUMBER", "defaultValue": 80},
                {"name": "hosts", "isList": True, "params": [{"name": "host", "isRequired": True}]},
            ])
            self.poly.add_custom_config_docs("# Ports\\n<script>alert(1)</script><b>80</b>")
            self.addNotice({"..": "one", "a/b": "two"})

        def typed(self, values):
            self.setDriver("GV1", values["port"])
            self.setDriver("GV2", len(values["hosts"]))

        def tell(self, config):
            if config["shortPoll"] == 7 and pgc_interface.LOGGER.level == 40:
                self.setDriver("GV3", 1)
""")


@pytest.fixture
async def tells(platform: Platform, isy: str, simulated: SimulatedIsy, tmp_path: Path) -> AsyncIterator[NodeServer]:
    """A NodeServer that shows in its drivers what it was told."""
    folder = write_nodeserver(tmp_path / "tells", TELLS, {"POLYGLOT_CONFIG.md": "## Page\n"})
    added = await platform.manager.add(platform.isys.get(isy), folder, trusted=True, say=lambda _: None)
    with platform.events.subscribe(NoticesChanged) as shown:  # the last thing that it does
        await platform.manager.start(added.worker)
        await anext(shown)
    await simulated.until(lambda _: held(simulated, "GV1") == "80")
    yield added
    await platform.manager.stop(added.worker)


def held(simulated: SimulatedIsy, driver: str) -> str | None:
    reading = simulated.state.reading("n001_controller", driver)
    return reading.value if reading else None


async def test_what_the_owner_sets_is_checked_and_reaches_the_running_nodeserver(
    owner: aiohttp.ClientSession, tells: NodeServer, simulated: SimulatedIsy
) -> None:
    path = f"/api/nodeservers/{tells.worker}"
    shown = await call(owner, "GET", f"{path}/typed-params")
    assert (shown["definitions"][0]["title"], shown["values"]) == ("Port", {"port": 80, "hosts": []})

    wrong = {"set": {"port": "many", "hosts": [{}], "prot": 1}}
    assert await refusal(owner, "PATCH", f"{path}/typed-params", wrong) == (
        400,
        "prot: there is no such typed param; port: a number is needed, not 'many'; hosts[0].host: a value is required",
    )
    changed = await call(owner, "PATCH", f"{path}/typed-params", {"set": {"port": "81", "hosts": [{"host": "h"}]}})
    assert changed["values"] == {"port": 81, "hosts": [{"host": "h"}]}
    await simulated.until(lambda _: (held(simulated, "GV1"), held(simulated, "GV2")) == ("81", "1"))

    assert await call(owner, "PUT", f"{path}/log-level", {"level": "ERROR"}) == {"level": "ERROR"}
    assert await call(owner, "PUT", f"{path}/polls", {"short_poll": 7, "long_poll": 70}) == {
        "short_poll": 7,
        "long_poll": 70,
    }
    await simulated.until(lambda _: held(simulated, "GV3") == "1")
    nodeserver = await call(owner, "GET", path)
    assert (nodeserver["short_poll"], nodeserver["long_poll"], nodeserver["log_level"]) == (7, 70, "ERROR")

    for name, body in (("log-level", {"level": "LOUD"}), ("polls", {"short_poll": 0, "long_poll": 5})):
        status, error = await refusal(owner, "PUT", f"{path}/{name}", body)
        assert (status, next(iter(body)) in error) == (422, True)

    for key in ("..", "a/b"):
        async with owner.delete(f"{path}/notices", params={"key": key}) as answer:
            assert answer.status == 204
    assert await call(owner, "GET", f"{path}/notices") == {}


async def test_what_is_no_text_is_refused(owner: aiohttp.ClientSession, tells: NodeServer) -> None:
    path = f"/api/nodeservers/{tells.worker}/params"
    status, error = await refusal(owner, "PATCH", path, {"set": {"a": "\ud800"}})
    assert (status, "half of a character" in error) == (400, True)


async def test_its_page_is_served_as_it_wrote_it_and_as_html_that_can_do_nothing(
    owner: aiohttp.ClientSession, tells: NodeServer
) -> None:
    path = f"/api/nodeservers/{tells.worker}/config-docs"
    async with owner.get(path) as answer:
        assert await answer.text() == "## Page\n# Ports\n<script>alert(1)</script><b>80</b>"
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    async with owner.get(f"{path}.html") as answer:
        html = await answer.text()
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert "<h2>Page</h2>" in html
    assert "<b>80</b>" in html
    assert "script" not in html


async def call(owner: aiohttp.ClientSession, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    async with owner.request(method, path, json=body) as answer:
        assert answer.status < 300, await answer.text()
        return await answer.json() if answer.status != 204 else None


async def refusal(owner: aiohttp.ClientSession, method: str, path: str, body: dict[str, Any]) -> tuple[int, str]:
    async with owner.request(method, path, json=body) as answer:
        return answer.status, (await answer.json())["error"]
