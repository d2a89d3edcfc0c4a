"""Who gets in, and how errors are told."""

import asyncio
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest

from pgc.nodeservers.manager import Manager
from pgc.platform import Platform
from pgc.sandbox.unconfined import Unconfined
from pgc.settings import Settings
from pgc.simulator.server import SimulatedIsy

GUARDED = [("GET", "/api/isys"), ("POST", "/api/isys"), ("GET", "/api/nodeservers"), ("DELETE", "/api/nodeservers/x")]


@pytest.mark.parametrize(("method", "path"), GUARDED)
@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic YWRtaW46YWRtaW4="}])
async def test_nothing_opens_without_the_token(
    stranger: aiohttp.ClientSession, method: str, path: str, header: dict[str, str]
) -> None:
    async with stranger.request(method, path, headers=header) as answer:
        assert answer.status == 401
        assert (await answer.json())["hint"] == "it is in the file api-token of the data folder"


async def test_the_token_file_is_for_its_owner_only(platform: Platform) -> None:
    assert (platform.settings.data_folder / "api-token").stat().st_mode & 0o777 == 0o600


async def test_health_and_readiness_are_for_everyone(stranger: aiohttp.ClientSession) -> None:
    for path in ("/health", "/ready"):
        async with stranger.get(path) as answer:
            assert (answer.status, (await answer.json())["status"]) == (200, "ok")


@pytest.mark.timeout(120)
async def test_while_the_platform_starts_it_does_not_say_of_anything_that_it_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recover, reached, goes_on = Manager.recover, asyncio.Event(), asyncio.Event()

    async def slow(manager: Manager) -> None:
        reached.set()
        await goes_on.wait()
        await recover(manager)

    monkeypatch.setattr(Manager, "recover", slow)
    platform = Platform(Settings(data_folder=tmp_path / "data", warm_runs=0), Unconfined(""))
    starting = asyncio.create_task(platform.__aenter__())
    try:
        async with asyncio.timeout(60):
            await reached.wait()
        token = (tmp_path / "data" / "api-token").read_text().strip()
        async with aiohttp.ClientSession(platform.api_url) as client:
            known = partial(client.get, "/api/nodeservers/known", headers={"Authorization": f"Bearer {token}"})
            async with client.get("/api/nodeservers/known") as answer:
                assert answer.status == 401, "a stranger learns nothing of it"
            async with known() as answer:
                assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
                assert (await answer.json())["error"] == "the platform is still starting"
            async with client.get("/ready") as answer:
                assert (answer.status, (await answer.json())["waiting_for"]) == (503, ["start"])
            goes_on.set()
            await starting
            async with known() as answer:
                assert answer.status == 404
    finally:
        goes_on.set()
        await starting
        await platform.__aexit__()


async def test_the_openapi_page_names_every_route(stranger: aiohttp.ClientSession) -> None:
    async with stranger.get("/openapi.json") as answer:
        paths = (await answer.json())["paths"]
    assert {"/api/isys", "/api/nodeservers/{worker}/params", "/api/nodeservers/{worker}/start"} <= set(paths)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "reason"),
    [
        ("GET", "/api/nodeservers/nobody", None, 404, "there is no NodeServer nobody"),
        ("POST", "/api/nodeservers/nobody/start", None, 404, "there is no NodeServer nobody"),
        ("DELETE", "/api/isys/nobody", None, 404, "there is no ISY nobody"),
        ("POST", "/api/isys", {"name": "x"}, 422, "url: Field required"),
        ("POST", "/api/nodeservers", {"isy": "nobody", "folder": "/x"}, 404, "there is no ISY nobody"),
        ("GET", "/api/nothing", None, 404, "Not Found"),
    ],
)
async def test_an_error_says_what_failed_and_what_to_do(
    owner: aiohttp.ClientSession, method: str, path: str, body: dict[str, str] | None, status: int, reason: str
) -> None:
    async with owner.request(method, path, json=body) as answer:
        problem = await answer.json()
        assert answer.status == status
    assert reason in problem["error"]
    assert problem["hint"]


async def test_an_isy_with_another_password_is_not_added(owner: aiohttp.ClientSession, simulated: SimulatedIsy) -> None:
    new = {"name": "Home", "url": simulated.url, "username": "admin", "password": "wr0ng"}
    async with owner.post("/api/isys", json=new) as answer:
        problem = await answer.json()
        assert answer.status >= 400
    assert "wr0ng" not in str(problem)
    async with owner.get("/api/isys") as answer:
        assert await answer.json() == []


async def test_a_body_is_not_read_before_the_token_is_seen(platform: Platform) -> None:
    reader, writer = await _connect(platform)
    writer.write(b"POST /api/isys HTTP/1.1\r\nHost: x\r\nContent-Length: 300000000\r\n\r\n{")
    assert b" 401 " in await reader.readline()
    writer.close()


async def test_a_body_that_is_too_long_is_refused(platform: Platform) -> None:
    token = (platform.settings.data_folder / "api-token").read_bytes().strip()
    reader, writer = await _connect(platform)
    head = b"POST /api/isys HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token
    writer.write(head + b"\r\nContent-Length: 1048577\r\n\r\n")
    assert b" 413 " in await reader.readline()
    writer.close()


async def test_a_request_that_never_ends_does_not_keep_the_platform_from_stopping(tmp_path: Path) -> None:
    async with Platform(Settings(data_folder=tmp_path / "data", warm_runs=0), Unconfined("")) as platform:
        token = (tmp_path / "data" / "api-token").read_text().strip().encode()
        reader, writer = await _connect(platform)
        head = b"POST /api/isys HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token
        writer.write(head + b"\r\nContent-Length: 100\r\n\r\n{")
        await writer.drain()
    assert await reader.read() is not None
    writer.close()


async def _connect(platform: Platform) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    address = urlsplit(platform.api_url)
    return await asyncio.open_connection(address.hostname, address.port)
