"""Who gets in, and how errors are told."""

import aiohttp
import pytest

from pgc.platform import Platform
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
