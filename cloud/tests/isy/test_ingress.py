"""Calls of an ISY: who may call, what is answered, what is handed on."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import aiohttp
import pytest

from pgc.isy import forwards
from pgc.isy.errors import PortTaken
from pgc.isy.ingress import Ingress
from pgc.isy.slots import SlotLogin

LOGIN = SlotLogin("u-3", "pass:wörd")


@dataclass
class Router:
    """Knows slot 3 of ISY `home`, remembers its calls, and holds them while `gate` is closed."""

    calls: list[tuple[object, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self._changed = asyncio.Event()

    def slot_login(self, isy: str, slot: int) -> SlotLogin | None:
        return LOGIN if (isy, slot) == ("home", 3) else None

    async def query(self, isy: str, slot: int, address: str, request_id: str | None) -> None:
        await self._take("query", isy, slot, address, request_id)

    async def status(self, isy: str, slot: int, address: str, request_id: str | None) -> None:
        await self._take("status", isy, slot, address, request_id)

    async def command(
        self, isy: str, slot: int, address: str, cmd: str, value: str | None, uom: str | None, query: dict[str, str]
    ) -> None:
        await self._take(cmd, isy, slot, address, value, uom, query)

    async def until(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not reached():
                self._changed.clear()
                await self._changed.wait()

    async def _take(self, *call: object) -> None:
        self.calls.append(call)
        self._changed.set()
        await self.gate.wait()
        if call[0] == "FAULT":
            raise LookupError("a fault of the router")


@pytest.fixture
def router() -> Router:
    return Router()


@pytest.fixture
async def ingress(router: Router) -> AsyncIterator[Ingress]:
    ingress = Ingress("127.0.0.1", 0, router)
    await ingress.start()
    yield ingress
    router.gate.set()
    await ingress.stop()


@pytest.fixture
async def caller(ingress: Ingress) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": aiohttp.encode_basic_auth(LOGIN.username, LOGIN.password, "utf-8")}
    async with aiohttp.ClientSession(f"{ingress.url}/isy/home/3/", headers=headers) as session:
        yield session


@pytest.mark.parametrize(
    ("path", "call"),
    [
        ("nodes/n003_ctl/query", ("query", "home", 3, "ctl", None)),
        ("nodes/n003_ctl/query?requestId=47", ("query", "home", 3, "ctl", "47")),
        ("nodes/n003_ctl/query/?requestid=47", ("query", "home", 3, "ctl", "47")),
        ("nodes/0/query", ("query", "home", 3, "all", None)),
        ("nodes/n003_a_b/status?requestId=1", ("status", "home", 3, "a_b", "1")),
        ("nodes/0/status", ("status", "home", 3, "all", None)),
        ("nodes/n003_ctl/cmd/DON", ("DON", "home", 3, "ctl", None, None, {})),
        ("nodes/n003_ctl/cmd/DON/", ("DON", "home", 3, "ctl", None, None, {})),
        ("nodes/n003_ctl/cmd/CLISPH/20.5/4", ("CLISPH", "home", 3, "ctl", "20.5", "4", {})),
        ("nodes/n003_ctl/cmd/SET/-1", ("SET", "home", 3, "ctl", "-1", None, {})),
        (
            "nodes/n003_ctl/cmd/SET?OL.uom51=5&H.4=a%20b&requestid=9",
            ("SET", "home", 3, "ctl", None, None, {"OL.uom51": "5", "H.4": "a b", "requestId": "9"}),
        ),
    ],
)
async def test_calls_are_answered_at_once_and_handed_on(
    router: Router, caller: aiohttp.ClientSession, path: str, call: tuple[object, ...]
) -> None:
    router.gate.clear()
    async with caller.get(path) as response:
        assert (response.status, await response.read()) == (200, b"")
    await router.until(lambda: router.calls == [call])


@pytest.mark.parametrize(
    "path",
    [
        "nodes",
        "nodes/n004_ctl/query",
        "nodes/ctl/query",
        "nodes/n003_ctl/cmd",
        "nodes/n003_ctl/cmd/A/1/2/3",
        "nodes/n003_ctl/report/remove",
        "install/3",
        "nodes/%2e%2e/query",
        "nodes/n003_/query",
    ],
)
async def test_other_paths_are_unknown(router: Router, caller: aiohttp.ClientSession, path: str) -> None:
    async with caller.get(path) as response:
        assert response.status == 404
    assert router.calls == []


@pytest.mark.parametrize("path", ["", "isy", "isy/home/3", "api/nodeservers", "docs", "dashboard/isy/home/3/x"])
async def test_nothing_else_is_served(ingress: Ingress, path: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{ingress.url}/{path}") as response:
        assert response.status == 404


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Basic",
        "Basic ???",
        "Bearer abc",
        aiohttp.encode_basic_auth("u-3", "wrong"),
        aiohttp.encode_basic_auth("other", LOGIN.password, "utf-8"),
        aiohttp.encode_basic_auth("", ""),
    ],
)
@pytest.mark.parametrize("slot", ["home/3", "home/4", "other/3", "home/x", "home/²"])
async def test_a_wrong_login_and_an_unknown_slot_are_answered_alike(
    ingress: Ingress, router: Router, authorization: str | None, slot: str
) -> None:
    headers = {"Authorization": authorization} if authorization is not None else {}
    url = f"{ingress.url}/isy/{slot}/nodes/n003_ctl/cmd/DON"
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        assert (response.status, await response.read()) == (401, b"")
        assert response.headers["WWW-Authenticate"] == 'Basic realm="/"'
    assert router.calls == []


async def test_the_right_login_of_one_slot_opens_no_other(ingress: Ingress, caller: aiohttp.ClientSession) -> None:
    async with caller.get(f"{ingress.url}/isy/home/4/nodes/n004_ctl/query") as response:
        assert response.status == 401


async def test_only_get(router: Router, caller: aiohttp.ClientSession) -> None:
    async with caller.post("nodes/n003_ctl/cmd/DON", data=b"x" * 100_000) as response:
        assert response.status == 405
    assert router.calls == []


async def test_long_urls_and_headers_are_refused(router: Router, caller: aiohttp.ClientSession) -> None:
    async with caller.get(f"nodes/n003_ctl/cmd/{'X' * 4000}") as response:
        assert response.status == 400
    async with caller.get("nodes/n003_ctl/cmd/DON", headers={"X-Long": "x" * 4000}) as response:
        assert response.status == 400
    assert router.calls == []


async def test_a_slot_whose_calls_pile_up_is_busy(
    router: Router, caller: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forwards, "MAX_PER_SLOT", 2)
    router.gate.clear()
    statuses = []
    for _ in range(3):
        async with caller.get("nodes/n003_ctl/cmd/DON") as response:
            statuses.append(response.status)
    assert statuses == [200, 200, 503]


async def test_a_router_that_fails_is_logged_and_harms_no_other_call(
    router: Router, caller: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    for cmd in ("FAULT", "DON"):
        async with caller.get(f"nodes/n003_ctl/cmd/{cmd}") as response:
            assert response.status == 200
    await router.until(lambda: len(router.calls) == 2)
    assert "a fault of the router" in caplog.text


async def test_a_taken_port_has_a_plain_error(router: Router) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"cannot listen for ISYs on 127\.0\.0\.1 port {port}"):
            await Ingress("127.0.0.1", port, router).start()


async def test_a_stop_ends_calls_that_hang(router: Router, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forwards, "GRACE", 0.01)
    ingress = Ingress("127.0.0.1", 0, router)
    await ingress.start()
    router.gate.clear()
    auth = {"Authorization": aiohttp.encode_basic_auth(LOGIN.username, LOGIN.password, "utf-8")}
    url = f"{ingress.url}/isy/home/3/nodes/0/query"
    async with aiohttp.ClientSession() as session, session.get(url, headers=auth) as response:
        assert response.status == 200
    await ingress.stop()
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("call of ISY")]
