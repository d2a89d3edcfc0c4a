"""NodeServers over HTTP from a folder, a zip and a git repository; their failures, updates and ways back."""

import asyncio
import json
import shutil
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from pgc.platform import Platform

from ..bundles.repositories import Repository

SOON = 60


@pytest.fixture(autouse=True)
def isolated(platform: Platform) -> None:
    if not platform.sandbox.isolated:
        pytest.skip(f"the API adds nothing here: {platform.sandbox.reason}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "nodeserver"
    folder.mkdir()
    document = {"name": "Odd", "type": "python3", "executable": "odd.py", "profile_version": "1"}
    (folder / "server.json").write_text(json.dumps(document))
    (folder / "odd.py").write_text("")
    return folder


async def ask(owner: aiohttp.ClientSession, method: str, path: str, status: int = 200, **options: Any) -> Any:
    async with owner.request(method, f"/api/nodeservers{path}", **options) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json()


async def installed(owner: aiohttp.ClientSession, shown: Any) -> Any:
    async with asyncio.timeout(SOON):
        return await ask(owner, "GET", f"/{shown['worker']}/installed")


async def test_it_answers_at_once_and_says_when_it_is_installed(
    owner: aiohttp.ClientSession, isy: str, folder: Path
) -> None:
    added = await ask(owner, "POST", "", 202, json={"isy": isy, "folder": str(folder)})
    assert added["state"] in {"added", "installing", "stopped"}
    assert added["name"] == "Odd"
    after = await installed(owner, added)
    assert (after["state"], after["kind"], after["installing"]) == ("stopped", "folder", False)
    log = await ask(owner, "GET", f"/{added['worker']}/log")
    assert [entry["text"] for entry in log][:2] == ["added", "installing"]


async def test_what_is_asked_wrongly_is_a_problem_and_leaves_nothing(
    owner: aiohttp.ClientSession, isy: str, tmp_path: Path
) -> None:
    for body, status, reason in (
        ({}, 422, "name a folder or a git URL"),
        ({"folder": "/x", "git": "https://git.example/a"}, 422, "name a folder, or a git URL"),
        ({"folder": str(tmp_path)}, 422, "no server.json"),
        ({"git": "http://git.example/a"}, 422, "git over http is not taken"),
        ({"git": "ext::sh -c id"}, 422, "git URL"),
        ({"git": "https://git.example/a", "ref": "--upload-pack=x"}, 422, "no name of a branch"),
    ):
        problem = await ask(owner, "POST", "", status, json={"isy": isy, **body})
        assert reason in problem["error"], body
    assert await ask(owner, "GET", "") == []


async def test_a_login_in_a_url_is_never_shown(owner: aiohttp.ClientSession, isy: str) -> None:
    new = {"isy": isy, "git": "https://me:s3cret@127.0.0.1:1/weather.git", "ref": "main"}
    added = await ask(owner, "POST", "", 202, json=new)
    after = await installed(owner, added)
    assert (after["state"], after["source"]) == ("failed", "https://127.0.0.1:1/weather.git")
    log = await ask(owner, "GET", f"/{added['worker']}/log")
    assert "s3cret" not in json.dumps([added, after, log])
    again = await ask(owner, "POST", f"/{added['worker']}/install", 202)
    assert (await installed(owner, again))["install_failure"]
    async with owner.delete(f"/api/nodeservers/{added['worker']}") as answer:
        assert answer.status == 204


async def test_a_zip_is_sent_as_the_body(
    owner: aiohttp.ClientSession, isy: str, folder: Path, tmp_path: Path, platform: Platform
) -> None:
    path = Path(shutil.make_archive(str(tmp_path / "odd"), "zip", tmp_path, "nodeserver"))
    query = {"isy": isy, "filename": "odd.zip"}
    added = await ask(owner, "POST", "/upload", 202, params=query, data=path.read_bytes())
    after = await installed(owner, added)
    assert (after["state"], after["kind"], after["source"], after["name"]) == ("stopped", "zip", "odd.zip", "Odd")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("nodeserver/more.py", "")
    worker = added["worker"]
    await ask(owner, "POST", f"/{worker}/update/upload", 202, params={"filename": "2.zip"}, data=path.read_bytes())
    after = await installed(owner, added)
    assert (after["source"], after["earlier"]["source"]) == ("2.zip", "odd.zip")
    assert (await ask(owner, "POST", f"/{worker}/rollback"))["source"] == "odd.zip"
    assert list((platform.settings.data_folder / "uploads").iterdir()) == []


async def test_a_zip_that_is_none_fails_with_the_reason(owner: aiohttp.ClientSession, isy: str) -> None:
    added = await ask(owner, "POST", "/upload", 202, params={"isy": isy}, data=b"no zip")
    after = await installed(owner, added)
    assert (after["state"], after["install_failure"]) == ("failed", "this is no zip")


async def test_too_large_a_zip_is_refused_before_it_is_read(
    owner: aiohttp.ClientSession, isy: str, platform: Platform
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield bytes(1024 * 1024)

    query = {"isy": isy}
    headers = {"Content-Length": str(101 * 1024 * 1024)}
    problem = await ask(owner, "POST", "/upload", 413, params=query, data=b"", headers=headers)
    assert "a body has at most 104857600 bytes" in problem["error"]
    with pytest.raises((aiohttp.ClientError, AssertionError)):
        await ask(owner, "POST", "/upload", 202, params=query, data=endless())
    assert await ask(owner, "GET", "") == []
    assert list((platform.settings.data_folder / "uploads").iterdir()) == []


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
async def test_a_git_repository_is_followed(owner: aiohttp.ClientSession, isy: str, folder: Path) -> None:
    repository = Repository(folder.parent / "repository")
    files = {path.name: path.read_text() for path in folder.iterdir()}
    first = repository.commit(files)
    new = {"isy": isy, "git": repository.url, "ref": "main"}
    after = await installed(owner, await ask(owner, "POST", "", 202, json=new))
    assert (after["kind"], after["ref"], after["commit"]) == ("git", "main", first)
    second = repository.commit({"more.py": ""})
    await ask(owner, "POST", f"/{after['worker']}/update", 202, json={})
    after = await installed(owner, after)
    assert (after["commit"], after["earlier"]["commit"]) == (second, first)
    await ask(owner, "POST", f"/{after['worker']}/update", 202, json={"ref": first})
    assert (await installed(owner, after))["commit"] == first
    problem = await ask(owner, "POST", f"/{after['worker']}/update", 422, json={"ref": "a b"})
    assert "no name of a branch" in problem["error"]
    async with owner.get("/api/nodeservers/nobody/installed") as answer:
        assert answer.status == 404
